//! What surrounds our kubectl where the real one runs in a folder: its files, and the editor that a line's environment names.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use futures::future::{BoxFuture, FutureExt, ready};
use kubectl::host::{Entry, Host};

/// A folder, and an editor.
pub struct Folder {
    /// Where lines run.
    pub home: PathBuf,
    /// A shell's command line to which the file's name is added.
    pub editor: Option<String>,
}

impl Host for Folder {
    fn open(&self, path: &str) -> io::Result<Entry> {
        let path = self.home.join(path);
        if !path.is_dir() {
            return std::fs::read(path).map(Entry::File);
        }
        let names =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<_>>().map(Entry::Folder)
    }

    fn edit<'a>(&'a self, name: &'a str, text: String) -> BoxFuture<'a, io::Result<String>> {
        let editor = self.editor.as_deref().unwrap_or("vi");
        ready(edit(&self.home.join(name), editor, &text)).boxed()
    }
}

fn edit(file: &Path, editor: &str, text: &str) -> io::Result<String> {
    std::fs::write(file, text)?;
    let line = format!("{editor} {}", file.display());
    let ended = Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    let edited = std::fs::read_to_string(file)?;
    std::fs::remove_file(file)?;
    if ended.success() {
        Ok(edited)
    } else {
        Err(io::Error::other(format!("there was a problem with the editor {editor:?}")))
    }
}
