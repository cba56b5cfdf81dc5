//! Values as Go's fmt prints them: `%v` and `%#v`.

use serde_json::Value;

/// `map[a:1 b:[x y]]`, `<nil>`, bare strings.
pub fn print(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::String(text) => text.clone(),
        Value::Array(list) => format!("[{}]", list.iter().map(print).collect::<Vec<_>>().join(" ")),
        Value::Object(_) => {
            let fields: Vec<_> =
                sorted(value).into_iter().map(|(key, value)| format!("{key}:{}", print(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// A float as `%v` prints it: the shortest digits, with an exponent where the number is very great or small.
pub fn float(number: f64) -> String {
    const EXPONENT_MAX: i32 = 6;
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..EXPONENT_MAX).contains(&exponent) {
        return number.to_string();
    }
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// The value in Go's syntax: `map[string]interface {}{"a":1}`.
pub fn syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::String(text) => quote(text),
        Value::Array(list) => {
            format!("[]interface {{}}{{{}}}", list.iter().map(syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(_) => {
            let fields: Vec<_> = sorted(value)
                .into_iter()
                .map(|(key, value)| format!("{}:{}", quote(key), syntax(value)))
                .collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        other => print(other),
    }
}

/// The fields of an object by name.
pub fn sorted(value: &Value) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = value.as_object().into_iter().flatten().collect();
    fields.sort_by_key(|(key, _)| key.as_str());
    fields
}

/// The text in quotes, as `%q` writes it.
pub fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The type of the value as `%T` names it.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values() {
        for (value, plain, go) in [
            (json!(null), "<nil>", "interface {}(nil)"),
            (json!("a\"b"), "a\"b", "\"a\\\"b\""),
            (
                json!({"b": [1, true], "a": 1.5}),
                "map[a:1.5 b:[1 true]]",
                "map[string]interface {}{\"a\":1.5, \"b\":[]interface {}{1, true}}",
            ),
            (json!(1e21), "1e+21", "1e+21"),
            (json!(0.00001), "1e-05", "1e-05"),
            (json!(3.0), "3", "3"),
        ] {
            assert_eq!((print(&value).as_str(), syntax(&value).as_str()), (plain, go));
        }
    }
}
