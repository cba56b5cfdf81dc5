//! The runs of an experiment: the first try, tries that were started over, branches of a past moment, and solutions shown.

use serde::{Deserialize, Serialize};

use crate::lesson::Measured;

/// Longest name of a run, characters.
pub const NAME_CHARS_MAX: usize = 60;

/// How a run came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// The learner's own.
    #[default]
    Own,
    /// The solution, played by the course: it passes nothing.
    Shown,
}

/// A run, as the list of runs shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    /// Its number within the sandbox, from 1; in URLs.
    pub run: i64,
    /// The learner's name for it; empty where they gave none.
    pub name: String,
    /// How it came to be.
    pub kind: RunKind,
    /// The run that it grew out of, and the virtual moment in ms; `None` where it started from the world.
    pub parent: Option<(i64, i64)>,
    /// Virtual moment of the learner's zero, ms.
    pub start_ms: i64,
    /// Is it the one on the stage?
    pub current: bool,
    /// Its numbers, as far as there are any.
    #[serde(default)]
    pub measures: Vec<Measured>,
}
