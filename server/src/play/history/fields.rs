//! Which fields of an object became different. Pure.

use serde_json::{Map, Value};
use wire::history::FieldChange;

/// What every write changes, or what only says who owns a field.
const SILENT: [&str; 2] = ["metadata.managedFields", "metadata.resourceVersion"];
/// By which of its fields an item of a list is known, in the order in which they are tried.
const NAMES: [&str; 5] = ["name", "type", "uid", "ip", "key"];
/// Characters of a value that are shown.
const CHARS_MAX: usize = 120;

/// The fields in which `after` differs from `before`, in the order of their paths.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), &mut found);
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    if before == after || SILENT.contains(&path) {
        return;
    }
    match (before, after) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => fields(path, a, b, found),
        (Some(Value::Array(a)), Some(Value::Array(b))) if is_named(a) && is_named(b) => {
            items(path, a, b, found);
        }
        _ => found.push(FieldChange { path: path.to_owned(), from: before.map(shown), to: after.map(shown) }),
    }
}

fn fields(path: &str, a: &Map<String, Value>, b: &Map<String, Value>, found: &mut Vec<FieldChange>) {
    let mut names: Vec<_> = a.keys().chain(b.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let step = if name.contains(['.', '/']) { format!("['{name}']") } else { name.clone() };
        let dot = if path.is_empty() || step.starts_with('[') { "" } else { "." };
        compare(&format!("{path}{dot}{step}"), a.get(name), b.get(name), found);
    }
}

fn items(path: &str, a: &[Value], b: &[Value], found: &mut Vec<FieldChange>) {
    let one = |list: &'_ [Value], name: &str| list.iter().position(|item| name_of(item) == Some(name));
    let added = b.iter().filter_map(name_of).filter(|name| one(a, name).is_none());
    for name in a.iter().filter_map(name_of).chain(added) {
        let at = |list: &'_ [Value]| one(list, name);
        compare(
            &format!("{path}[{name}]"),
            at(a).and_then(|n| a.get(n)),
            at(b).and_then(|n| b.get(n)),
            found,
        );
    }
}

/// Does every item have a name of its own?
fn is_named(list: &[Value]) -> bool {
    let mut names: Vec<_> = list.iter().map(name_of).collect();
    names.sort_unstable();
    names.dedup();
    names.len() == list.len() && !names.contains(&None)
}

fn name_of(item: &Value) -> Option<&str> {
    NAMES.iter().find_map(|field| item.get(field)?.as_str())
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let side = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        changes(&before, &after)
            .into_iter()
            .map(|c| format!("{}: {} > {}", c.path, side(c.from), side(c.to)))
            .collect()
    }

    #[test]
    fn fields_stand_by_their_paths() {
        let before = json!({
            "metadata": {"resourceVersion": "4", "managedFields": [], "labels": {"a.b/c": "1"}},
            "spec": {"replicas": 3, "paused": true},
        });
        let after = json!({
            "metadata": {"resourceVersion": "5", "managedFields": [{}], "labels": {"a.b/c": "2"}},
            "spec": {"replicas": 5, "strategy": {"type": "Recreate"}},
        });
        assert_eq!(
            told(before, after),
            [
                "metadata.labels['a.b/c']: 1 > 2",
                "spec.paused: true > -",
                "spec.replicas: 3 > 5",
                r#"spec.strategy: - > {"type":"Recreate"}"#,
            ]
        );
    }

    #[test]
    fn items_stand_by_their_names() {
        let condition = |type_: &str, status: &str| json!({"type": type_, "status": status});
        let before =
            json!({"c": [condition("Ready", "False"), condition("Gone", "True")], "args": ["a", "b"]});
        let after = json!({"c": [condition("New", "True"), condition("Ready", "True")], "args": ["a"]});
        assert_eq!(
            told(before, after),
            [
                r#"args: ["a","b"] > ["a"]"#,
                "c[Ready].status: False > True",
                r#"c[Gone]: {"status":"True","type":"Gone"} > -"#,
                r#"c[New]: - > {"status":"True","type":"New"}"#,
            ]
        );
    }

    #[test]
    fn long_values_are_cut() {
        let long = "가".repeat(CHARS_MAX + 5);
        let found = changes(&json!({"a": ""}), &json!({ "a": long }));
        assert_eq!(found[0].to.as_ref().map(|to| to.chars().count()), Some(CHARS_MAX + 1));
    }
}
