//! Widgets: a folder `widgets/ID` with a file `KIND.yaml` that is the same in every language, and a fence ```` ```KIND ID ````
//! in the prose that places the widget and holds its words.

mod advisor;
pub mod race;
pub mod scheduler;
pub mod script;
mod sort;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use wire::{
    learner::Lang,
    widget::{Asked, Body, See, Widget, WidgetKind},
};

use crate::{
    diagnostic::Diagnostic,
    source::{Source, Within},
};

/// A widget's place, and the YAML of its words.
#[derive(Debug)]
pub(crate) struct Fence {
    /// What kind of widget.
    pub kind: WidgetKind,
    /// Its id.
    pub id: String,
    /// The words.
    pub yaml: String,
    /// Line of the opening fence; the YAML starts on the next.
    pub line: usize,
}

/// What a widget is in every language.
#[derive(Clone, Debug)]
pub(crate) enum File {
    Advisor(advisor::File),
    Sort(sort::File),
    Race(Box<race::File>),
    Scheduler(scheduler::File),
}

impl File {
    pub fn kind(&self) -> WidgetKind {
        match self {
            Self::Advisor(_) => WidgetKind::Advisor,
            Self::Sort(_) => WidgetKind::Sort,
            Self::Race(_) => WidgetKind::Race,
            Self::Scheduler(_) => WidgetKind::Scheduler,
        }
    }
}

/// Reads the folder `widgets` of a lesson; what is wrong goes to `found`.
pub(crate) fn read_files(dir: &Path, slug: &str, found: &mut Vec<Diagnostic>) -> BTreeMap<String, File> {
    let Ok(entries) = std::fs::read_dir(dir.join("widgets")) else { return BTreeMap::new() };
    let mut dirs: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    dirs.sort();
    let mut files = BTreeMap::new();
    for dir in dirs {
        let id = dir.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let path = |name: &str| format!("{slug}/widgets/{id}/{name}");
        let named = |kind: &WidgetKind| dir.join(format!("{}.yaml", kind.word())).is_file();
        let Some(kind) = WidgetKind::ALL.into_iter().find(named) else {
            let known: Vec<String> = WidgetKind::ALL.iter().map(|k| format!("{}.yaml", k.word())).collect();
            let source = Source { path: format!("{slug}/widgets/{id}"), text: String::new() };
            let message = format!("the widget `{id}` has none of the files {}", known.join(", "));
            found.push(source.error(0, 0, "unreadable", message));
            continue;
        };
        let name = format!("{}.yaml", kind.word());
        let source = match Source::read(&dir.join(&name), path(&name)) {
            Ok(source) => source,
            Err(diagnostic) => {
                found.push(*diagnostic);
                continue;
            }
        };
        let read = match kind {
            WidgetKind::Advisor => advisor::read(source, found).map(File::Advisor),
            WidgetKind::Sort => sort::read(&source, found).map(File::Sort),
            WidgetKind::Race => race::read(&source, &dir, path, found).map(|file| File::Race(Box::new(file))),
            WidgetKind::Scheduler => scheduler::read(&source, &dir, path, found).map(File::Scheduler),
        };
        files.extend(read.map(|file| (id, file)));
    }
    files
}

/// What may be linked to, in one language.
pub(crate) type Places = BTreeMap<String, See>;

/// Reads a fence against its widget. Findings go to `found`; `None` where it cannot be shown.
pub(crate) fn words(
    source: &Source,
    lang: Lang,
    fence: &Fence,
    file: &File,
    places: &Places,
    found: &mut Vec<Diagnostic>,
) -> Option<Widget> {
    let mut reader = Reader {
        source,
        within: Within { first_line: fence.line, last_line: fence.line + fence.yaml.lines().count() },
        found,
    };
    let (title, lede, body) = match file {
        File::Advisor(file) => {
            advisor::words(&mut reader, fence, file, places).map(|(t, l, b)| (t, l, Body::Advisor(b)))
        }
        File::Sort(file) => {
            sort::words(&mut reader, lang, fence, file).map(|(t, l, b)| (t, l, Body::Sort(b)))
        }
        File::Race(file) => {
            race::words(&mut reader, lang, fence, file).map(|(t, l, b)| (t, l, Body::Race(b)))
        }
        File::Scheduler(file) => {
            scheduler::words(&mut reader, lang, fence, file).map(|(t, l, b)| (t, l, Body::Scheduler(b)))
        }
    }?;
    reader.filled("title", &title);
    reader.filled("lede", &lede);
    Some(Widget { id: fence.id.clone(), title, lede, body, asked: Asked::default() })
}

/// Finds fault with the words of a fence.
pub(crate) struct Reader<'a> {
    source: &'a Source,
    within: Within,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The fence's YAML.
    fn yaml<T: serde::de::DeserializeOwned>(&mut self, fence: &Fence) -> Option<T> {
        self.source.yaml(&fence.yaml, fence.line).map_err(|d| self.found.push(*d)).ok()
    }

    /// The same below a key: what follows is looked for from there on.
    fn below(&mut self, key: &str) -> Reader<'_> {
        let (line, _) = self.source.find_key(self.within, key);
        let within = Within { first_line: line, last_line: self.within.last_line };
        Reader { source: self.source, within, found: self.found }
    }

    fn filled(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.error(key, "empty", format!("`{key}` has no text"), "");
        }
    }

    /// Every id has words, and all words have an id. `of` is the key that they stand below.
    fn same<'i>(&mut self, of: &str, ids: &[&str], words: impl Iterator<Item = &'i String>) -> bool {
        let words: BTreeSet<&str> = words.map(String::as_str).collect();
        let mut same = true;
        for id in words.iter().filter(|id| !ids.contains(id)) {
            let hint = format!("its file has: {}", ids.join(", "));
            self.error(id, "unknown-id", format!("there is no `{id}` among the widget's {of}"), &hint);
            same = false;
        }
        for id in ids.iter().filter(|id| !words.contains(*id)) {
            let message = format!("`{id}` of the widget's {of} has no words here");
            self.error(of, "missing-words", message, &format!("add `{id}: …` under `{of}`"));
            same = false;
        }
        same
    }

    fn error(&mut self, key: &str, code: &'static str, message: String, hint: &str) {
        let (line, column) = self.source.find_key(self.within, key);
        self.found.push(self.source.error(line, column, code, message).hint(hint));
    }
}

/// Ids are short words in lower case, as they stand in addresses.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

type Text = serde_saphyr::Spanned<String>;

/// A finding about a value of a widget's file.
fn at<T>(
    source: &Source,
    value: &serde_saphyr::Spanned<T>,
    code: &'static str,
    message: String,
    hint: &str,
) -> Diagnostic {
    let at = &value.referenced;
    source.error(at.line() as usize, at.column() as usize, code, message).hint(hint)
}

/// Ids of a list: well made, and each once.
fn check_ids<'a>(source: &Source, ids: impl Iterator<Item = &'a Text>, found: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !is_id(&id.value) {
            let hint = "small letters, digits and hyphens, e.g. always-three";
            found.push(at(source, id, "bad-id", format!("`{}` is no id", id.value), hint));
        } else if !seen.insert(&id.value) {
            found.push(at(source, id, "duplicate-id", format!("`{}` stands twice", id.value), ""));
        }
    }
}
