//! What a console stands on: a cluster, files, the lines of before. The house around it hands it in.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use kubectl::{
    Sink,
    host::{self, Entry, Host},
};
use wire::{learner::Lang, lesson::Acted};

/// Most files that a learner keeps in a sandbox.
const FILES_MAX: usize = 50;
/// Longest file, bytes.
const FILE_BYTES_MAX: usize = 256 * 1024;

/// Where a line prints.
pub trait Screen: Sink + Send {
    /// Everything that the line printed so far goes away.
    fn clear(&mut self);
}

/// Who edits a text for the learner.
pub trait Editor: Send + Sync {
    /// Shows the text; gives it back when it is saved, `None` when the learner does not want it.
    fn edit(&self, name: &str, text: String) -> BoxFuture<'static, Option<String>>;
}

/// What commands ask of the house.
pub trait Desk: Send + Sync {
    /// The cluster, as the learner.
    fn client(&self) -> kube::Client;
    /// The cluster's time.
    fn now(&self) -> Timestamp;
    /// What is ours speaks this language.
    fn lang(&self) -> Lang;
    /// Whether somebody can press Ctrl-C, so that a command may take as long as it likes.
    fn is_attended(&self) -> bool;
    /// Lines of before, oldest first.
    fn history(&self) -> Vec<String>;
    /// The files.
    fn files(&self) -> &Files;
    /// Who edits, if somebody can.
    fn editor(&self) -> Option<Arc<dyn Editor>>;
    /// A command begins; the experiment's act that it is, if it is one.
    fn begin(&self, argv: &[String]) -> Option<Acted>;
    /// The act's command has ended.
    fn end<'a>(&'a self, act: &'a Acted, done: bool) -> BoxFuture<'a, ()>;
}

/// A desk as kubectl sees it: the files as they are when it starts, and the editor.
pub struct Surroundings {
    files: host::Files,
    editor: Option<Arc<dyn Editor>>,
}

impl Surroundings {
    /// Of a desk, now.
    pub fn of(desk: &dyn Desk) -> Self {
        let names = desk.files().names();
        let files =
            names.into_iter().filter_map(|name| Some((name.clone(), desk.files().read(&name)?.into_bytes())));
        Self { files: host::Files(files.collect()), editor: desk.editor() }
    }
}

impl Host for Surroundings {
    fn open(&self, path: &str) -> io::Result<Entry> {
        self.files.open(path)
    }

    fn edit<'a>(&'a self, name: &'a str, text: String) -> BoxFuture<'a, io::Result<String>> {
        let Some(editor) = &self.editor else { return self.files.edit(name, text) };
        let edited = editor.edit(name, text.clone());
        // what comes back unchanged ends the command
        async move { Ok(edited.await.unwrap_or(text)) }.boxed()
    }
}

/// Files by name: the exercise's own, which stay as they are, and those that the learner wrote.
#[derive(Debug, Default)]
pub struct Files {
    given: BTreeMap<String, String>,
    own: Mutex<BTreeMap<String, String>>,
}

impl Files {
    /// Of the exercise, and the learner's.
    pub fn new(given: BTreeMap<String, String>, own: BTreeMap<String, String>) -> Self {
        Self { given, own: Mutex::new(own) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the learner wrote.
    pub fn own(&self) -> BTreeMap<String, String> {
        self.lock().clone()
    }

    /// All names, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.given.keys().chain(self.lock().keys()).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> Option<String> {
        let name = plain(name);
        self.lock().get(name).or_else(|| self.given.get(name)).cloned()
    }

    /// Writes a file, or adds to it.
    ///
    /// # Errors
    /// Why it cannot be: its name, or no room.
    pub fn write(&self, name: &str, text: &str, append: bool) -> Result<(), &'static str> {
        let name = plain(name);
        if name.is_empty() || name.contains('/') {
            return Err("No such file or directory");
        }
        let old = if append { self.read(name).unwrap_or_default() } else { String::new() };
        let mut own = self.lock();
        if old.len() + text.len() > FILE_BYTES_MAX {
            return Err("File too large");
        }
        if own.len() >= FILES_MAX && !own.contains_key(name) {
            return Err("No space left on device");
        }
        own.insert(name.to_owned(), old + text);
        Ok(())
    }

    /// Takes a file of the learner's away; one of the exercise's is as it was again.
    pub fn remove(&self, name: &str) -> bool {
        self.lock().remove(plain(name)).is_some()
    }
}

/// There are no folders.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_exercise_come_back() {
        let files = Files::new([("a.yaml".into(), "1".into())].into(), BTreeMap::new());
        assert_eq!(files.write("./a.yaml", "2", true), Ok(()));
        assert_eq!(files.write("b", "3", false), Ok(()));
        assert_eq!(
            (files.read("a.yaml").as_deref(), files.names().join(" ")),
            (Some("12"), "a.yaml b".into())
        );
        assert!(files.remove("a.yaml") && !files.remove("a.yaml"));
        assert_eq!(files.read("./a.yaml").as_deref(), Some("1"));
        assert_eq!(files.write("c/d", "", false), Err("No such file or directory"));
        assert_eq!(files.write("e", &"x".repeat(FILE_BYTES_MAX + 1), false), Err("File too large"));
    }
}
