//! What is wrong with a lesson, where, and how to mend it; shown as rustc shows its errors.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// To be mended. The lesson can't be shown, save for a few faults of its prose.
    Error,
    /// The lesson is not finished.
    Warning,
}

/// A finding in a lesson's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable short name of the rule, e.g. `unknown-id`.
    pub code: &'static str,
    /// Path of the file, relative to the folder of the course.
    pub file: String,
    /// Line, from 1; 0 where the finding is about the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 where the finding is about the whole line or file.
    pub column: usize,
    /// The line as it stands in the file.
    pub source_line: String,
    /// What is, and what was expected.
    pub message: String,
    /// How to mend it; empty where the message says it all.
    pub hint: String,
}

impl Diagnostic {
    /// Several lines with the source line and a pointer, without colours.
    pub fn render(&self) -> String {
        self.render_with(&Renderer::plain())
    }

    /// The same for a terminal.
    pub fn render_styled(&self) -> String {
        self.render_with(&Renderer::styled())
    }

    fn render_with(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&self.message).id(self.code);
        let mut group = if self.line == 0 {
            Group::with_title(title).element(annotate_snippets::Origin::path(&self.file))
        } else {
            let (start, end) = self.span();
            Group::with_title(title).element(
                Snippet::source(self.source_line.as_str())
                    .line_start(self.line)
                    .path(&self.file)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            )
        };
        if !self.hint.is_empty() {
            group = group.element(Level::HELP.message(&self.hint));
        }
        renderer.render(&[group])
    }

    /// The word that starts at the column, as bytes of the source line.
    fn span(&self) -> (usize, usize) {
        let line = &self.source_line;
        let column = self.column.max(1) - 1;
        let start = line.char_indices().nth(column).map_or(line.len(), |(i, _)| i);
        let rest = &line[start..];
        let word = rest.find([' ', ',', '}', ']']).unwrap_or(rest.len());
        (start, start + word)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}:{}: {severity}[{}]: {}", self.file, self.line, self.column, self.code, self.message)
    }
}
