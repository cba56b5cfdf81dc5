//! Names, labels, annotations, owners, finalizers. Models `ValidateObjectMeta` and `ValidateObjectMetaUpdate` of
//! apimachinery. Omits: managedFields, which come with server-side apply.

use std::collections::BTreeSet;

use super::names;
use crate::{json::Json, object::Object, resources::Def, status::FieldError};

/// Total size of annotations' keys and values.
const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;

/// Finalizers that need no domain.
const STANDARD_FINALIZERS: [&str; 3] = ["kubernetes", "foregroundDeletion", "orphan"];

/// What is wrong with an object's metadata.
pub(super) fn check(def: Def<'_>, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let meta = &object["metadata"];
    let mut errors = Vec::new();
    check_name(def, meta, &mut errors);
    check_labels(&meta["labels"], "metadata.labels", &mut errors);
    check_annotations(&meta["annotations"], &mut errors);
    check_owners(&meta["ownerReferences"], &mut errors);
    // Kinds outside of Kubernetes' own scheme take any qualified name.
    let any = def.custom().is_some() || def.group == "apiextensions.k8s.io";
    check_finalizers(meta, any, &mut errors);
    if let Some(old) = old {
        // Kubernetes checks this twice, in the generic registry and in the kind's strategy; its causes show it.
        check_change(object, old, &mut errors);
        check_change(object, old, &mut errors);
    }
    errors
}

fn invalid_all(field: &str, value: &str, problems: names::Problems, errors: &mut Vec<FieldError>) {
    errors.extend(problems.iter().map(|p| FieldError::invalid(field, &value.into(), p)));
}

fn check_name(def: Def<'_>, meta: &Json, errors: &mut Vec<FieldError>) {
    let rule = |name: &str| def.name_problems(name);
    if let Some(base) = meta["generateName"].str().filter(|b| !b.is_empty()) {
        // A trailing dash is followed by the suffix.
        let whole =
            if base.ends_with('-') { format!("{}a", base.trim_end_matches('-')) } else { base.to_owned() };
        invalid_all("metadata.generateName", base, rule(&whole), errors);
    }
    match meta["name"].text() {
        "" => errors.push(FieldError::required("metadata.name", "name or generateName is required")),
        name => invalid_all("metadata.name", name, rule(name), errors),
    }
}

/// Labels, wherever an object has them.
pub fn check_labels(labels: &Json, field: &str, errors: &mut Vec<FieldError>) {
    for (key, value) in labels.entries() {
        invalid_all(field, key, names::qualified_name(key), errors);
        invalid_all(field, value.text(), names::label_value(value.text()), errors);
    }
}

fn check_annotations(annotations: &Json, errors: &mut Vec<FieldError>) {
    let field = "metadata.annotations";
    let mut size = 0;
    for (key, value) in annotations.entries() {
        invalid_all(field, key, names::qualified_name(&key.to_lowercase()), errors);
        size += key.len() + value.text().len();
    }
    if size > ANNOTATIONS_BYTES_MAX {
        errors.push(FieldError {
            reason: "FieldValueTooLong",
            field: field.into(),
            detail: format!("Too long: may not be more than {ANNOTATIONS_BYTES_MAX} bytes"),
        });
    }
}

fn check_owners(owners: &Json, errors: &mut Vec<FieldError>) {
    let field = "metadata.ownerReferences";
    let mut controllers = Vec::new();
    for owner in owners.list() {
        for (name, why) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if owner[name].text().is_empty() {
                errors.push(FieldError::invalid(format!("{field}.{name}"), &"".into(), why));
            }
        }
        if owner["controller"].bool() == Some(true) {
            controllers.push(owner["name"].text());
        }
    }
    if let [first, second, ..] = controllers[..] {
        let why = format!(
            "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {second}"
        );
        errors.push(FieldError::invalid(field, owners, &why));
    }
}

fn check_finalizers(meta: &Json, any: bool, errors: &mut Vec<FieldError>) {
    let field = "metadata.finalizers";
    let mut seen = BTreeSet::new();
    for (i, finalizer) in meta["finalizers"].list().iter().enumerate() {
        let name = finalizer.text();
        let at = format!("{field}[{i}]");
        let problems = names::qualified_name(name);
        let unqualified =
            !any && problems.is_empty() && !name.contains('/') && !STANDARD_FINALIZERS.contains(&name);
        invalid_all(&at, name, problems, errors);
        if unqualified {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(at, &name.into(), why));
        }
        seen.insert(name);
    }
    if seen.contains("orphan") && seen.contains("foregroundDeletion") {
        let why = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid(field, &meta["finalizers"], why));
    }
}

fn check_change(object: &Object, old: &Object, errors: &mut Vec<FieldError>) {
    if !old.is_terminating() {
        return;
    }
    let had = old["metadata"]["finalizers"].list();
    let added: Vec<String> = object["metadata"]["finalizers"]
        .list()
        .iter()
        .filter(|f| !had.contains(f))
        .map(|f| format!("{:?}", f.text()))
        .collect();
    if !added.is_empty() {
        let why = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
            added.join(", ")
        );
        errors.push(FieldError::forbidden("metadata.finalizers", &why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    fn check(meta: serde_json::Value, expect: &[&str]) {
        let object = Object(json!({"metadata": meta}));
        let found = super::check(resources::CONFIG_MAP.def().into(), &object, None);
        let found: Vec<String> = found
            .iter()
            .map(|e| format!("{}: {}", e.field, e.detail.chars().take(40).collect::<String>()))
            .collect();
        assert_eq!(found, expect, "{}", object.0);
    }

    #[test]
    fn metadata_is_right_or_named() {
        use serde_json::json;
        check(json!({"name": "a", "labels": {"a/b": "c"}, "finalizers": ["example.com/hold"]}), &[]);
        check(json!({}), &["metadata.name: Required value: name or generateName is "]);
        check(json!({"name": "A"}), &["metadata.name: Invalid value: \"A\": a lowercase RFC 1123"]);
        check(json!({"name": "a", "generateName": "web-"}), &[]);
        check(
            json!({"name": "a", "labels": {"k": "no good"}}),
            &["metadata.labels: Invalid value: \"no good\": a valid label "],
        );
        check(
            json!({"name": "a", "finalizers": ["hold"]}),
            &["metadata.finalizers[0]: Invalid value: \"hold\": name is neither a"],
        );
        check(
            json!({"name": "a", "annotations": {"k": "x".repeat(300_000)}}),
            &["metadata.annotations: Too long: may not be more than 262144 by"],
        );
        check(
            json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p"}]}),
            &["metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"],
        );
    }
}
