//! Types of fields, by k8s-openapi's structs: wrong ones are refused, unknown ones dropped. Models the decoding into
//! Go structs. Omits: duplicate fields; our own kinds are taken as they are.

use k8s_openapi::api::{
    apps::v1 as apps, coordination::v1 as coordination, core::v1 as core, discovery::v1 as discovery,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Resource, quantity};
use crate::json::Json;

/// Keys whose maps hold quantities, which may be written as numbers.
const QUANTITIES: [&str; 4] = ["limits", "requests", "capacity", "allocatable"];
/// Errors are located only in objects up to this size; locating tries every field.
const LOCATED_BYTES_MAX: usize = 64 * 1024;

const NO_QUANTITY: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Decode = fn(Value) -> Result<Value, serde_json::Error>;

fn decode<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(value)?)
}

fn decoder(resource: Resource) -> Option<Decode> {
    Some(match resource.def().kind {
        "Namespace" => decode::<core::Namespace>,
        "Node" => decode::<core::Node>,
        "Pod" => decode::<core::Pod>,
        "Service" => decode::<core::Service>,
        "ConfigMap" => decode::<core::ConfigMap>,
        "Event" => decode::<core::Event>,
        "ReplicaSet" => decode::<apps::ReplicaSet>,
        "Deployment" => decode::<apps::Deployment>,
        "EndpointSlice" => decode::<discovery::EndpointSlice>,
        "Lease" => decode::<coordination::Lease>,
        _ => return None,
    })
}

/// Drops nulls and fields that the kind does not have; gives the latter's paths.
///
/// # Errors
/// A field of the wrong type, in Go's words.
pub fn check(resource: Resource, json: &mut Json) -> Result<Vec<String>, String> {
    let Some(decode) = decoder(resource) else { return Ok(Vec::new()) };
    let def = resource.def();
    json.set("apiVersion", def.api_version());
    json.set("kind", def.kind);
    write_quantities(json)?;
    let value = Value::from(&*json);
    let known = match decode(value.clone()) {
        Ok(known) => known,
        Err(error) => {
            let path =
                if json.to_bytes().len() > LOCATED_BYTES_MAX { Vec::new() } else { locate(decode, &value) };
            return Err(go_words(def.kind, &path, &value, &error));
        }
    };
    let mut unknown = Vec::new();
    prune(json, &known, "", &mut unknown);
    Ok(unknown)
}

/// Quantities become strings; what is none is refused.
fn write_quantities(json: &mut Json) -> Result<(), String> {
    match json {
        Json::Map(m) => {
            let keys: Vec<_> =
                m.iter().map(|(k, v)| (k.clone(), v.map().is_some() || !v.list().is_empty())).collect();
            for (key, _) in keys.into_iter().filter(|(_, nested)| *nested) {
                let value = m.get_mut(&key);
                if QUANTITIES.contains(&key.as_str()) && value.map().is_some() {
                    quantities(value)?;
                } else {
                    write_quantities(value)?;
                }
            }
            Ok(())
        }
        Json::List(l) if l.iter().any(|i| i.map().is_some()) => {
            l.make_mut().iter_mut().try_for_each(write_quantities)
        }
        _ => Ok(()),
    }
}

fn quantities(amounts: &mut Json) -> Result<(), String> {
    let names: Vec<_> = amounts.entries().map(|(k, _)| k.clone()).collect();
    for name in names {
        let amount = &mut amounts[name.as_str()];
        if matches!(amount, Json::Int(_) | Json::Float(_)) {
            *amount = amount.to_string().into();
        }
        if amount.str().is_some_and(|text| !quantity::is_valid(text)) {
            return Err(NO_QUANTITY.into());
        }
    }
    Ok(())
}

fn prune(json: &mut Json, known: &Value, path: &str, unknown: &mut Vec<String>) {
    match (json, known) {
        (Json::Map(m), Value::Object(known)) => {
            let keys: Vec<_> = m.iter().map(|(k, _)| k.clone()).collect();
            for key in keys {
                let at = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                match known.get(key.as_str()) {
                    Some(known) => {
                        if m.get(&key).is_some_and(|v| matches!(v, Json::Map(_) | Json::List(_))) {
                            prune(m.get_mut(&key), known, &at, unknown);
                        }
                    }
                    None => {
                        if m.remove(&key).is_some_and(|v| !v.is_null()) {
                            unknown.push(at);
                        }
                    }
                }
            }
        }
        (Json::List(l), Value::Array(known)) => {
            for (i, (item, known)) in l.make_mut().iter_mut().zip(known).enumerate() {
                prune(item, known, &format!("{path}[{i}]"), unknown);
            }
        }
        _ => {}
    }
}

/// The path of the field without which the rest would do.
fn locate(decode: Decode, root: &Value) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    while path.len() < 32 {
        let pointer: String =
            path.iter().map(|p| format!("/{}", p.replace('~', "~0").replace('/', "~1"))).collect();
        let keys: Vec<String> = match root.pointer(&pointer) {
            Some(Value::Object(m)) => m.keys().cloned().collect(),
            Some(Value::Array(l)) => (0..l.len()).map(|i| i.to_string()).collect(),
            _ => break,
        };
        let mends = |key: &String| {
            let mut tried = root.clone();
            match tried.pointer_mut(&pointer) {
                Some(Value::Object(m)) => drop(m.remove(key)),
                Some(Value::Array(l)) => drop(key.parse().ok().map(|i: usize| l.remove(i))),
                _ => {}
            }
            decode(tried).is_ok()
        };
        match keys.iter().take(64).find(|k| mends(k)) {
            Some(key) => path.push(key.clone()),
            None => break,
        }
    }
    path
}

fn go_words(kind: &str, path: &[String], root: &Value, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let pointer: String =
        path.iter().map(|p| format!("/{}", p.replace('~', "~0").replace('/', "~1"))).collect();
    let found = match root.pointer(&pointer) {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Number(_)) => "number",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
        _ => return format!("json: {text}"),
    };
    let fields: Vec<&str> = path.iter().map(String::as_str).filter(|p| p.parse::<u32>().is_err()).collect();
    let expected = text.rsplit_once("expected ").map_or("", |(_, e)| e);
    let type_ = match expected.split(" at ").next().unwrap_or(expected) {
        "i32" => "int32",
        "i64" => "int64",
        "a string" => "string",
        "a boolean" => "bool",
        "a sequence" => sequence(fields.last().copied().unwrap_or_default()),
        "a map" => "map[string]string",
        other => other,
    };
    format!(
        "json: cannot unmarshal {found} into Go struct field {}.{} of type {type_}",
        go_struct(kind, &fields),
        fields.join(".")
    )
}

fn sequence(field: &str) -> &'static str {
    match field {
        "containers" | "initContainers" => "[]v1.Container",
        "ports" => "[]v1.ContainerPort",
        "env" => "[]v1.EnvVar",
        "command" | "args" | "finalizers" => "[]string",
        _ => "[]interface {}",
    }
}

/// The struct that holds the last field.
fn go_struct(kind: &str, fields: &[&str]) -> String {
    let Some((_, parents)) = fields.split_last() else { return kind.into() };
    match parents {
        [] => kind.into(),
        [.., "template", "spec"] => "PodSpec".into(),
        ["spec"] => format!("{kind}Spec"),
        ["status"] => format!("{kind}Status"),
        [.., "metadata"] => "ObjectMeta".into(),
        [.., "containers" | "initContainers"] => "Container".into(),
        [.., "ports"] if kind == "Service" => "ServicePort".into(),
        _ => kind.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    #[test]
    fn unknown_fields_are_named_and_dropped() {
        let mut pod = json!({"metadata": {"name": "a", "nosuch": 1}, "spec": {
            "containers": [{"name": "c", "image": "x", "imagee": "y", "resources": {"requests": {"cpu": 1}}}],
            "nodeName": null}});
        let unknown = check(resources::POD, &mut pod).unwrap();
        assert_eq!(unknown, ["metadata.nosuch", "spec.containers[0].imagee"]);
        assert_eq!(pod["spec"]["containers"][0]["resources"]["requests"]["cpu"], "1");
        assert!(pod["spec"].map().unwrap().get("nodeName").is_none());
    }

    #[test]
    fn wrong_types_are_located() {
        for (mut json, expect) in [
            (
                json!({"data": 5}),
                "json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string",
            ),
            (
                json!({"data": {"a": 5}}),
                "json: cannot unmarshal number into Go struct field ConfigMap.data.a of type string",
            ),
        ] {
            assert_eq!(check(resources::CONFIG_MAP, &mut json).unwrap_err(), expect);
        }
        let mut deployment = json!({"spec": {"replicas": "three"}});
        assert_eq!(
            check(resources::DEPLOYMENT, &mut deployment).unwrap_err(),
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        );
        let mut pod =
            json!({"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "lots"}}}]}});
        assert_eq!(check(resources::POD, &mut pod).unwrap_err(), NO_QUANTITY);
    }
}
