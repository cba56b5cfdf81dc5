//! The editor of manifests: CodeMirror from npm and `editor/src`, one script that a page loads when it needs it.
use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{e2e, paths::root, sh};

/// Its name in the site's `pkg/`.
pub const FILE: &str = "editor.js";

/// Bundles it. Without npm the site has none, and pages keep their plain text areas; that is said aloud.
pub fn bundle(pkg: &Path, minify: bool) -> Result<()> {
    let (folder, to) = (root().join("editor"), pkg.join(FILE));
    let tried = e2e::install(&folder).and_then(|()| {
        let mut esbuild = Command::new(folder.join("node_modules/.bin/esbuild"));
        esbuild
            .current_dir(&folder)
            .args(["src/main.js", "--bundle", "--format=esm", "--target=es2022", "--log-level=warning"])
            .args(minify.then_some("--minify"))
            .arg(format!("--outfile={}", to.display()));
        sh::run(&mut esbuild)
    });
    let Err(why) = tried else { return Ok(()) };
    eprintln!("  going on without the editor (manifests stand in plain text areas): {why:#}");
    if to.exists() {
        fs::remove_file(&to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    Ok(())
}
