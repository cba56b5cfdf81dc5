//! `-o json`: keys sorted, four spaces, as Go's encoder escapes.

use serde_json::Value;

/// The object with a line break at its end.
pub fn print(value: &Value, indent: &str) -> String {
    let mut text = ordered(value, indent, sorted);
    text.push('\n');
    text
}

/// One line without spaces, keys sorted.
pub fn compact(value: &Value) -> String {
    ordered(value, "", sorted)
}

fn sorted(_: &str, _: &str) -> usize {
    0
}

/// The object with its fields by `rank(parent, field)`, then by name. `parent` is the field that holds the object, or the list of it.
pub fn ordered(value: &Value, indent: &str, rank: fn(&str, &str) -> usize) -> String {
    let mut writer = Writer { indent, rank, out: String::new() };
    writer.write(value, "", 0);
    writer.out
}

struct Writer<'a> {
    indent: &'a str,
    rank: fn(&str, &str) -> usize,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, level: usize) {
        if !self.indent.is_empty() {
            self.out.push('\n');
            self.out.push_str(&self.indent.repeat(level));
        }
    }

    fn write(&mut self, value: &Value, parent: &str, level: usize) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let mut fields: Vec<_> = map.iter().collect();
                fields.sort_by_key(|(key, _)| ((self.rank)(parent, key), key.as_str()));
                self.out.push('{');
                for (at, (key, value)) in fields.into_iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    self.line(level + 1);
                    quote(key, &mut self.out);
                    self.out.push_str(if self.indent.is_empty() { ":" } else { ": " });
                    self.write(value, key, level + 1);
                }
                self.line(level);
                self.out.push('}');
            }
            Value::Array(list) if !list.is_empty() => {
                self.out.push('[');
                for (at, value) in list.iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    self.line(level + 1);
                    self.write(value, parent, level + 1);
                }
                self.line(level);
                self.out.push(']');
            }
            Value::String(text) => quote(text, &mut self.out),
            other => self.out.push_str(&other.to_string()),
        }
    }
}

/// Quotes as Go does: `<`, `>` and `&` are escaped too.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\x1f' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
