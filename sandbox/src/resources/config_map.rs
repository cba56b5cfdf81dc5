//! Models v1 ConfigMap.

use super::{Column, ResourceDef, Row, check::Errors};
use crate::{
    api::{age, names},
    clock::Time,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["cm"],
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "ConfigMap", "configmaps", "configmap")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Data"), Column::new("Age")];

/// Largest sum of all values.
const DATA_BYTES_MAX: usize = 1024 * 1024;

const FIELDS: &[&str] = &["data", "binaryData"];

fn row(map: &Object, now: Time) -> Row {
    let count = map["data"].entries().count() + map["binaryData"].entries().count();
    vec![map.name().into(), count.into(), age(map, now)]
}

fn validate(map: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    keys(map, FIELDS, &mut errors);
    for (key, _) in map["binaryData"].entries().filter(|(key, _)| !map["data"][key.as_str()].is_null()) {
        let why = "duplicate key in both data and binaryData";
        errors.push(FieldError::invalid(format!("binaryData[{key}]"), &Json::from(key), why));
    }
    let text_bytes: usize = map["data"].entries().map(|(_, text)| text.text().len()).sum();
    // So Kubernetes writes the path of the object as a whole.
    size("[]", text_bytes + decoded_bytes(&map["binaryData"]), &mut errors);
    if let Some(old) = old {
        immutability(map, old, FIELDS, &mut errors);
    }
    errors
}

/// What is wrong with the keys of these fields; Secrets have the same.
pub fn keys(map: &Object, fields: &[&str], errors: &mut Errors) {
    for field in fields {
        for (key, _) in map[*field].entries() {
            for problem in names::config_key(key) {
                errors.push(FieldError::invalid(format!("{field}[{key}]"), &Json::from(key), &problem));
            }
        }
    }
}

/// Are the values too much together? Secrets are bounded alike.
pub fn size(path: &str, bytes: usize, errors: &mut Errors) {
    if bytes > DATA_BYTES_MAX {
        errors.push(FieldError {
            reason: "FieldValueTooLong",
            field: path.into(),
            detail: format!("Too long: may not be more than {DATA_BYTES_MAX} bytes"),
        });
    }
}

/// Bytes of values that are written in base64.
pub fn decoded_bytes(data: &Json) -> usize {
    let bytes =
        |text: &str| (text.len() / 4 * 3).saturating_sub(text.len() - text.trim_end_matches('=').len());
    data.entries().map(|(_, value)| bytes(value.text())).sum()
}

/// What `immutable: true` once said stays so; Secrets have the same.
pub fn immutability(map: &Object, old: &Object, fields: &[&str], errors: &mut Errors) {
    const WHY: &str = "field is immutable when `immutable` is set";
    if old["immutable"].bool() != Some(true) {
        return;
    }
    if map["immutable"].bool() != Some(true) {
        errors.push(FieldError::forbidden("immutable", WHY));
    }
    for field in fields {
        if old[*field] != map[*field] {
            errors.push(FieldError::forbidden(*field, WHY));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn keys_and_immutability_are_checked() {
        let fixed = Object(json!({"data": {"a": "1"}, "immutable": true}));
        for (map, old, fields) in [
            (json!({"data": {"a.b": "1"}}), None, vec![]),
            (json!({"data": {"bad/key": "1"}}), None, vec!["data[bad/key]"]),
            (json!({"data": {"a": "1"}, "binaryData": {"a": "MQ=="}}), None, vec!["binaryData[a]"]),
            (json!({"data": {"a": "x".repeat(1 << 20)}}), None, vec![]),
            (json!({"data": {"a": "x".repeat(1 << 20)}, "binaryData": {"b": "MQ=="}}), None, vec!["[]"]),
            (json!({"data": {"a": "2"}, "immutable": true}), Some(&fixed), vec!["data"]),
            (json!({"data": {"a": "1"}}), Some(&fixed), vec!["immutable"]),
        ] {
            let got: Vec<_> = validate(&Object(map.clone()), old).into_iter().map(|e| e.field).collect();
            assert_eq!(got, fields, "{map}");
        }
    }
}
