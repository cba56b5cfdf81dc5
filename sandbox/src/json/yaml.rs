//! YAML as the API server writes it: keys sorted, two blanks, lists at the level of their key. Models sigs.k8s.io/yaml; the
//! choice of quotes is in `scalar`. The crate `kubectl` has the same for `-o yaml`: the two know nothing of each other.

mod scalar;

use std::cmp::Ordering;

use super::{Json, Map};

/// The value as a YAML document.
pub fn document(value: &Json) -> String {
    let mut out = String::new();
    match value {
        Json::Map(map) if !map.is_empty() => write_map(map, 0, &mut out),
        Json::List(list) if !list.is_empty() => write_list(list, 0, &mut out),
        other => {
            write_leaf(other, 0, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

fn write_map(map: &Map, indent: usize, out: &mut String) {
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_by(|(a, _), (b, _)| natural(a, b));
    for (at, (key, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        let key = scalar::key(key);
        out.push_str(&key);
        out.push(':');
        match value {
            Json::Map(map) if !map.is_empty() => {
                out.push('\n');
                blanks(out, indent + 2);
                write_map(map, indent + 2, out);
            }
            Json::List(list) if !list.is_empty() => {
                out.push('\n');
                blanks(out, indent);
                write_list(list, indent, out);
            }
            leaf => {
                out.push(' ');
                write_leaf(leaf, indent + 2, indent + key.chars().count() + 2, out);
                out.push('\n');
            }
        }
    }
}

fn write_list(list: &[Json], indent: usize, out: &mut String) {
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        out.push_str("- ");
        match value {
            Json::Map(map) if !map.is_empty() => write_map(map, indent + 2, out),
            Json::List(list) if !list.is_empty() => write_list(list, indent + 2, out),
            leaf => {
                write_leaf(leaf, indent + 2, indent + 2, out);
                out.push('\n');
            }
        }
    }
}

fn write_leaf(value: &Json, indent: usize, column: usize, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Map(_) => out.push_str("{}"),
        Json::List(_) => out.push_str("[]"),
        Json::Str(text) => out.push_str(&scalar::value(text, indent, column)),
        other => out.push_str(&other.to_string()),
    }
}

/// The order of keys: digits by their number, letters behind other characters, as go-yaml sorts.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = (0..a.len().min(b.len())).find(|at| a[*at] != b[*at]) else { return a.len().cmp(&b.len()) };
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => return a[at].cmp(&b[at]),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let digits = |text: &[char]| -> (u64, usize) {
        let length = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        (text[at..at + length].iter().collect::<String>().parse().unwrap_or(0), length)
    };
    let ((number_a, length_a), (number_b, length_b)) = (digits(&a), digits(&b));
    number_a.cmp(&number_b).then(length_a.cmp(&length_b)).then(a[at].cmp(&b[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents() {
        for (json, expect) in [
            (r#"{"b":[{"y":1,"x":"2"}],"a":{}}"#, "a: {}\nb:\n- x: \"2\"\n  \"y\": 1\n"),
            (r#"{"a":"x\ny\n","n":null,"l":[]}"#, "a: |\n  x\n  y\nl: []\n\"n\": null\n"),
            (r#"{"a":[["x"]],"f":{".":{},"f:b":{}}}"#, "a:\n- - x\nf:\n  .: {}\n  f:b: {}\n"),
            (r#"{"a10":1,"a9":true}"#, "a9: true\na10: 1\n"),
            ("\"x\"", "x\n"),
        ] {
            assert_eq!(document(&Json::parse(json.as_bytes()).unwrap()), expect);
        }
    }
}
