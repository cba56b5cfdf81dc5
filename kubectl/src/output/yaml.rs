//! `-o yaml`: keys sorted, two spaces, lists at the level of their key.
//!
//! Models sigs.k8s.io/yaml; the choice of quotes is in `scalar`.

use serde_json::Value;

use super::scalar;

/// The value as a YAML document.
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_map(map, 0, &mut out),
        Value::Array(list) if !list.is_empty() => write_list(list, 0, &mut out),
        other => {
            write_leaf(other, 0, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn write_map(map: &serde_json::Map<String, Value>, indent: usize, out: &mut String) {
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_by(|(a, _), (b, _)| natural(a, b));
    for (at, (key, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        let column = indent;
        let key = scalar::key(key);
        out.push_str(&key);
        out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
                write_map(map, indent + 2, out);
            }
            Value::Array(list) if !list.is_empty() => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                write_list(list, indent, out);
            }
            leaf => {
                out.push(' ');
                write_leaf(leaf, indent + 2, column + key.chars().count() + 2, out);
                out.push('\n');
            }
        }
    }
}

fn write_list(list: &[Value], indent: usize, out: &mut String) {
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str("- ");
        match value {
            Value::Object(map) if !map.is_empty() => write_map(map, indent + 2, out),
            Value::Array(list) if !list.is_empty() => write_list(list, indent + 2, out),
            leaf => {
                write_leaf(leaf, indent + 2, indent + 2, out);
                out.push('\n');
            }
        }
    }
}

fn write_leaf(value: &Value, indent: usize, column: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(text) => out.push_str(&scalar::value(text, indent, column)),
        other => out.push_str(&other.to_string()),
    }
}

/// The order of keys: digits by their number, letters before other characters' order as go-yaml sorts.
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    for at in 0..a.len().min(b.len()) {
        if a[at] == b[at] {
            continue;
        }
        let (letter_a, letter_b) = (a[at].is_alphabetic(), b[at].is_alphabetic());
        if letter_a && letter_b {
            return a[at].cmp(&b[at]);
        }
        if letter_a || letter_b {
            return if letter_a { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less };
        }
        let digits = |text: &[char]| -> (u64, usize) {
            let length = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
            (text[at..at + length].iter().collect::<String>().parse().unwrap_or(0), length)
        };
        let ((number_a, length_a), (number_b, length_b)) = (digits(&a), digits(&b));
        return number_a.cmp(&number_b).then(length_a.cmp(&length_b)).then(a[at].cmp(&b[at]));
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents() {
        for (value, expect) in [
            (json!({"b": [{"y": 1, "x": "2"}], "a": {}}), "a: {}\nb:\n- x: \"2\"\n  \"y\": 1\n"),
            (json!({"a": "x\ny\n"}), "a: |\n  x\n  y\n"),
            (json!({"a": null, "l": []}), "a: null\nl: []\n"),
            (json!({"a": [["x"]]}), "a:\n- - x\n"),
            (json!({"a10": 1, "a9": 2}), "a9: 2\na10: 1\n"),
        ] {
            assert_eq!(print(&value), expect);
        }
    }
}
