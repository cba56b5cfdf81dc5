//! Where the links of a lesson's prose may lead: its sections, other lessons, pages of our site, other sites.
//!
//! Prose names another lesson by its file (`../22-parts-of-a-cluster/lesson.en.md`), so that it can be followed on any git
//! host; on the page it becomes that lesson's address.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use wire::learner::Lang;

use crate::{html, markdown, source::Source};

/// Endings of the pictures that are served beside a lesson.
pub const PICTURES: [&str; 6] = ["svg", "png", "jpg", "jpeg", "webp", "avif"];

/// What is wrong with a link, and how to mend it.
pub(crate) type Fault = (String, String);

/// The places that one file's links can lead to.
pub(crate) struct Links {
    dir: PathBuf,
    anchors: Vec<String>,
}

/// An address in its parts.
struct Url<'u> {
    path: &'u str,
    query: &'u str,
    fragment: &'u str,
}

impl<'u> Url<'u> {
    fn parse(url: &'u str) -> Url<'u> {
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Url { path, query, fragment }
    }
}

/// Does it lead to another site?
fn is_elsewhere(url: &str) -> bool {
    url.starts_with("//") || url.split(['/', '?', '#']).next().unwrap_or_default().contains(':')
}

impl Links {
    /// Of a file in a lesson's folder, which has these anchors.
    pub fn new(dir: &Path, anchors: Vec<String>) -> Links {
        Links { dir: dir.to_owned(), anchors }
    }

    /// What is wrong with a link.
    pub fn fault_of_link(&self, url: &str) -> Option<Fault> {
        if !html::is_safe(url) {
            return Some((format!("`{url}` is not a link that may be followed"), String::new()));
        }
        let to = Url::parse(url);
        if is_elsewhere(url) {
            None
        } else if to.path.is_empty() {
            missing_anchor(to.fragment, &self.anchors)
        } else if to.path.starts_with('/') {
            self.fault_on_site(&to)
        } else {
            self.fault_of_file(&to)
        }
    }

    /// What is wrong with an image's address.
    pub fn fault_of_image(&self, url: &str) -> Option<Fault> {
        if !html::is_safe(url) || is_elsewhere(url) || url.starts_with('/') {
            let hint = "put the picture into the lesson's folder and name the file".to_owned();
            return Some((format!("`{url}` is no picture of this lesson"), hint));
        }
        if url.split('/').any(|part| part == "..") || !self.dir.join(url).is_file() {
            return Some((format!("there is no file `{url}` beside this one"), String::new()));
        }
        let ending = Path::new(url).extension().and_then(|e| e.to_str()).unwrap_or_default();
        let known = PICTURES.iter().any(|known| ending.eq_ignore_ascii_case(known));
        let hint = || format!("pictures end in {}", PICTURES.join(", "));
        (!known).then(|| (format!("`{url}` is not served as a picture"), hint()))
    }

    fn course(&self) -> PathBuf {
        self.dir.join("..")
    }

    fn fault_of_file(&self, to: &Url<'_>) -> Option<Fault> {
        if !self.dir.join(to.path).exists() {
            return Some((format!("there is no file `{}` beside this one", to.path), String::new()));
        }
        let Some((slug, lang)) = lesson_file(to.path) else {
            let hint = "link to another lesson by its file, ../NN-topic/lesson.en.md".to_owned();
            return Some((format!("the site has no page for `{}`", to.path), hint));
        };
        let dir = slug.map_or_else(|| self.dir.clone(), |slug| self.course().join(slug));
        missing_in(&dir, lang, to.fragment)
    }

    /// The same pages as `app`'s router has.
    fn fault_on_site(&self, to: &Url<'_>) -> Option<Fault> {
        let unknown = || {
            let hint =
                "pages are /LANG, /LANG/fidelity, /LANG/lessons/NN-topic and /LANG/lessons/NN-topic/WIDGET";
            Some((format!("the site has no page `{}`", to.path), hint.to_owned()))
        };
        let mut parts = to.path.trim_matches('/').split('/');
        let Some(Ok(lang)) = parts.next().map(str::parse::<Lang>) else { return unknown() };
        match parts.collect::<Vec<_>>().as_slice() {
            [] | ["fidelity"] => None,
            ["lessons", slug] => {
                let dir = self.course().join(slug);
                let experiment = to.query.split('&').find_map(|pair| pair.strip_prefix("ex="));
                if let Some(id) = experiment.filter(|id| !dir.join("experiments").join(id).is_dir()) {
                    return Some((format!("lesson `{slug}` has no experiment `{id}`"), String::new()));
                }
                missing_in(&dir, lang, to.fragment)
            }
            ["lessons", slug, widget] => {
                let found = self.course().join(slug).join("widgets").join(widget).is_dir();
                if found { None } else { unknown() }
            }
            _ => unknown(),
        }
    }
}

/// The lesson and the language of a link to a lesson's file; no lesson where it is the same one.
fn lesson_file(path: &str) -> Option<(Option<&str>, Lang)> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let (slug, file) = match path.strip_prefix("../") {
        Some(rest) => rest.split_once('/').map(|(slug, file)| (Some(slug), file))?,
        None => (None, path),
    };
    let lang = file.strip_prefix("lesson.")?.strip_suffix(".md")?.parse().ok()?;
    Some((slug, lang))
}

/// Is there such a section in a lesson's file?
fn missing_in(dir: &Path, lang: Lang, fragment: &str) -> Option<Fault> {
    let name = format!("lesson.{lang}.md");
    let slug = dir.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let Ok(source) = Source::read(&dir.join(&name), name) else {
        return Some((format!("there is no lesson `{slug}` in `{lang}`"), String::new()));
    };
    if fragment.is_empty() { None } else { missing_anchor(fragment, &markdown::anchors(&source, lang)) }
}

fn missing_anchor(fragment: &str, anchors: &[String]) -> Option<Fault> {
    let known = anchors.iter().any(|id| id == fragment);
    (!known).then(|| {
        (format!("no section has the id `{fragment}`"), format!("there are: {}", anchors.join(", ")))
    })
}

/// A link as it stands on the page.
pub(crate) fn on_page<'u>(url: &'u str, slug: &str) -> Cow<'u, str> {
    let to = Url::parse(url);
    match lesson_file(to.path) {
        Some((of, lang)) if !is_elsewhere(url) => {
            let hash = if to.fragment.is_empty() { "" } else { "#" };
            Cow::Owned(format!("/{lang}/lessons/{}{hash}{}", of.unwrap_or(slug), to.fragment))
        }
        _ => Cow::Borrowed(url),
    }
}

/// A picture's address as it stands on the page.
pub(crate) fn picture_on_page<'u>(url: &'u str, slug: &str) -> Cow<'u, str> {
    if is_elsewhere(url) || url.starts_with('/') {
        Cow::Borrowed(url)
    } else {
        Cow::Owned(format!("/lessons/{slug}/{}", url.trim_start_matches("./")))
    }
}
