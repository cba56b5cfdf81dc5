//! The console: one line in, text out.

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
