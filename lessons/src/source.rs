//! A file that was read: its text, and diagnostics that point into it.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Severity};

/// A text file of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    /// Path as shown, relative to the course.
    pub path: String,
    /// Content.
    pub text: String,
}

/// Where a piece of YAML stands in its file: the lines before it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Within {
    /// Its first line in the file, from 1.
    pub first_line: usize,
    /// Its last line in the file, from 1.
    pub last_line: usize,
}

impl Source {
    /// Reads a file. A missing or unreadable file, or one that is not UTF-8, is a diagnostic.
    pub fn read(file: &Path, path: String) -> Result<Source, Box<Diagnostic>> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Source { path, text: text.replace("\r\n", "\n") }),
            Err(error) => {
                let source = Source { path, text: String::new() };
                Err(Box::new(source.error(0, 0, "unreadable", format!("the file can't be read: {error}"))))
            }
        }
    }

    /// An error at a line and column.
    pub fn error(&self, line: usize, column: usize, code: &'static str, message: String) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            file: self.path.clone(),
            line,
            column,
            source_line: self.text.lines().nth(line.wrapping_sub(1)).unwrap_or_default().to_owned(),
            message,
            hint: String::new(),
        }
    }

    /// A warning at a line and column.
    pub fn warning(&self, line: usize, column: usize, code: &'static str, message: String) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..self.error(line, column, code, message) }
    }

    /// A column in bytes as a column in characters, both from 1.
    pub fn characters(&self, line: usize, column_bytes: usize) -> usize {
        let text = self.text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
        text.char_indices().take_while(|(at, _)| at + 1 < column_bytes).count() + 1
    }

    /// The whole file as a place to search in.
    pub fn whole(&self) -> Within {
        Within { first_line: 1, last_line: self.text.lines().count() }
    }

    /// Line and column of `key:` or `id: key` within some lines; their first line where it is not found.
    pub fn find_key(&self, within: Within, key: &str) -> (usize, usize) {
        let lines = self.text.lines().enumerate().skip(within.first_line.saturating_sub(1));
        for (index, line) in lines.take_while(|(i, _)| *i < within.last_line) {
            let bare = line.trim_start().trim_start_matches("- ").trim_start_matches('{');
            let as_key = bare.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
            let as_id = bare.strip_prefix("id:").is_some_and(|rest| rest.trim().trim_matches('"') == key);
            if as_key || as_id {
                return (index + 1, line.chars().count() - bare.chars().count() + 1);
            }
        }
        (within.first_line, 1)
    }

    /// The lesson that it belongs to.
    pub fn slug(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Line and column of a text within some lines.
    pub fn find_text(&self, within: Within, text: &str) -> Option<(usize, usize)> {
        let lines = self.text.lines().enumerate().skip(within.first_line.saturating_sub(1));
        let mut lines = lines.take_while(|(index, _)| *index < within.last_line);
        lines.find_map(|(index, line)| {
            let at = line.find(text).filter(|_| !text.is_empty())?;
            Some((index + 1, line[..at].chars().count() + 1))
        })
    }

    /// Reads YAML that stands after `lines_before` lines of this file.
    pub fn yaml<T: DeserializeOwned>(&self, yaml: &str, lines_before: usize) -> Result<T, Box<Diagnostic>> {
        serde_saphyr::from_str(yaml).map_err(|error| Box::new(self.yaml_error(&error, lines_before)))
    }

    /// Reads every document of this file.
    pub fn yaml_documents(&self) -> Result<Vec<serde_json::Value>, Box<Diagnostic>> {
        serde_saphyr::from_multiple(&self.text).map_err(|error| Box::new(self.yaml_error(&error, 0)))
    }

    fn yaml_error(&self, error: &serde_saphyr::Error, lines_before: usize) -> Diagnostic {
        let bare = error.without_snippet();
        let at = bare.location();
        let line = at.map_or(1, |l| l.line() as usize) + lines_before;
        let column = at.map_or(1, |l| l.column() as usize);
        let full = bare
            .render_with_options(serde_saphyr::render_options! { snippets: serde_saphyr::SnippetMode::Off });
        let message = full.lines().next().unwrap_or("broken YAML");
        let message = message.split(" at line ").next().unwrap_or(message).to_owned();
        let code = if message.contains("unknown field") {
            "unknown-field"
        } else if message.contains("missing field") {
            "missing-field"
        } else {
            "yaml"
        };
        self.error(line, column, code, message)
    }
}

impl Diagnostic {
    /// The same with a hint.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = hint.into();
        self
    }
}
