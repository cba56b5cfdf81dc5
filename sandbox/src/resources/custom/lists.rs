//! Lists that are sets or maps hold each entry once. Models apiextensions' `listtype.ValidateListSetsAndMaps`.

use super::schema::{Known, at_key};
use crate::{json::Json, object::Object, status::FieldError};

/// What stands twice.
pub fn check(schema: &Json, object: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    walk(schema, object, "", &mut errors);
    errors
}

fn walk(schema: &Json, value: &Json, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Json::Map(map) => {
            for (key, inner) in map.iter() {
                if let Known::As(schema) = at_key(schema, key) {
                    let dot = if path.is_empty() { "" } else { "." };
                    walk(schema, inner, &format!("{path}{dot}{key}"), errors);
                }
            }
        }
        Json::List(list) => {
            match schema["x-kubernetes-list-type"].text() {
                "set" => twice(list.iter().cloned(), path, errors),
                "map" => twice(list.iter().map(|item| keys(schema, item)), path, errors),
                _ => {}
            }
            for (index, item) in list.iter().enumerate() {
                walk(&schema["items"], item, &format!("{path}[{index}]"), errors);
            }
        }
        _ => {}
    }
}

/// The part of an item that names it.
fn keys(schema: &Json, item: &Json) -> Json {
    let names = schema["x-kubernetes-list-map-keys"].list().iter().map(Json::text);
    names.fold(Json::object(), |all, name| all.with(name, item[name].clone()))
}

fn twice(items: impl Iterator<Item = Json>, path: &str, errors: &mut Vec<FieldError>) {
    let mut seen: std::collections::BTreeMap<String, bool> = Default::default();
    for (index, item) in items.enumerate() {
        let told = seen.get_mut(&item.to_string());
        match told {
            // Told once, however often it stands there.
            Some(told) if !*told => {
                errors.push(FieldError::duplicate(format!("{path}[{index}]"), &item));
                *told = true;
            }
            Some(_) => {}
            None => {
                seen.insert(item.to_string(), false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_entry_stands_once() {
        let set = json!({"type": "array", "x-kubernetes-list-type": "set"});
        let map =
            json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]});
        for (schema, value, expect) in [
            (&set, json!(["a", "b"]), ""),
            (&set, json!(["a", "b", "a", "a"]), r#"s[2]: Duplicate value: "a""#),
            (&map, json!([{"name": "a", "x": 1}, {"name": "a"}]), r#"s[1]: Duplicate value: {"name":"a"}"#),
            (&json!({"type": "array"}), json!([1, 1]), ""),
        ] {
            let root = json!({}).with("properties", Json::object().with("s", schema.clone()));
            let errors = check(&root, &Object(Json::object().with("s", value)));
            let words: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect();
            assert_eq!(words.join("; "), expect);
        }
    }
}
