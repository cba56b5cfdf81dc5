//! Where things lie: scripts, recordings, kubectl.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use sandbox::version::KUBERNETES_VERSION;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The scripts.
pub fn scenarios() -> PathBuf {
    root().join("sandbox/tests/scenarios")
}

/// The committed numbers of steps that agree: by kubectl, or by the recorded requests alone.
pub fn ratchet(by_kubectl: bool) -> PathBuf {
    scenarios().join(if by_kubectl { "agreed.txt" } else { "agreed-requests.txt" })
}

/// Command lines for both kubectls, a file a verb, and what was recorded of the real one.
pub fn parity() -> PathBuf {
    root().join("kubectl/tests/parity")
}

/// Why steps differ: written by hand.
pub fn reasons() -> PathBuf {
    scenarios().join("reasons.txt")
}

/// The generated page.
pub fn fidelity() -> PathBuf {
    root().join("docs/fidelity.md")
}

/// The cluster's sources.
pub fn sources() -> PathBuf {
    root().join("sandbox/src")
}

/// The recordings: `PILOTHOUSE_GOLDEN`, else beside the project. `None` where there are none.
pub fn recordings() -> Option<PathBuf> {
    let given = env::var_os("PILOTHOUSE_GOLDEN").map(PathBuf::from);
    given.or_else(|| Some(root().join("../shared/golden"))).filter(|p| p.is_dir())
}

/// Version of the recordings' kubectl, without its patch: others print other words.
fn kubectl_minor() -> &'static str {
    KUBERNETES_VERSION.rsplit_once('.').map_or(KUBERNETES_VERSION, |(minor, _)| minor)
}

/// The kubectl on the PATH, or its sibling of the recordings' version; `None` where neither is of that version.
pub fn kubectl() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|dir| dir.join("kubectl")).find(|file| file.is_file())?;
    let sibling = std::fs::canonicalize(&found)
        .ok()?
        .with_file_name(format!("kubectl.{}", kubectl_minor().trim_start_matches('v')));
    [sibling, found].into_iter().find(|file| is_of_the_recordings(file))
}

fn is_of_the_recordings(kubectl: &Path) -> bool {
    let said = Command::new(kubectl).args(["version", "--client", "-o", "json"]).output();
    said.is_ok_and(|said| {
        let version: Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
        let version = version["clientVersion"]["gitVersion"].as_str().unwrap_or_default();
        version.starts_with(&format!("{}.", kubectl_minor()))
    })
}

/// Names of the scenarios, in order: all, or those that contain `wanted`.
///
/// # Errors
/// When the folder cannot be read or none fits.
pub fn names(wanted: &str) -> Result<Vec<String>> {
    let folder = scenarios();
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter_map(|f| f.strip_suffix(".txt").map(str::to_owned))
        .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()) && n.contains(wanted))
        .collect();
    names.sort();
    anyhow::ensure!(!names.is_empty(), "no scenario in {} is called {wanted:?}", folder.display());
    Ok(names)
}
