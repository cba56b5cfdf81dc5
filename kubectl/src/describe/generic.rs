//! Any other kind: metadata, then every field with its name in words.
//!
//! Models kubectl's generic describer for unstructured objects.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{gofmt, text};

/// Writes all but the events.
pub fn describe(page: &mut Page, object: &Value) {
    page.field(0, "Name", text(object, "/metadata/name"));
    page.field(0, "Namespace", text(object, "/metadata/namespace"));
    page.labels("Labels", object, "/metadata/labels");
    page.annotations(object, "/metadata/annotations");
    const SKIP: &[&str] = &[
        "metadata.managedFields",
        "metadata.name",
        "metadata.namespace",
        "metadata.labels",
        "metadata.annotations",
    ];
    fields(page, 0, object, "", SKIP);
}

fn fields(page: &mut Page, level: usize, map: &Value, path: &str, skip: &[&str]) {
    for (key, value) in gofmt::sorted(map) {
        let title = words(key);
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if skip.contains(&here.as_str()) {
            continue;
        }
        match value {
            Value::Object(_) => {
                page.line(level, &format!("{title}:"));
                fields(page, level + 1, value, &here, skip);
            }
            Value::Array(items) => {
                page.line(level, &format!("{title}:"));
                for item in items {
                    if item.is_object() {
                        fields(page, level + 1, item, &here, skip);
                    } else {
                        page.line(level + 1, &scalar(item));
                    }
                }
            }
            leaf => page.field(level, &title, scalar(leaf)),
        }
    }
}

/// `apiVersion` as `API Version`, `readyReplicas` as `Ready Replicas`; names with digits or signs stay.
fn words(key: &str) -> String {
    const ACRONYMS: &[&str] = &["API", "URL", "UID", "OSB", "GUID"];
    if key.contains(|c: char| !c.is_alphabetic() && c != '-') {
        return key.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let chars: Vec<char> = key.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let lower_next = chars.get(at + 1).is_some_and(|c| c.is_lowercase());
        let begins = match before {
            None => true,
            Some(before) if (*c == '-') != (before == '-') => true,
            Some(before) => c.is_uppercase() && (before.is_lowercase() || lower_next),
        };
        match parts.last_mut().filter(|_| !begins) {
            Some(last) => last.push(*c),
            None => parts.push(c.to_string()),
        }
    }
    for part in &mut parts {
        let upper = part.to_uppercase();
        if ACRONYMS.contains(&upper.as_str()) {
            *part = upper;
        } else if *part == part.to_lowercase() {
            let first = part.chars().next().map(char::to_uppercase);
            *part = first.into_iter().flatten().chain(part.chars().skip(1)).collect();
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        for (key, expect) in [
            ("apiVersion", "API Version"),
            ("kind", "Kind"),
            ("creationTimestamp", "Creation Timestamp"),
            ("uid", "UID"),
            ("podIPs", "Pod I Ps"),
            ("clusterIP", "Cluster IP"),
            ("jsonPath", "Json Path"),
            ("openAPIV3Schema", "openAPIV3Schema"),
            ("cpu", "Cpu"),
            ("x-kind", "X - Kind"),
        ] {
            assert_eq!(words(key), expect);
        }
    }
}
