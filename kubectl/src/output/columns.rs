//! `-o custom-columns=NAME:.path,…`.

use serde_json::Value;

use super::{gofmt, jsonpath::Template, tabs};
use crate::fail::{Done, Fail};

/// The columns of a spec.
pub struct Columns {
    headers: Vec<String>,
    paths: Vec<Template>,
}

impl Columns {
    /// Parses `NAME:.metadata.name,NODE:.spec.nodeName`.
    ///
    /// # Errors
    /// kubectl's words for a part without a path.
    pub fn parse(spec: &str) -> Done<Self> {
        if spec.is_empty() {
            return Err(Fail::error("custom-columns format specified but no custom columns given"));
        }
        let mut columns = Self { headers: Vec::new(), paths: Vec::new() };
        for part in spec.split(',') {
            let (header, path) = part.split_once(':').ok_or_else(|| {
                Fail::Error(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                ))
            })?;
            columns.headers.push(header.to_owned());
            columns.paths.push(Template::relaxed(path)?);
        }
        Ok(columns)
    }

    /// The table; `headers` says whether its first line is printed.
    pub fn print(&self, objects: &[Value], headers: bool) -> String {
        let mut out = String::new();
        if headers {
            out.push_str(&format!("{}\n", self.headers.join("\t")));
        }
        for object in objects {
            let cells: Vec<String> = self.paths.iter().map(|path| cell(path, object)).collect();
            out.push_str(&format!("{}\n", cells.join("\t")));
        }
        if out.is_empty() { out } else { tabs::align(&out, 6, 3, None) }
    }
}

fn cell(path: &Template, object: &Value) -> String {
    let words: Vec<String> = path.values(object).into_iter().map(gofmt::print).collect();
    if words.is_empty() { "<none>".into() } else { words.join(",") }
}
