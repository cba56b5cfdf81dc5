//! Where a cluster's kubeconfig lies: a file that was asked for, or a temporary folder that goes with the cluster.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::secret;

/// The place of one kubeconfig.
pub struct Home {
    kubeconfig: PathBuf,
    /// Ours to remove.
    folder: Option<PathBuf>,
}

impl Home {
    /// At `asked`, or in a new temporary folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(asked: Option<PathBuf>) -> Result<Self> {
        let folder = match &asked {
            Some(_) => None,
            None => Some(std::env::temp_dir().join(format!("pilothouse-{}", &secret::id()[..12]))),
        };
        if let Some(folder) = &folder {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let kubeconfig = asked.or_else(|| folder.as_ref().map(|f| f.join("kubeconfig"))).unwrap_or_default();
        Ok(Self { kubeconfig, folder })
    }

    /// The file.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Writes the file; it holds a secret, so nobody else may read it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, text: &str) -> Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let why =
            || format!("cannot write {}: choose another file with --kubeconfig", self.kubeconfig.display());
        let mut file = options.open(&self.kubeconfig).with_context(why)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).with_context(why)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}
