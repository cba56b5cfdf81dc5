//! The rows that the server prints, laid out as kubectl does.
//!
//! Models kubectl's table printer: columns by priority, NAMESPACE, kind prefixes, label columns.

use serde_json::Value;

use super::{gofmt, labels_text, list, number, pairs, tabs, text};

/// What to show beside the server's columns.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// All columns, whatever their priority.
    pub wide: bool,
    /// No line of headers.
    pub no_headers: bool,
    /// A NAMESPACE column.
    pub with_namespace: bool,
    /// `pod/` before names; empty for none.
    pub kind_prefix: String,
    /// A LABELS column.
    pub show_labels: bool,
    /// A column for each of these labels.
    pub label_columns: Vec<String>,
    /// The EVENT column of a watch.
    pub event: Option<String>,
}

/// Prints tables of one resource; remembers columns and their widths for the rows of a watch.
#[derive(Debug, Default)]
pub struct Printer {
    columns: Vec<Value>,
    widths: Vec<usize>,
    headed: bool,
}

impl Printer {
    /// The text of these rows, with headers the first time. Nothing where there are no rows.
    pub fn print(&mut self, tables: &[&Value], options: &Options) -> String {
        let mut out = String::new();
        for table in tables {
            let columns = list(table, "/columnDefinitions");
            if !columns.is_empty() {
                self.columns = columns.to_vec();
            }
            let rows = list(table, "/rows");
            if !rows.is_empty() && !self.headed {
                self.headed = true;
                if !options.no_headers {
                    self.head(options, &mut out);
                }
            }
            rows.iter().for_each(|row| self.row(row, options, &mut out));
        }
        if out.is_empty() { out } else { tabs::align(&out, 6, 3, Some(&mut self.widths)) }
    }

    fn shown(&self, options: &Options) -> impl Iterator<Item = (usize, &Value)> {
        let wide = options.wide;
        self.columns.iter().enumerate().filter(move |(_, column)| wide || number(column, "/priority") == 0)
    }

    fn head(&self, options: &Options, out: &mut String) {
        let mut cells = Vec::new();
        if options.event.is_some() {
            cells.push("EVENT".to_owned());
        }
        if options.with_namespace {
            cells.push("NAMESPACE".to_owned());
        }
        cells.extend(self.shown(options).map(|(_, column)| text(column, "/name").to_uppercase()));
        let labels = options.label_columns.iter();
        cells.extend(labels.map(|label| label.rsplit('/').next().unwrap_or_default().to_uppercase()));
        if options.show_labels {
            cells.push("LABELS".to_owned());
        }
        out.push_str(&cells.join("\t"));
        out.push('\n');
    }

    fn row(&self, row: &Value, options: &Options, out: &mut String) {
        let mut cells: Vec<String> = options.event.iter().map(|event| format!("{event:<8}")).collect();
        if options.with_namespace {
            cells.push(text(row, "/object/metadata/namespace").to_owned());
        }
        for (at, column) in self.shown(options) {
            let mut value = row["cells"].get(at).map(cell).unwrap_or_default();
            if !options.kind_prefix.is_empty() && text(column, "/format") == "name" {
                value = format!("{}/{value}", options.kind_prefix);
            }
            cells.push(value);
        }
        let labels = pairs(row, "/object/metadata/labels");
        for name in &options.label_columns {
            cells.push(
                labels
                    .iter()
                    .find(|(key, _)| key == name)
                    .map_or_else(String::new, |(_, value)| (*value).into()),
            );
        }
        if options.show_labels {
            cells.push(labels_text(&labels));
        }
        out.push_str(&cells.join("\t"));
        out.push('\n');
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.find(['\n', '\r', '\u{c}']) {
            Some(end) => format!("{}...", &text[..end]),
            None => text.replace('\t', " "),
        },
        other => gofmt::print(other),
    }
}
