//! Strategic merge patch. Models `k8s.io/apimachinery/pkg/util/strategicpatch` with a table of our own for merge keys.
//! Omits: `$setElementOrder` as an order (the directive is accepted; elements keep the server's order).

use crate::{json::Json, status::Status};

/// Lists of maps that merge by a key, by field name. A field whose key depends on where it stands is listed with its parent.
const KEYS: &[(&str, &str, &str)] = &[
    ("", "containers", "name"),
    ("", "initContainers", "name"),
    ("", "ephemeralContainers", "name"),
    ("", "env", "name"),
    ("", "volumeMounts", "mountPath"),
    ("", "volumeDevices", "devicePath"),
    ("", "volumes", "name"),
    ("", "imagePullSecrets", "name"),
    ("", "hostAliases", "ip"),
    ("", "topologySpreadConstraints", "topologyKey"),
    ("", "conditions", "type"),
    ("", "ownerReferences", "uid"),
    ("", "addresses", "type"),
    ("", "podIPs", "ip"),
    ("", "hostIPs", "ip"),
    ("", "secrets", "name"),
    ("spec", "ports", "port"),
    ("", "ports", "containerPort"),
];

/// Lists of plain values that merge as sets.
const SETS: &[&str] = &["finalizers", "podCIDRs"];

/// Merges `patch` into `target`; `parent` is the field that holds them.
pub(super) fn merge(target: &Json, patch: &Json, parent: &str) -> Result<Json, Status> {
    if patch.map().is_none() {
        return Ok(patch.clone());
    }
    match patch["$patch"].text() {
        "replace" => return Ok(without_directives(patch)),
        "delete" => return Ok(Json::object()),
        "" | "merge" => {}
        other => return Err(Status::bad_request(format!("unknown patch type: {other}"))),
    }
    let mut result = if target.map().is_some() { target.clone() } else { Json::object() };
    let retained = patch["$retainKeys"].list();
    if !retained.is_empty() {
        let dropped: Vec<_> =
            result.entries().map(|(k, _)| k.clone()).filter(|k| !retained.iter().any(|r| *r == k.as_str())).collect();
        for key in dropped {
            result.remove(&key);
        }
    }
    for (key, value) in patch.entries() {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            let kept: Json = result[list].list().iter().filter(|v| !value.list().contains(v)).cloned().collect();
            result.set(list, kept);
        } else if key.starts_with('$') {
        } else if value.is_null() {
            result.remove(key);
        } else {
            let merged = match value {
                Json::List(_) => merge_list(&result[key.as_str()], value, parent, key)?,
                _ => merge(&result[key.as_str()], value, key)?,
            };
            result.map_mut().insert(key.clone(), merged);
        }
    }
    Ok(result)
}

fn merge_list(target: &Json, patch: &Json, parent: &str, field: &str) -> Result<Json, Status> {
    if SETS.contains(&field) {
        let mut all = target.list().to_vec();
        for value in patch.list() {
            if !all.contains(value) {
                all.push(value.clone());
            }
        }
        return Ok(all.into());
    }
    let Some(key) = merge_key(parent, field, patch) else { return Ok(patch.clone()) };
    let replaces = patch.list().iter().any(|e| e["$patch"] == "replace");
    let mut all: Vec<Json> = if replaces { Vec::new() } else { target.list().to_vec() };
    for element in patch.list() {
        let directive = element["$patch"].text();
        if directive == "replace" {
            continue;
        }
        let id = &element[key];
        if id.is_null() {
            return Err(Status::bad_request(format!("map: {element} does not contain declared merge key: {key}")));
        }
        let place = all.iter().position(|e| e[key] == *id);
        match (directive, place) {
            ("delete", Some(i)) => {
                all.remove(i);
            }
            ("delete", None) => {}
            (_, Some(i)) => all[i] = merge(&all[i], element, field)?,
            (_, None) => all.push(without_directives(element)),
        }
    }
    Ok(all.into())
}

fn merge_key(parent: &str, field: &str, patch: &Json) -> Option<&'static str> {
    if !patch.list().iter().all(|e| e.map().is_some()) {
        return None;
    }
    // A Service's ports merge by port, a container's by containerPort; only one of the two has it.
    if field == "ports" && parent == "spec" {
        return Some("port");
    }
    KEYS.iter().find(|(p, f, _)| (p.is_empty() || *p == parent) && *f == field && !(field == "ports" && p.is_empty() && parent == "spec")).map(|(_, _, k)| *k)
}

fn without_directives(patch: &Json) -> Json {
    match patch {
        Json::Map(map) => {
            let kept = map.iter().filter(|(k, v)| !k.starts_with('$') && !v.is_null());
            Json::Map(kept.map(|(k, v)| (k.clone(), without_directives(v))).collect())
        }
        Json::List(list) => list.iter().map(without_directives).collect(),
        other => other.clone(),
    }
}
