//! Values as text, in jq's manner.

use serde_json::Value;

use super::eval::{Stop, error};

/// On one line, without spaces.
pub fn compact(value: &Value) -> String {
    value.to_string()
}

/// Over several lines, indented by two spaces.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A string as it is, anything else as JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => compact(other),
    }
}

/// What an error says.
pub fn message(why: &Value) -> String {
    match why {
        Value::String(text) => text.clone(),
        other => format!("{} (not a string)", compact(other)),
    }
}

/// The kind of a value.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// `number (3)`; long values are cut.
pub fn named(value: &Value) -> String {
    if value.is_null() {
        return "null (null)".into();
    }
    let text = compact(value);
    let short: String = text.chars().take(11).collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    format!("{} ({short}{dots})", kind(value))
}

/// A number; whole ones without a fraction.
pub fn number(n: f64) -> Value {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if n.fract() == 0.0 && n.abs() < WHOLE { Value::from(n as i64) } else { Value::from(n) }
}

/// `@tsv`, `@csv`, `@json`, `@text`, `@base64`, `@base64d`.
///
/// # Errors
/// Where the format does not fit the value, or is none.
pub fn format(name: &str, value: &Value) -> Result<String, Stop> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let row = |cell: &dyn Fn(&str) -> String, separator: &str| match value {
        Value::Array(cells) => {
            let shown = cells.iter().map(|c| match c {
                Value::String(text) => Ok(cell(text)),
                Value::Null => Ok(String::new()),
                Value::Number(_) | Value::Bool(_) => Ok(compact(c)),
                other => error(format!("{} is not valid in a {name} row", named(other))),
            });
            Ok(shown.collect::<Result<Vec<_>, _>>()?.join(separator))
        }
        other => error(format!("{} cannot be {name}-formatted, only an array can be", named(other))),
    };
    match name {
        "tsv" => row(&|t| t.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"), "\t"),
        "csv" => row(&|t| format!("\"{}\"", t.replace('"', "\"\"")), ","),
        "json" => Ok(compact(value)),
        "text" => Ok(plain(value)),
        "base64" => Ok(BASE64_STANDARD.encode(plain(value))),
        "base64d" => match BASE64_STANDARD.decode(plain(value).trim()) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => error(format!("{} is not valid base64 data", named(value))),
        },
        other => error(format!("{other} is not a valid format")),
    }
}
