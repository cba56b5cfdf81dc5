//! The console: one line in, text out, whole or as it comes.

use serde::{Deserialize, Serialize};

/// A command line with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleEntry {
    /// As typed, here-document included.
    pub line: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit code; 0 is success.
    pub exit_code: i32,
    /// Virtual time it ran.
    pub at_ms: i64,
}

/// What comes of a line, bit by bit. On the way, each is one line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    /// More of standard output.
    Out(String),
    /// More of standard error.
    Err(String),
    /// What was printed so far goes away.
    Clear,
    /// The command waits until the learner has edited a text.
    Edit {
        /// Under which it is given back.
        id: String,
        /// As a file: `web.yaml`.
        name: String,
        /// The text.
        text: String,
    },
    /// The line has ended.
    End {
        /// Exit code; 0 is success.
        exit_code: i32,
        /// Virtual time it began.
        at_ms: i64,
        /// What of it could not be done, where that is not the command's own failure.
        problem: Option<crate::problem::Problem>,
    },
}

/// What may follow at the end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Where the word begins that is completed, bytes from the line's beginning.
    pub from: usize,
    /// What it may become, the best first.
    pub words: Vec<Candidate>,
}

/// A word that may follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The word.
    pub text: String,
    /// What it is, in a word or two; may be empty.
    pub note: String,
    /// More follows in the same word: no blank belongs behind it.
    pub open: bool,
}
