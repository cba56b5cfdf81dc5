//! What was recorded: one step a line of `NAME.jsonl`. See the recordings' own README for the form.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// The recorded outcome of one step; which fields are there depends on its kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recorded {
    /// Number of the step, from 1.
    pub step: usize,
    /// `kubectl`, `until`, `bg-start`, `bg-stop`, `http`, `sh`, `set`, `sleep`.
    pub kind: String,
    /// The command of a `sh`.
    pub cmd: Option<String>,
    /// Exit code.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// HTTP status.
    pub status: u16,
    /// HTTP headers.
    pub resp_headers: Value,
    /// HTTP body.
    pub resp_body: Option<String>,
    /// File with a long HTTP body, compressed.
    pub body_file: Option<String>,
    /// `open`, or `closed by server after …`.
    pub stream: Option<String>,
    /// Seconds since the scenario's start.
    pub t: f64,
    /// How long it took, milliseconds.
    pub ms: f64,
    /// How long a poll took until it fitted, seconds.
    pub waited: f64,
}

impl Recorded {
    /// The HTTP body, read from its file where it is long.
    ///
    /// # Errors
    /// A file that is missing or not gzip.
    pub fn body(&self, folder: &Path) -> Result<String> {
        match &self.body_file {
            None => Ok(self.resp_body.clone().unwrap_or_default()),
            Some(file) => {
                let out = std::process::Command::new("gzip").arg("-dc").arg(folder.join(file)).output()?;
                anyhow::ensure!(out.status.success(), "{file} cannot be unpacked");
                Ok(String::from_utf8_lossy(&out.stdout).into_owned())
            }
        }
    }
}

/// Reads the recorded steps of a scenario.
///
/// # Errors
/// A file that is missing or a line that is no step.
pub fn read(folder: &Path, scenario: &str) -> Result<Vec<Recorded>> {
    let file = folder.join(format!("{scenario}.jsonl"));
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    text.lines()
        .enumerate()
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("{}:{}", file.display(), at + 1))
        })
        .collect()
}
