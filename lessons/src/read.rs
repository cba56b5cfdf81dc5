//! Reads a lesson's directory and compares its languages with one another.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde::Deserialize;
use wire::{
    learner::Lang,
    lesson::Block,
    widget::{See, Widget, WidgetKind},
};

use crate::{
    diagnostic::{Diagnostic, Severity},
    experiment::Experiment,
    experiment_file, files,
    lesson::{Lesson, Text},
    markdown::{self, Body},
    recap,
    source::Source,
    widget, words, world,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    number: u32,
    title: String,
    part: String,
    summary: String,
    #[serde(default)]
    of: Option<String>,
}

/// Rules of which a breach is an error that hinders no page: a section that was renamed takes no other lesson off the site.
const SHOWN: [&str; 3] = ["link", "no-alt", "raw-html"];

/// Reads and lints the lesson in a directory.
///
/// # Errors
/// Every finding, in the order of the files, when one of them makes the lesson impossible to show.
pub fn read(dir: &Path) -> Result<Lesson, Vec<Diagnostic>> {
    let slug = dir.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
    let mut reader =
        Reader { dir, slug, found: Vec::new(), experiments: BTreeMap::new(), widgets: BTreeMap::new() };
    let lesson = reader.lesson();
    let hinders = |d: &Diagnostic| d.severity == Severity::Error && !SHOWN.contains(&d.code);
    let is_broken = reader.found.iter().any(hinders);
    match lesson {
        Some(lesson) if !is_broken => Ok(Lesson { findings: reader.found, ..lesson }),
        _ => Err(reader.found),
    }
}

struct Reader<'a> {
    dir: &'a Path,
    slug: String,
    found: Vec<Diagnostic>,
    experiments: BTreeMap<String, Arc<Experiment>>,
    widgets: BTreeMap<String, widget::File>,
}

struct Read {
    source: Source,
    front: FrontMatter,
    body: Body,
}

impl Reader<'_> {
    fn lesson(&mut self) -> Option<Lesson> {
        let mut files = BTreeMap::new();
        for lang in Lang::ALL {
            files.extend(self.file(lang).map(|read| (lang, read)));
        }
        let order: Vec<String> = match files.get(&Lang::Ko) {
            Some(read) => read.body.fences.iter().map(|f| f.experiment.clone()).collect(),
            None => Vec::new(),
        };
        self.read_experiments();
        self.widgets = widget::read_files(self.dir, &self.slug, &mut self.found);
        let mut texts = BTreeMap::new();
        for (lang, read) in &mut files {
            texts.insert(*lang, self.text(*lang, read));
        }
        self.compare(&files);
        self.unplaced(&order);
        self.unplaced_widgets(files.get(&Lang::Ko));
        let number = files.get(&Lang::Ko)?.front.number;
        let experiments = order.iter().filter_map(|id| self.experiments.get(id).cloned()).collect();
        let (mut races, mut games) = (BTreeMap::new(), BTreeMap::new());
        for (id, file) in std::mem::take(&mut self.widgets) {
            match file {
                widget::File::Race(race) => drop(races.insert(id, Arc::from(race))),
                widget::File::Scheduler(game) => drop(games.insert(id, Arc::new(game))),
                widget::File::Advisor(_) | widget::File::Sort(_) => {}
            }
        }
        let (slug, version) = (self.slug.clone(), files::version(self.dir));
        Some(Lesson { slug, number, version, experiments, races, games, findings: Vec::new(), texts })
    }

    fn file(&mut self, lang: Lang) -> Option<Read> {
        let name = format!("lesson.{lang}.md");
        let file = self.dir.join(&name);
        let path = format!("{}/{name}", self.slug);
        if lang != Lang::Ko && !file.exists() {
            let source = Source { path, text: String::new() };
            let message = format!("there is no translation of the lesson to `{lang}`");
            self.found.push(source.warning(0, 0, "missing-translation", message));
            return None;
        }
        let source = self.kept(Source::read(&file, path))?;
        let front = self.front_matter(&source)?;
        let prefix = self.slug.split('-').next().unwrap_or_default();
        if prefix.parse() != Ok(front.number) {
            let (line, column) = source.find_key(source.whole(), "number");
            let message = format!(
                "the lesson says that it is number {}, but its directory starts with `{prefix}`",
                front.number
            );
            self.found
                .push(source.error(line, column, "number", message).hint("name the directory like 21-topic"));
        }
        for (key, text) in [("title", &front.title), ("part", &front.part), ("summary", &front.summary)] {
            if text.trim().is_empty() {
                let (line, column) = source.find_key(source.whole(), key);
                self.found.push(source.error(line, column, "empty", format!("`{key}` has no text")));
            }
        }
        let body = markdown::read(&source, lang, self.dir);
        Some(Read { source, front, body })
    }

    fn front_matter(&mut self, source: &Source) -> Option<FrontMatter> {
        let body = source.text.strip_prefix("---\n");
        let yaml = body.and_then(|rest| rest.find("\n---").map(|end| &rest[..=end]));
        let Some(yaml) = yaml else {
            let hint =
                "start the file with a line ---, then number, title, part, summary, and another line ---";
            self.found
                .push(source.error(1, 1, "front-matter", "the file has no front matter".into()).hint(hint));
            return None;
        };
        self.kept(source.yaml(yaml, 1))
    }

    fn read_experiments(&mut self) {
        let Ok(entries) = std::fs::read_dir(self.dir.join("experiments")) else { return };
        let mut dirs: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
        dirs.sort();
        for dir in dirs {
            let id = dir.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            if let Some(experiment) = self.read_experiment(&id, &dir) {
                self.experiments.insert(id, Arc::new(experiment));
            }
        }
    }

    fn read_experiment(&mut self, id: &str, dir: &Path) -> Option<Experiment> {
        let path = |name: &str| format!("{}/experiments/{id}/{name}", self.slug);
        let files = ["world.yaml", "experiment.yaml"].map(|name| Source::read(&dir.join(name), path(name)));
        let [world, experiment] = files.map(|file| self.kept(file));
        let world = world.and_then(|source| self.all_kept(world::read(&source)));
        let experiment = experiment?;
        let files = self.read_files(id, dir);
        let read = self.all_kept(experiment_file::read(id, experiment, world?))?;
        Some(Experiment { files, ..read })
    }

    /// What lies in an experiment's folder `files`.
    fn read_files(&mut self, id: &str, dir: &Path) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for file in std::fs::read_dir(dir.join("files")).into_iter().flatten().flatten().map(|e| e.path()) {
            let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            let path = format!("{}/experiments/{id}/files/{name}", self.slug);
            files.extend(self.kept(Source::read(&file, path)).map(|source| (name, source.text)));
        }
        files
    }

    fn text(&mut self, lang: Lang, read: &mut Read) -> Text {
        self.found.append(&mut read.body.found);
        let mut all = BTreeMap::new();
        for fence in &read.body.fences {
            let Some(experiment) = self.experiments.get(&fence.experiment) else {
                if !self.dir.join("experiments").join(&fence.experiment).is_dir() {
                    let message = format!("there is no experiment `{}`", fence.experiment);
                    let known: Vec<&str> = self.experiments.keys().map(String::as_str).collect();
                    let hint = format!("the directory experiments/ has: {}", known.join(", "));
                    self.found.push(read.source.error(fence.line, 15, "unknown-id", message).hint(hint));
                }
                continue;
            };
            let words = words::read(&read.source, lang, fence, experiment, &mut self.found);
            all.extend(words.map(|w| (fence.experiment.clone(), w)));
        }
        let widgets = self.widget_words(lang, read, &all);
        let mut recaps = Vec::new();
        let is_there = |id: &str| self.dir.join("experiments").join(id).is_dir();
        for fence in &read.body.recaps {
            recaps.push(recap::read(&read.source, fence, &self.experiments, is_there, &mut self.found));
        }
        let mut recaps = recaps.into_iter();
        let place = |block: &Block| match block {
            Block::Recap { .. } => recaps.next().flatten().unwrap_or_else(|| block.clone()),
            block => placed(block, &widgets),
        };
        Text {
            title: read.front.title.clone(),
            part: read.front.part.clone(),
            summary: read.front.summary.clone(),
            sections: read.body.sections.clone(),
            blocks: read.body.blocks.iter().map(place).collect(),
            words: all,
            widgets,
        }
    }

    fn widget_words(
        &mut self,
        lang: Lang,
        read: &Read,
        experiments: &BTreeMap<String, words::Words>,
    ) -> BTreeMap<String, Widget> {
        let places = places(read, experiments);
        let mut all = BTreeMap::new();
        for fence in &read.body.widgets {
            let word = fence.kind.word();
            match self.widgets.get(&fence.id) {
                Some(file) if file.kind() == fence.kind => {
                    let widget = widget::words(&read.source, lang, fence, file, &places, &mut self.found);
                    all.extend(widget.map(|w| (fence.id.clone(), w)));
                }
                // it is reported where it is broken
                None if self.dir.join("widgets").join(&fence.id).is_dir() => {}
                _ => {
                    let message = format!("there is no {word} `{}`", fence.id);
                    let mut known: Vec<&str> = self.widgets.keys().map(String::as_str).collect();
                    known.sort_unstable();
                    let hint = format!(
                        "the directory widgets/ has: {}; a {word} has a {word}.yaml",
                        known.join(", ")
                    );
                    let column = "```".len() + word.len() + 2;
                    self.found.push(read.source.error(fence.line, column, "unknown-id", message).hint(hint));
                }
            }
        }
        all
    }

    fn compare(&mut self, files: &BTreeMap<Lang, Read>) {
        let Some(original) = files.get(&Lang::Ko) else { return };
        let hash = fingerprint(&original.source.text);
        let shape = |read: &Read| -> Vec<_> {
            read.body.sections.iter().map(|s| (s.id.clone(), s.problem)).collect()
        };
        let places =
            |read: &Read| -> Vec<_> { read.body.fences.iter().map(|f| f.experiment.clone()).collect() };
        for (_, read) in files.iter().filter(|(lang, _)| **lang != Lang::Ko) {
            let source = &read.source;
            if read.front.of.as_deref() != Some(hash.as_str()) {
                let (line, column) = source.find_key(source.whole(), "of");
                let message = "the Korean text has changed since this was translated".to_owned();
                let hint = format!("when the translation says the same again, write of: \"{hash}\"");
                self.found.push(source.warning(line, column, "stale-translation", message).hint(hint));
            }
            let missing = shape(original).into_iter().find(|s| !shape(read).contains(s));
            if let Some((id, _)) = missing {
                let message = format!("section `{id}` is missing here, or has another problem number");
                self.found.push(source.warning(1, 1, "missing-translation", message));
            } else if shape(original) != shape(read) {
                let message = "the sections are not those of the Korean text, in its order".to_owned();
                self.found.push(source.warning(1, 1, "missing-translation", message));
            }
            if places(original) != places(read) {
                let message = format!(
                    "the Korean text places the experiments {:?}, this one {:?}",
                    places(original),
                    places(read)
                );
                self.found.push(source.error(1, 1, "missing-words", message));
            }
            let widgets = |read: &Read| -> Vec<String> {
                read.body.widgets.iter().map(|f| format!("{} {}", f.kind.word(), f.id)).collect()
            };
            if widgets(original) != widgets(read) {
                let message = format!(
                    "the Korean text places the widgets {:?}, this one {:?}",
                    widgets(original),
                    widgets(read)
                );
                self.found.push(source.error(1, 1, "missing-words", message));
            }
        }
    }

    fn unplaced_widgets(&mut self, original: Option<&Read>) {
        let is_placed = |id: &str| original.is_some_and(|r| r.body.widgets.iter().any(|w| w.id == *id));
        for (id, file) in self.widgets.iter().filter(|(id, _)| !is_placed(id)) {
            let source = Source { path: format!("{}/widgets/{id}", self.slug), text: String::new() };
            let hint = format!("put a fence ```{} {id} into lesson.ko.md", file.kind().word());
            let message = format!("widget `{id}` has no place in the lesson");
            self.found.push(source.warning(0, 0, "unplaced", message).hint(hint));
        }
    }

    fn unplaced(&mut self, placed: &[String]) {
        for id in self.experiments.keys().filter(|id| !placed.contains(id)) {
            let source = Source { path: format!("{}/experiments/{id}", self.slug), text: String::new() };
            let message = format!("experiment `{id}` has no place in the lesson");
            self.found.push(
                source.warning(0, 0, "unplaced", message).hint("put a fence ```experiment into lesson.ko.md"),
            );
        }
    }

    fn kept<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        self.all_kept(result.map_err(|d| vec![*d]))
    }

    fn all_kept<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.found.extend(found)).ok()
    }
}

/// What widgets may lead to: experiments, widgets and sections of a text.
fn places(read: &Read, experiments: &BTreeMap<String, words::Words>) -> widget::Places {
    let sections = read
        .body
        .sections
        .iter()
        .map(|s| (s.id.clone(), See::Section { id: s.id.clone(), title: s.title.clone() }));
    let widgets = read.body.widgets.iter().map(|w| {
        let words: Option<serde_json::Value> = read.source.yaml(&w.yaml, w.line).ok();
        let title = words.and_then(|w| w["title"].as_str().map(str::to_owned)).unwrap_or_default();
        (w.id.clone(), See::Widget { id: w.id.clone(), title })
    });
    let experiments = experiments.iter().map(|(id, words)| {
        let (label, title) = (words.label.clone(), words.title.clone());
        (id.clone(), See::Experiment { id: id.clone(), label, title })
    });
    sections.chain(widgets).chain(experiments).collect()
}

/// A widget's place with its words.
fn placed(block: &Block, widgets: &BTreeMap<String, Widget>) -> Block {
    match block {
        Block::Widget { id, kind, .. } => {
            let widget = widgets.get(id);
            let words = widget.map(|w| (w.title.clone(), w.lede.clone())).unwrap_or_default();
            let stands_here = *kind == WidgetKind::Sort;
            Block::Widget {
                id: id.clone(),
                kind: *kind,
                title: words.0,
                lede: words.1,
                whole: widget.filter(|_| stands_here).cloned().map(Box::new),
            }
        }
        other => other.clone(),
    }
}

/// FNV-1a over the lines without trailing space: enough to see that a text changed.
pub(crate) fn fingerprint(text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.lines().flat_map(|line| line.trim_end().bytes().chain([b'\n'])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
