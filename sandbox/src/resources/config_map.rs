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

const FIELDS: &[&str] = &["data", "binaryData"];

fn row(map: &Object, now: Time) -> Row {
    let count = map["data"].entries().count() + map["binaryData"].entries().count();
    vec![map.name().into(), count.into(), age(map, now)]
}

fn validate(map: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    keys(map, FIELDS, &mut errors);
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
            (json!({"data": {"a": "2"}, "immutable": true}), Some(&fixed), vec!["data"]),
            (json!({"data": {"a": "1"}}), Some(&fixed), vec!["immutable"]),
        ] {
            let got: Vec<_> = validate(&Object(map.clone()), old).into_iter().map(|e| e.field).collect();
            assert_eq!(got, fields, "{map}");
        }
    }
}
