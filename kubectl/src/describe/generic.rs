//! Any other kind: metadata, then every field with its name in words.
//!
//! Models kubectl's generic describer for unstructured objects.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::text;

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
    let mut rows: Vec<_> =
        map.as_object().into_iter().flatten().map(|(key, value)| (words(key), key, value)).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    for (title, key, value) in rows {
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

/// `apiVersion` as `API Version`, `readyReplicas` as `Ready Replicas`.
fn words(key: &str) -> String {
    const ACRONYMS: &[&str] =
        &["API", "URL", "UID", "OSB", "GUID", "IP", "ID", "CPU", "TLS", "URI", "JSON", "HTTP"];
    if key.contains(|c: char| !c.is_ascii_alphanumeric()) {
        return key.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let chars: Vec<char> = key.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_lower = at > 0 && chars[at - 1].is_ascii_lowercase();
        if at == 0 || c.is_ascii_uppercase() && (after_lower || before_lower) {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push(*c);
        }
    }
    for part in &mut parts {
        let upper = part.to_uppercase();
        if ACRONYMS.contains(&upper.as_str()) {
            *part = upper;
        } else if let Some(first) = part.chars().next() {
            *part = format!("{}{}", first.to_uppercase(), &part[first.len_utf8()..]);
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
        ] {
            assert_eq!(words(key), expect);
        }
    }
}
