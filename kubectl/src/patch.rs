//! Patches that `apply` and `set` compute: three-way, as a merge patch or a strategic one.
//!
//! Models apimachinery's strategicpatch and jsonmergepatch; the lists that merge by key are a table of our own.
//! Omits: patch strategies of kinds outside the table, which replace their lists.

use serde_json::{Map, Value, json};

/// Lists of built-in kinds that merge, with the key of their items.
const MERGE_KEYS: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("imagePullSecrets", "name"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("conditions", "type"),
    ("ownerReferences", "uid"),
    ("secrets", "name"),
    ("webhooks", "name"),
];

/// Fields of which a patch says which keys stay.
const RETAIN_KEYS: &[&str] = &["strategy", "volumes"];

/// Whether a group's kinds are built in, so that the server knows their patch strategies.
pub fn is_built_in(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io") && group != "apiextensions.k8s.io"
}

/// The patch that leads from `current` to `modified`, dropping what `original` had and `modified` has not.
pub fn three_way(original: &Value, modified: &Value, current: &Value, strategic: bool) -> Value {
    Value::Object(maps(original, modified, current, strategic, false))
}

fn merge_key(field: &str, list: &[Value]) -> Option<&'static str> {
    if field == "ports" {
        let container = list.iter().any(|port| port.get("containerPort").is_some());
        return Some(if container { "containerPort" } else { "port" });
    }
    MERGE_KEYS.iter().find(|(name, _)| *name == field).map(|(_, key)| *key)
}

fn maps(
    original: &Value,
    modified: &Value,
    current: &Value,
    strategic: bool,
    retain: bool,
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in modified.as_object().into_iter().flatten() {
        let had = original.get(key).unwrap_or(&Value::Null);
        match (current.get(key), wanted) {
            (None, wanted) if wanted.is_null() => {}
            (None, wanted) => {
                patch.insert(key.clone(), wanted.clone());
            }
            (Some(is), _) if is == wanted => deletions_in(had, wanted, key, &mut patch),
            (Some(is @ Value::Object(_)), Value::Object(_)) => {
                let retains = strategic && RETAIN_KEYS.contains(&key.as_str());
                let inner = maps(had, wanted, is, strategic, retains);
                if !inner.is_empty() {
                    patch.insert(key.clone(), Value::Object(inner));
                }
            }
            (Some(Value::Array(is)), Value::Array(wanted)) if strategic => {
                lists(key, had.as_array().map_or(&[], Vec::as_slice), wanted, is, &mut patch);
            }
            (Some(_), wanted) => {
                patch.insert(key.clone(), wanted.clone());
            }
        }
    }
    for (key, _) in original.as_object().into_iter().flatten() {
        if modified.get(key).is_none() {
            patch.insert(key.clone(), Value::Null);
        }
    }
    if retain && !patch.is_empty() {
        let mut keys: Vec<&String> = modified.as_object().into_iter().flatten().map(|(key, _)| key).collect();
        keys.sort();
        patch.insert("$retainKeys".into(), json!(keys));
    }
    patch
}

/// Where nothing changes there may still be keys that `original` had.
fn deletions_in(original: &Value, modified: &Value, key: &str, patch: &mut Map<String, Value>) {
    if let (Value::Object(_), Value::Object(_)) = (original, modified) {
        let inner = maps(original, modified, modified, false, false);
        if !inner.is_empty() {
            patch.insert(key.to_owned(), Value::Object(inner));
        }
    }
}

fn lists(
    field: &str,
    original: &[Value],
    modified: &[Value],
    current: &[Value],
    patch: &mut Map<String, Value>,
) {
    if field == "finalizers" {
        return primitives(field, original, modified, current, patch);
    }
    let Some(key) = merge_key(field, modified).filter(|_| modified.iter().all(Value::is_object)) else {
        patch.insert(field.to_owned(), modified.into());
        return;
    };
    let find = |list: &[Value], id: &Value| list.iter().find(|item| item.get(key) == Some(id)).cloned();
    let retain = RETAIN_KEYS.contains(&field);
    let mut changes = Vec::new();
    for item in modified {
        let id = item.get(key).cloned().unwrap_or(Value::Null);
        match find(current, &id) {
            None => changes.push(item.clone()),
            Some(is) => {
                let had = find(original, &id).unwrap_or(Value::Null);
                let mut change = maps(&had, item, &is, true, retain);
                if !change.is_empty() {
                    change.insert(key.to_owned(), id);
                    changes.push(Value::Object(change));
                }
            }
        }
    }
    for item in original {
        let id = item.get(key).cloned().unwrap_or(Value::Null);
        if find(modified, &id).is_none() {
            changes.push(json!({"$patch": "delete", key: id}));
        }
    }
    let ids =
        |list: &[Value]| -> Vec<Value> { list.iter().filter_map(|item| item.get(key)).cloned().collect() };
    let wanted_order = ids(modified);
    let shared: Vec<Value> = ids(current).into_iter().filter(|id| wanted_order.contains(id)).collect();
    let reordered = shared != wanted_order;
    if !changes.is_empty() || reordered {
        let order: Vec<Value> = wanted_order.into_iter().map(|id| json!({key: id})).collect();
        patch.insert(format!("$setElementOrder/{field}"), order.into());
    }
    if !changes.is_empty() {
        patch.insert(field.to_owned(), changes.into());
    }
}

fn primitives(
    field: &str,
    original: &[Value],
    modified: &[Value],
    current: &[Value],
    patch: &mut Map<String, Value>,
) {
    let added: Vec<Value> = modified.iter().filter(|item| !current.contains(item)).cloned().collect();
    let gone: Vec<Value> = original.iter().filter(|item| !modified.contains(item)).cloned().collect();
    if added.is_empty() && gone.is_empty() {
        return;
    }
    patch.insert(format!("$setElementOrder/{field}"), modified.into());
    if !gone.is_empty() {
        patch.insert(format!("$deleteFromPrimitiveList/{field}"), gone.into());
    }
    if !added.is_empty() {
        patch.insert(field.to_owned(), added.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(original: Value, modified: Value, current: Value, expect: Value) {
        assert_eq!(three_way(&original, &modified, &current, true), expect);
    }

    #[test]
    fn strategic() {
        check(json!({}), json!({"a": 1}), json!({"a": 1, "b": 2}), json!({}));
        check(json!({"a": 1, "c": 3}), json!({"a": 2}), json!({"a": 1, "c": 3}), json!({"a": 2, "c": null}));
        check(
            json!({}),
            json!({"containers": [{"name": "c", "image": "b"}]}),
            json!({"containers": [{"name": "c", "image": "a", "x": 1}]}),
            json!({
                "$setElementOrder/containers": [{"name": "c"}],
                "containers": [{"name": "c", "image": "b"}],
            }),
        );
        check(
            json!({"env": [{"name": "A", "value": "1"}]}),
            json!({"env": [{"name": "B", "value": "2"}]}),
            json!({"env": [{"name": "A", "value": "1"}]}),
            json!({
                "$setElementOrder/env": [{"name": "B"}],
                "env": [{"name": "B", "value": "2"}, {"$patch": "delete", "name": "A"}],
            }),
        );
        check(
            json!({}),
            json!({"strategy": {"type": "Recreate"}}),
            json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {}}}),
            json!({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}),
        );
        check(json!({}), json!({"args": ["a"]}), json!({"args": ["a", "b"]}), json!({"args": ["a"]}));
    }
}
