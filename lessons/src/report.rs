//! What the check of a course found, for machines.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    diagnostic::{Diagnostic, Severity},
    sarif,
};

/// The outcome of `pilothouse lessons check`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// All findings, of reading and of the runs.
    pub diagnostics: Vec<Diagnostic>,
    /// Lessons that could be read.
    pub lessons: usize,
    /// Runs that were played: start, solution, wrong solutions, transfer questions.
    pub runs: usize,
}

impl Report {
    /// How many findings are errors.
    pub fn errors(&self) -> usize {
        self.of(Severity::Error)
    }

    /// How many findings are warnings.
    pub fn warnings(&self) -> usize {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// One document: `diagnostics`, `lessons`, `runs`, `errors`.
    pub fn json(&self) -> Value {
        let Report { diagnostics, lessons, runs } = self;
        json!({ "diagnostics": diagnostics, "lessons": lessons, "runs": runs, "errors": self.errors() })
    }

    /// A SARIF 2.1.0 log. `folder` is that of the course, by which files are named; `version` is the program's.
    pub fn sarif(&self, folder: &Path, version: &str) -> Value {
        sarif::log(&self.diagnostics, folder, version)
    }
}
