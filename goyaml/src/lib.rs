//! YAML as Kubernetes' API server and kubectl read and write it: keys sorted, two blanks, lists at the level of their key. Models
//! sigs.k8s.io/yaml; the choice of quotes is in `scalar`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod read;
mod scalar;

use std::cmp::Ordering;

pub use read::read;
use serde_json::Value;

/// A tree that can be written.
pub trait Tree: Sized {
    /// What it is.
    fn view(&self) -> View<'_, Self>;
}

/// One value of a tree.
#[derive(Debug)]
pub enum View<'a, T> {
    /// Keys with values, in any order.
    Map(Vec<(&'a str, &'a T)>),
    /// Items, in order.
    List(&'a [T]),
    /// A string.
    Text(&'a str),
    /// A number or a boolean, as written in JSON; `null`.
    Plain(String),
}

impl Tree for Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Value::Object(map) => View::Map(map.iter().map(|(k, v)| (k.as_str(), v)).collect()),
            Value::Array(list) => View::List(list),
            Value::String(text) => View::Text(text),
            other => View::Plain(other.to_string()),
        }
    }
}

/// The value as a YAML document.
pub fn document(value: &impl Tree) -> String {
    let mut out = String::new();
    if !write_branch(value.view(), 0, "", &mut out) {
        write_leaf(value.view(), 0, 0, &mut out);
    }
    out
}

fn blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Writes a map or a list that is not empty, after `lead`; false if it is none.
fn write_branch<T: Tree>(value: View<'_, T>, indent: usize, lead: &str, out: &mut String) -> bool {
    match value {
        View::Map(map) if !map.is_empty() => {
            out.push_str(lead);
            write_map(map, indent, out);
        }
        View::List(list) if !list.is_empty() => {
            out.push_str(lead);
            write_list(list, indent, out);
        }
        _ => return false,
    }
    true
}

fn write_map<T: Tree>(mut fields: Vec<(&str, &T)>, indent: usize, out: &mut String) {
    fields.sort_by(|(a, _), (b, _)| natural(a, b));
    for (at, (key, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        let key = scalar::key(key);
        out.push_str(&key);
        out.push(':');
        let view = value.view();
        let inner = if matches!(view, View::Map(_)) { indent + 2 } else { indent };
        let lead = format!("\n{}", " ".repeat(inner));
        if !write_branch(view, inner, &lead, out) {
            out.push(' ');
            write_leaf(value.view(), indent + 2, indent + key.chars().count() + 2, out);
        }
    }
}

fn write_list<T: Tree>(list: &[T], indent: usize, out: &mut String) {
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        out.push_str("- ");
        if !write_branch(value.view(), indent + 2, "", out) {
            write_leaf(value.view(), indent + 2, indent + 2, out);
        }
    }
}

fn write_leaf<T>(value: View<'_, T>, indent: usize, column: usize, out: &mut String) {
    match value {
        View::Map(_) => out.push_str("{}"),
        View::List(_) => out.push_str("[]"),
        View::Text(text) => out.push_str(&scalar::value(text, indent, column)),
        View::Plain(text) => out.push_str(&text),
    }
    out.push('\n');
}

/// The order of keys: digits by their number, letters behind other characters, as go-yaml sorts.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = (0..a.len().min(b.len())).find(|at| a[*at] != b[*at]) else {
        return a.len().cmp(&b.len());
    };
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
    use serde_json::json;

    use super::*;

    #[test]
    fn documents() {
        for (value, expect) in [
            (json!({"b": [{"y": 1, "x": "2"}], "a": {}}), "a: {}\nb:\n- x: \"2\"\n  \"y\": 1\n"),
            (json!({"a": "x\ny\n", "n": null, "l": []}), "a: |\n  x\n  y\nl: []\n\"n\": null\n"),
            (json!({"a": [["x"]], "f": {".": {}, "f:b": {}}}), "a:\n- - x\nf:\n  .: {}\n  f:b: {}\n"),
            (json!({"a10": 1, "a9": true}), "a9: true\na10: 1\n"),
            (json!("x"), "x\n"),
        ] {
            assert_eq!(document(&value), expect);
        }
    }
}
