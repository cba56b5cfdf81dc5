//! What surrounds a console: files by name, and an editor.
//!
//! Models the file system and `$EDITOR` as kubectl sees them; whoever runs [`Kubectl`](crate::Kubectl) says what they are.

use std::{collections::BTreeMap, io};

use futures::future::{BoxFuture, FutureExt, ready};

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file's bytes.
    File(Vec<u8>),
    /// The names in a folder, in any order.
    Folder(Vec<String>),
}

/// Files and an editor.
pub trait Host: Send + Sync {
    /// What lies at `path`, which is as the line says it: `web.yaml`, `manifests/`, `./a/../b.yaml`.
    ///
    /// # Errors
    /// `NotFound` where nothing does; its other kinds are printed in their own words.
    fn open(&self, path: &str) -> io::Result<Entry>;

    /// Hands a text to the learner, and gives it back when they have saved it. `name` is a file's, and ends in `.yaml` or `.json`.
    /// A text that the cluster refuses comes again, with the reason as a comment on top; one that comes back unchanged ends it.
    ///
    /// # Errors
    /// Where there is no editor, or it did not end well; `kubectl edit` prints the error.
    fn edit<'a>(&'a self, name: &'a str, text: String) -> BoxFuture<'a, io::Result<String>>;

    /// Keeps an edited text that could not be used, so that it is not lost; gives its path, or none where nothing is kept.
    fn keep(&self, name: &str, text: &str) -> Option<String> {
        let _ = (name, text);
        None
    }
}

/// Files in memory, by name, and no editor. Empty, it is a host without any files.
#[derive(Clone, Debug, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

/// `a/b` of `./a//b/` and of `a/c/../b`; empty for the folder where everything lies.
pub fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Host for Files {
    fn open(&self, path: &str) -> io::Result<Entry> {
        let path = plain(path);
        if let Some(bytes) = self.0.get(&path) {
            return Ok(Entry::File(bytes.clone()));
        }
        let folder = if path.is_empty() { path } else { format!("{path}/") };
        let inside = self.0.keys().filter_map(|name| name.strip_prefix(&folder));
        let mut names: Vec<String> =
            inside.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect();
        names.dedup();
        if names.is_empty() && !folder.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Entry::Folder(names))
    }

    fn edit<'a>(&'a self, _: &'a str, _: String) -> BoxFuture<'a, io::Result<String>> {
        let none = "unable to launch the editor \"vi\"";
        ready(Err(io::Error::other(none))).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expect: Option<Entry>) {
        let names = ["a.yaml", "m/b.yaml", "m/c.yaml", "m/n/d.yaml"];
        let files = Files(names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect());
        assert_eq!(files.open(path).ok(), expect, "{path}");
    }

    #[test]
    fn files() {
        let folder = |names: &[&str]| Some(Entry::Folder(names.iter().map(|it| (*it).to_owned()).collect()));
        check("./m/../a.yaml", Some(Entry::File(b"a.yaml".to_vec())));
        check("m/", folder(&["b.yaml", "c.yaml", "n"]));
        check(".", folder(&["a.yaml", "m"]));
        check("nosuch", None);
    }
}
