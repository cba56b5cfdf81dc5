//! What a schema does not have is dropped. Models apiextensions' `structuralpruning`, `PruneNonNullableNullsWithoutDefaults`
//! and `schemaobjectmeta`.

use ecow::EcoString;

use super::schema::{EMBEDDED, Known, PRESERVE, at_key, is, refuses_null};
use crate::{
    json::{Json, NULL},
    resources::schema::check_metadata,
};

/// Fields that every object has, whatever its schema says.
const OF_OBJECTS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Drops unknown fields of an object, with their paths.
///
/// # Errors
/// Metadata of another type, in Go's words.
pub fn decode(schema: &Json, object: &mut Json) -> Result<Vec<String>, String> {
    let mut unknown = Vec::new();
    if !object["metadata"].is_null() {
        unknown.extend(check_metadata("metadata", &mut object["metadata"])?);
    }
    unknown.extend(prune_root(schema, object));
    embedded(schema, object, "", &mut unknown)?;
    Ok(unknown)
}

/// Drops unknown fields outside of metadata.
pub fn prune_root(schema: &Json, object: &mut Json) -> Vec<String> {
    let mut walk = Walk { unknown: Vec::new(), path: String::new() };
    walk.prune(schema, object, true);
    drop_nulls(schema, object);
    walk.unknown.sort();
    walk.unknown
}

struct Walk {
    unknown: Vec<String>,
    path: String,
}

impl Walk {
    fn prune(&mut self, schema: &Json, value: &mut Json, is_object: bool) {
        let is_object = is_object || is(schema, EMBEDDED);
        let keeps = is(schema, PRESERVE);
        match value {
            Json::Map(map) => {
                let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
                for key in keys {
                    if is_object && OF_OBJECTS.contains(&key.as_str()) {
                        continue;
                    }
                    let length = self.path.len();
                    let dot = if length == 0 { "" } else { "." };
                    self.path.push_str(dot);
                    self.path.push_str(&key);
                    match at_key(schema, &key) {
                        Known::As(inner) if needs_walk(map.get(&key)) => {
                            self.prune(inner, map.get_mut(&key), false);
                        }
                        Known::No if !keeps => {
                            self.unknown.push(self.path.clone());
                            map.remove(&key);
                        }
                        _ => {}
                    }
                    self.path.truncate(length);
                }
            }
            Json::List(list) if list.iter().any(|item| needs_walk(Some(item))) => {
                let inner = &schema["items"];
                if keeps && inner.is_null() {
                    return;
                }
                for (index, item) in list.make_mut().iter_mut().enumerate() {
                    let length = self.path.len();
                    self.path.push_str(&format!("[{index}]"));
                    self.prune(inner, item, false);
                    self.path.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// Values without parts have nothing to prune, and need no copy.
fn needs_walk(value: Option<&Json>) -> bool {
    matches!(value, Some(Json::Map(_) | Json::List(_)))
}

/// Nulls that the schema does not take are as good as absent, except where a default will take their place.
fn drop_nulls(schema: &Json, value: &mut Json) {
    match value {
        Json::Map(map) => {
            let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
            for key in keys {
                let Known::As(inner) = at_key(schema, &key) else { continue };
                let is_null = map.get(&key).is_some_and(Json::is_null);
                if is_null && refuses_null(inner) && inner["default"].is_null() {
                    map.remove(&key);
                } else if needs_walk(map.get(&key)) {
                    drop_nulls(inner, map.get_mut(&key));
                }
            }
        }
        Json::List(list) if list.iter().any(|item| needs_walk(Some(item))) => {
            list.make_mut().iter_mut().for_each(|item| drop_nulls(&schema["items"], item));
        }
        _ => {}
    }
}

/// Metadata of the objects inside the object.
fn embedded(schema: &Json, value: &mut Json, path: &str, unknown: &mut Vec<String>) -> Result<(), String> {
    if is(schema, EMBEDDED) && value["metadata"].map().is_some() {
        unknown.extend(check_metadata(&format!("{path}.metadata"), &mut value["metadata"])?);
    }
    if !has_embedded(schema) {
        return Ok(());
    }
    match value {
        Json::Map(map) => {
            let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
            for key in keys {
                let inner = if let Known::As(inner) = at_key(schema, &key) { inner } else { &NULL };
                if needs_walk(map.get(&key)) {
                    let dot = if path.is_empty() { "" } else { "." };
                    embedded(inner, map.get_mut(&key), &format!("{path}{dot}{key}"), unknown)?;
                }
            }
        }
        Json::List(list) => {
            for (index, item) in list.make_mut().iter_mut().enumerate() {
                embedded(&schema["items"], item, &format!("{path}[{index}]"), unknown)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn has_embedded(schema: &Json) -> bool {
    if schema.map().is_none() {
        return false;
    }
    let parts = schema["properties"].entries().map(|(_, s)| s);
    let mut parts = parts.chain([&schema["items"], &schema["additionalProperties"]]);
    parts.any(|s| is(s, EMBEDDED) || has_embedded(s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn what_the_schema_does_not_have_is_dropped_and_named() {
        let map =
            json!({"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {}}}});
        let list =
            json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}});
        let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true,
            "properties": {"in": {"type": "object", "properties": {"a": {}}}}});
        let object = json!({"type": "object", "x-kubernetes-embedded-resource": true,
            "x-kubernetes-preserve-unknown-fields": true});
        for (schema, value, expect, unknown) in [
            (&map, json!({"x": {"a": 1, "b": 2}}), json!({"x": {"a": 1}}), vec!["spec.x.b"]),
            (&list, json!([{"a": "1"}, {"b": 2}]), json!([{"a": "1"}, {}]), vec!["spec[1].b"]),
            (
                &open,
                json!({"any": {"b": 1}, "in": {"a": 1, "b": 2}}),
                json!({"any": {"b": 1}, "in": {"a": 1}}),
                vec!["spec.in.b"],
            ),
            (
                &object,
                json!({"kind": "Pod", "metadata": {"name": "a", "nosuch": 1}, "x": 1}),
                json!({"kind": "Pod", "metadata": {"name": "a"}, "x": 1}),
                vec!["spec.metadata.nosuch"],
            ),
            (&json!({"type": "string"}), json!(null), Json::Null, vec![]),
            (&json!({"type": "string", "nullable": true}), json!(null), Json::Null, vec![]),
            (
                &json!({"type": "object", "additionalProperties": true}),
                json!({"a": {"b": 1}, "c": 1}),
                json!({"a": {}, "c": 1}),
                vec!["spec.a.b"],
            ),
        ] {
            let root =
                json!({"type": "object"}).with("properties", Json::object().with("spec", schema.clone()));
            let mut got = json!({"kind": "K", "metadata": {"name": "a"}, "extra": 1});
            got.map_mut().insert("spec", value.clone());
            let mut names = decode(&root, &mut got).unwrap();
            names.retain(|name| name != "extra");
            assert_eq!(
                (&got["spec"], &names[..]),
                (&expect, &unknown.iter().map(|s| s.to_string()).collect::<Vec<_>>()[..]),
                "{value}"
            );
            assert!(got["extra"].is_null());
        }
    }

    #[test]
    fn metadata_keeps_its_types() {
        let mut object = json!({"metadata": {"name": 5}});
        let error = decode(&json!({"type": "object"}), &mut object).unwrap_err();
        assert_eq!(
            error,
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"
        );
    }
}
