//! What real kubectl answered, for machines that have none: a file a verb, a group a line. A group holds as long as its
//! lines are those that were played.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{play::Played, script::Group};
use crate::{kubectl::Said, place};

/// One answer, masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The line.
    pub line: String,
    /// Exit code.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub exit: i32,
    /// Standard output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// Standard error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// Virtual milliseconds since the cluster's creation at which it had ended.
    pub at_ms: i64,
}

fn is_zero(exit: &i32) -> bool {
    *exit == 0
}

impl Answer {
    /// What was said to a line.
    pub fn of(line: &str, said: &Said, at_ms: i64) -> Self {
        let (stdout, stderr) = (said.stdout.clone(), said.stderr.clone());
        Self { line: line.to_owned(), exit: said.exit, stdout, stderr, at_ms }
    }

    /// It as it was said.
    pub fn said(&self) -> Said {
        Said { exit: self.exit, stdout: self.stdout.clone(), stderr: self.stderr.clone() }
    }
}

/// The answers to a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    title: String,
    /// Hash of its lines.
    text: String,
    /// In order.
    pub answers: Vec<Answer>,
}

impl Recording {
    fn holds(&self, group: &Group) -> bool {
        self.title == group.title && self.text == server::secret::hash(&group.text)
    }
}

/// All that was recorded, by verb.
#[derive(Debug, Default)]
pub struct Recordings(BTreeMap<String, Vec<Recording>>);

fn folder() -> PathBuf {
    place::parity().join("recorded")
}

impl Recordings {
    /// Reads the files; where there are none, nothing was recorded.
    ///
    /// # Errors
    /// A file that cannot be understood.
    pub fn read() -> Result<Self> {
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(folder()).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(verb) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
                continue;
            };
            let text = fs::read_to_string(&path)?;
            let groups: Result<Vec<Recording>, _> = text.lines().map(serde_json::from_str).collect();
            all.insert(verb, groups.with_context(|| format!("cannot understand {}", path.display()))?);
        }
        Ok(Self(all))
    }

    /// What was recorded of a group, unless it has changed since.
    pub fn of(&self, group: &Group) -> Option<&Recording> {
        self.0.get(&group.verb)?.iter().find(|r| r.holds(group))
    }

    /// Takes what was played now in the place of what was recorded of the same groups.
    pub fn take(&mut self, groups: &[Group], played: &[Played]) {
        for (group, played) in groups.iter().zip(played).filter(|(_, played)| played.broken.is_none()) {
            let text = server::secret::hash(&group.text);
            let recording = Recording { title: group.title.clone(), text, answers: played.answers.clone() };
            let kept = self.0.entry(group.verb.clone()).or_default();
            match kept.iter_mut().find(|k| k.title == recording.title) {
                Some(old) => *old = recording,
                None => kept.push(recording),
            }
        }
    }

    /// Writes the files.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn write(&self) -> Result<()> {
        let folder = folder();
        fs::create_dir_all(&folder)?;
        for (verb, groups) in &self.0 {
            let mut text = String::new();
            for group in groups {
                text.push_str(&serde_json::to_string(group)?);
                text.push('\n');
            }
            let file = folder.join(format!("{verb}.jsonl"));
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    /// Says how much of what was played now is not what was recorded.
    pub fn tell_stale(&self, groups: &[Group], played: &[Played]) {
        let is_stale =
            |(group, played): &(&Group, &Played)| self.of(group).is_none_or(|r| r.answers != played.answers);
        let stale: Vec<String> = groups
            .iter()
            .zip(played)
            .filter(is_stale)
            .map(|(group, _)| format!("{} ({})", group.verb, group.title))
            .collect();
        if !stale.is_empty() {
            println!("not as recorded, `--record` keeps them: {}", stale.join(", "));
        }
    }
}
