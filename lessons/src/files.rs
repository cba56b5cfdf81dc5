//! The files of a lesson as a whole: its version, and whether something changed.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// Bytes of the hash that make a version.
const VERSION_BYTES: usize = 6;

/// A lesson's version: 12 hex digits over the names and contents of its files.
pub(crate) fn version(dir: &Path) -> String {
    let mut hash = Sha256::new();
    for file in list(dir) {
        let name = file.strip_prefix(dir).unwrap_or(&file).to_string_lossy().into_owned();
        // one that can't be read is reported where it is read
        let content = std::fs::read(&file).unwrap_or_default();
        for part in [name.as_bytes(), &content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Changes whenever a file below a folder comes, goes, or is written. Good within one process only.
pub fn stamp(dir: &Path) -> u64 {
    let mut hash = DefaultHasher::new();
    for file in list(dir) {
        file.hash(&mut hash);
        if let Ok(metadata) = std::fs::metadata(&file) {
            (metadata.len(), metadata.modified().ok()).hash(&mut hash);
        }
    }
    hash.finish()
}

/// All files below a folder, in order. Hidden ones and editors' copies are no part of a lesson.
fn list(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(['.', '#']) || name.ends_with('~') {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(list(&entry.path())),
            Ok(_) => files.push(entry.path()),
            Err(_) => {}
        }
    }
    files.sort();
    files
}
