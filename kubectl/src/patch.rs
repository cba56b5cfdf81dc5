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

/// A merge patch, done here.
pub fn apply_merge(object: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *object = patch.clone();
        return;
    };
    if !object.is_object() {
        *object = json!({});
    }
    for (key, value) in fields {
        if value.is_null() {
            object.as_object_mut().map(|map| map.remove(key));
        } else {
            apply_merge(&mut object[key.as_str()], value);
        }
    }
}

/// A strategic merge patch, done here. Omits: `$setElementOrder`, `$deleteFromPrimitiveList`.
pub fn apply_strategic(object: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *object = patch.clone();
        return;
    };
    if fields.get("$patch").is_some_and(|how| how == "replace") || !object.is_object() {
        *object = json!({});
    }
    for (field, value) in fields.iter().filter(|(field, _)| !field.starts_with('$')) {
        if value.is_null() {
            object.as_object_mut().map(|map| map.remove(field));
            continue;
        }
        let had = &mut object[field.as_str()];
        match value.as_array().and_then(|items| merge_key(field, items)) {
            Some(key) if had.is_array() => apply_items(had, value, key),
            _ => apply_strategic(had, value),
        }
    }
}

fn apply_items(list: &mut Value, changes: &Value, key: &str) {
    let Some(list) = list.as_array_mut() else { return };
    let mut added = 0;
    for change in changes.as_array().into_iter().flatten() {
        let at = list.iter().position(|item| item.get(key) == change.get(key));
        match (at, change.get("$patch").and_then(Value::as_str)) {
            (Some(at), Some("delete")) => drop(list.remove(at)),
            (Some(at), _) => apply_strategic(&mut list[at], change),
            (None, Some("delete")) => {}
            (None, _) => {
                list.insert(added, change.clone());
                added += 1;
            }
        }
    }
}

/// A JSON patch, done here: `add`, `replace`, `remove` and `test`.
///
/// # Errors
/// A path that is not there, or another operation.
pub fn apply_json(object: &mut Value, patch: &Value) -> Result<(), String> {
    for step in patch.as_array().into_iter().flatten() {
        let part = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
        let (operation, path) = (part("op"), part("path"));
        let missing =
            || format!("{operation} operation does not apply: doc is missing path: {path}: missing value");
        let (parent, key) = path.rsplit_once('/').unwrap_or(("", path));
        let key = key.replace("~1", "/").replace("~0", "~");
        let there = object.pointer(path).is_some();
        let parent = object.pointer_mut(parent).ok_or_else(missing)?;
        let value = step.get("value").cloned().unwrap_or(Value::Null);
        match (operation, parent) {
            ("replace" | "remove" | "test", _) if !there => return Err(missing()),
            ("test", parent) => {
                let is = match parent {
                    Value::Array(items) => key.parse().ok().and_then(|at: usize| items.get(at)),
                    parent => parent.get(&key),
                };
                if is != Some(&value) {
                    return Err(format!("testing path {path} failed"));
                }
            }
            ("remove", Value::Object(map)) => drop(map.remove(&key)),
            ("remove", Value::Array(items)) => drop(items.remove(key.parse().map_err(|_| missing())?)),
            ("add", Value::Array(items)) => {
                let at = if key == "-" { items.len() } else { key.parse().map_err(|_| missing())? };
                items.insert(at.min(items.len()), value);
            }
            ("replace", Value::Array(items)) => items[key.parse::<usize>().map_err(|_| missing())?] = value,
            ("add" | "replace", Value::Object(map)) => drop(map.insert(key, value)),
            _ => return Err(format!("Unexpected kind: {operation}")),
        }
    }
    Ok(())
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
