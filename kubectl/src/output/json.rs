//! `-o json`: keys sorted, four spaces, as Go's encoder escapes.

use serde_json::Value;

/// The object with a line break at its end.
pub fn print(value: &Value, indent: &str) -> String {
    let mut out = String::new();
    write(value, indent, 0, &mut out);
    out.push('\n');
    out
}

/// One line without spaces, keys sorted.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, "", 0, &mut out);
    out
}

fn write(value: &Value, indent: &str, level: usize, out: &mut String) {
    let line = |level: usize, out: &mut String| {
        if !indent.is_empty() {
            out.push('\n');
            out.push_str(&indent.repeat(level));
        }
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(level + 1, out);
                quote(key, out);
                out.push_str(if indent.is_empty() { ":" } else { ": " });
                write(value, indent, level + 1, out);
            }
            line(level, out);
            out.push('}');
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('[');
            for (at, value) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(level + 1, out);
                write(value, indent, level + 1, out);
            }
            line(level, out);
            out.push(']');
        }
        Value::String(text) => quote(text, out),
        other => out.push_str(&other.to_string()),
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
