//! `-o custom-columns=NAME:.path,…` and `-o custom-columns-file=`.

use serde_json::Value;

use super::{gofmt, jsonpath::Template, tabs};
use crate::fail::{Done, Fail};

/// The columns of a spec.
#[derive(Clone, Debug)]
pub struct Columns {
    headers: Vec<String>,
    paths: Vec<String>,
}

impl Columns {
    /// Reads `NAME:.metadata.name,NODE:.spec.nodeName`.
    ///
    /// # Errors
    /// kubectl's words for a part without a path.
    pub fn parse(spec: &str) -> Done<Self> {
        let mut columns = Self { headers: Vec::new(), paths: Vec::new() };
        for part in spec.split(',') {
            let (header, path) = part.split_once(':').ok_or_else(|| {
                Fail::Error(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                ))
            })?;
            columns.headers.push(header.to_owned());
            columns.paths.push(super::jsonpath::relax(path)?);
        }
        Ok(columns)
    }

    /// Reads a file: a line of headers, a line of paths.
    ///
    /// # Errors
    /// kubectl's words for a file without them.
    pub fn parse_file(text: &str) -> Done<Self> {
        let mut lines = text.lines();
        let mut words = |what: &str| -> Done<Vec<&str>> {
            let line = lines.next().ok_or_else(|| {
                Fail::Error(format!(
                    "invalid template, missing {what} line. Expected format is one line of space separated headers, one line of space separated column specs."
                ))
            })?;
            Ok(line.split_whitespace().collect())
        };
        let (headers, paths) = (words("header")?, words("spec")?);
        if headers.len() != paths.len() {
            return Err(Fail::Error(format!(
                "number of headers ({}) and field specifications ({}) don't match",
                headers.len(),
                paths.len()
            )));
        }
        let paths = paths.into_iter().map(super::jsonpath::relax).collect::<Done<_>>()?;
        Ok(Self { headers: headers.into_iter().map(str::to_owned).collect(), paths })
    }

    /// The table, as far as it came, and what stopped it; `headers` says whether its first line is printed.
    pub fn print(&self, objects: &[Value], headers: bool) -> (String, Done) {
        let mut out = String::new();
        if headers {
            out.push_str(&format!("{}\n", self.headers.join("\t")));
        }
        let done = self.rows(objects, &mut out);
        (if out.is_empty() { out } else { tabs::align(&out, 6, 3, None) }, done)
    }

    fn rows(&self, objects: &[Value], out: &mut String) -> Done {
        let paths = self.paths.iter().map(|path| Template::read(path).map_err(Fail::Error));
        let paths = paths.collect::<Done<Vec<_>>>()?;
        for object in objects {
            let cells = paths.iter().map(|path| cell(path, object)).collect::<Done<Vec<_>>>()?;
            out.push_str(&format!("{}\n", cells.join("\t")));
        }
        Ok(())
    }
}

fn cell(path: &Template, object: &Value) -> Done<String> {
    let words: Vec<String> =
        path.find(object).map_err(Fail::Error)?.iter().map(|value| gofmt::print(value)).collect();
    Ok(if words.is_empty() { "<none>".into() } else { words.join(",") })
}
