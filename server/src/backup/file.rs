//! A file that comes into being whole: written beside its place, and put there at the end.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A file on its way; it goes with its owner, unless it was put in its place.
pub(super) struct NewFile {
    path: PathBuf,
    file: File,
}

impl NewFile {
    /// Makes it in the folder of the file that it is to be. Only its owner may read it: a backup holds the tokens of clusters.
    ///
    /// # Errors
    /// Names the folder and the way out.
    pub fn beside(file: &Path) -> Result<Self> {
        let dir = folder(file);
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let path = dir.join(format!(".{name}.{}.part", std::process::id()));
        let why =
            || format!("cannot write into the folder {}: choose another one for the backup", dir.display());
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).with_context(why)?;
        Ok(Self { path, file })
    }

    /// The file, to be written to.
    ///
    /// # Errors
    /// When the process has too many files.
    pub fn open(&self) -> Result<File> {
        Ok(self.file.try_clone()?)
    }

    /// Puts it in its place once all of it is on the disk; gives its bytes.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn put(mut self, to: &Path) -> Result<u64> {
        let why = || format!("cannot write {}: make room, or choose another place", to.display());
        self.file.flush().and_then(|()| self.file.sync_all()).with_context(why)?;
        let bytes = self.file.metadata().with_context(why)?.len();
        fs::rename(&self.path, to).with_context(why)?;
        // the name is on the disk only when its folder is
        File::open(folder(to)).and_then(|dir| dir.sync_all()).with_context(why)?;
        Ok(bytes)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
