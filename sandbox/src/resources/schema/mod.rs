//! Types of fields, by the table of Kubernetes' types: wrong ones are refused, unknown ones dropped, and so are those that say no
//! more than their absence (`env: []`, `hostNetwork: false`). Models the decoding into Go structs by `sigs.k8s.io/json`, and
//! their writing with `omitempty`. Omits: duplicate fields, names of Go's string types; our own kinds are taken as they are.

mod values;

use ecow::EcoString;

use super::{Resource, quantity};
use crate::{
    json::{Json, Map, NULL},
    types::{self, Field, Message, Of, Shape},
};
use values::{base64, int_or_string, is_simple, quantity_of, time, zero};

/// Drops nulls, what Go's `omitempty` leaves out, and fields that the kind does not have; gives the latter's paths. Quantities
/// become strings.
///
/// # Errors
/// A field of the wrong type, in Go's words.
pub fn check(resource: Resource, json: &mut Json) -> Result<Vec<String>, String> {
    let def = resource.def();
    check_as(&def.api_version(), def.kind, json)
}

/// As [`check`], by `apiVersion` and kind.
///
/// # Errors
/// As [`check`].
pub fn check_as(api_version: &str, kind: &str, json: &mut Json) -> Result<Vec<String>, String> {
    check_changed(api_version, kind, json, &NULL)
}

/// As [`check_as`], of what a change has made of `stored`: parts that they share were checked when they were stored.
///
/// # Errors
/// As [`check`].
pub fn check_changed(
    api_version: &str,
    kind: &str,
    json: &mut Json,
    stored: &Json,
) -> Result<Vec<String>, String> {
    let Some(message) = types::find(api_version, kind) else { return Ok(Vec::new()) };
    json.set("apiVersion", api_version);
    json.set("kind", kind);
    let mut walk = Walk { stored: stored.clone(), ..Walk::default() };
    walk.message(json, message)?;
    Ok(walk.unknown)
}

/// As [`check`], of `metadata` alone, wherever an object has it.
///
/// # Errors
/// As [`check`].
pub fn check_metadata(path: &str, metadata: &mut Json) -> Result<Vec<String>, String> {
    let Some(message) = types::find("meta.k8s.io/v1", "ObjectMeta") else { return Ok(Vec::new()) };
    let mut walk = Walk { path: path.to_owned(), fields: vec!["metadata"], ..Walk::default() };
    walk.message(metadata, message)?;
    Ok(walk.unknown)
}

/// Where a walk stands.
#[derive(Default)]
struct Walk {
    /// As in messages about unknown fields: `spec.containers[0]`.
    path: String,
    /// As in Go's errors, which skip indices and keys of maps: `spec.containers`.
    fields: Vec<&'static str>,
    unknown: Vec<String>,
    /// The object as it was, where it is known to be right.
    stored: Json,
}

impl Walk {
    fn message(&mut self, json: &mut Json, message: &'static Message) -> Result<(), String> {
        let Json::Map(map) = json else { return Ok(()) };
        let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
        let mut gone: Vec<EcoString> = Vec::new();
        for key in keys {
            if message.is_kind && matches!(key.as_str(), "apiVersion" | "kind") {
                continue;
            }
            let value = map.get(&key).unwrap_or(&NULL);
            let is_null = value.is_null();
            match message.named(&key) {
                Some(field) if !is_null && !field.leaves_out(value) => {
                    self.field(map, &key, message, field)?
                }
                known => {
                    if known.is_none() && !is_null {
                        let dot = if self.path.is_empty() { "" } else { "." };
                        self.unknown.push(format!("{}{dot}{key}", self.path));
                    }
                    gone.push(key);
                }
            }
        }
        if !gone.is_empty() {
            // At once, and by their order: one by one would take forever where there are very many.
            let kept = map.iter().filter(|(key, _)| gone.binary_search(key).is_err());
            *map = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        }
        Ok(())
    }

    fn field(
        &mut self,
        map: &mut Map,
        key: &str,
        message: &'static Message,
        field: &'static Field,
    ) -> Result<(), String> {
        let stored = if self.path.is_empty() { &self.stored[key] } else { &NULL };
        if map.get(key).is_some_and(|value| is_right(value, field, stored)) {
            return Ok(());
        }
        let length = self.path.len();
        self.fields.push(field.name);
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        let place = Place { message, field };
        self.shaped(map.get_mut(key), place)?;
        self.fields.pop();
        self.path.truncate(length);
        Ok(())
    }

    fn shaped(&mut self, json: &mut Json, place: Place) -> Result<(), String> {
        match (place.field.shape, json) {
            (Shape::One, json) => self.value(json, place),
            (Shape::List, Json::List(list)) => {
                for (index, item) in list.make_mut().iter_mut().enumerate() {
                    self.inside(&format!("[{index}]"), item, place)?;
                }
                Ok(())
            }
            (Shape::Map, Json::Map(map)) => {
                let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
                for key in keys {
                    self.inside(&format!(".{key}"), map.get_mut(&key), place)?;
                }
                Ok(())
            }
            (_, other) => Err(self.mismatch(other, &place.go_type(), place)),
        }
    }

    fn inside(&mut self, step: &str, item: &mut Json, place: Place) -> Result<(), String> {
        let length = self.path.len();
        self.path.push_str(step);
        if item.is_null() {
            *item = zero(place.field);
        }
        self.value(item, place)?;
        self.path.truncate(length);
        Ok(())
    }

    /// One value of the field.
    fn value(&mut self, json: &mut Json, place: Place) -> Result<(), String> {
        let right = match (place.field.of, &*json) {
            (Of::Message(id), _) if id.message().either => return either(json, id.message()),
            (Of::Message(id), Json::Map(_)) => return self.message(json, id.message()),
            (Of::Quantity, _) => return quantity_of(json),
            (Of::IntOrString, value) => return int_or_string(value),
            (Of::Bytes, Json::Str(text)) => return base64(text),
            (Of::Time | Of::MicroTime, value) => return time(value),
            (Of::Strings, Json::List(list)) => list.iter().all(|item| item.str().is_some()),
            (_, value) => is_simple(value, place.field.of),
        };
        if right { Ok(()) } else { Err(self.mismatch(json, &go_type(place.field.of), place)) }
    }

    /// Models Go's `UnmarshalTypeError`.
    fn mismatch(&self, found: &Json, expected: &str, place: Place) -> String {
        let found = match found {
            Json::Bool(_) => "bool".to_owned(),
            Json::Int(_) | Json::Float(_) if matches!(place.field.of, Of::Int32 | Of::Int64) => {
                format!("number {found}")
            }
            Json::Int(_) | Json::Float(_) => "number".to_owned(),
            Json::Str(_) => "string".to_owned(),
            Json::List(_) => "array".to_owned(),
            Json::Map(_) | Json::Null => "object".to_owned(),
        };
        if self.fields.is_empty() {
            return format!("json: cannot unmarshal {found} into Go value of type {expected}");
        }
        let struct_ = place.message.name;
        format!(
            "json: cannot unmarshal {found} into Go struct field {struct_}.{} of type {expected}",
            self.fields.join(".")
        )
    }
}

/// Models `UnmarshalJSON` of the types that are one thing or another: a decoder of its own reads them, which names no
/// unknown fields.
fn either(json: &mut Json, message: &'static Message) -> Result<(), String> {
    let Some(field) = message.chosen(json) else {
        if message.chosen(&Json::Bool(true)).is_some() {
            return Err("boolean or JSON schema expected".into());
        }
        *json = Json::Null;
        return Ok(());
    };
    Walk::default().shaped(json, Place { message, field })
}

/// A field, and the type that it belongs to.
#[derive(Clone, Copy)]
struct Place {
    message: &'static Message,
    field: &'static Field,
}

impl Place {
    fn go_type(self) -> String {
        let of = go_type(self.field.of);
        match self.field.shape {
            Shape::One => of,
            Shape::List => format!("[]{of}"),
            Shape::Map => format!("map[string]{of}"),
        }
    }
}

fn go_type(of: Of) -> String {
    match of {
        Of::Bool => "bool".into(),
        Of::Int32 => "int32".into(),
        Of::Int64 => "int64".into(),
        Of::Double => "float64".into(),
        Of::Bytes => "[]uint8".into(),
        Of::Strings => "[]string".into(),
        Of::Message(id) => {
            let message = id.message();
            let version = message.api_version.rsplit('/').next().unwrap_or_default();
            format!("{version}.{}", message.name)
        }
        _ => "string".into(),
    }
}

/// Right in all its depth, so that nothing needs to change: what `stored` shares is. Only looks: changing would copy what
/// objects share.
fn is_right(value: &Json, field: &'static Field, stored: &Json) -> bool {
    let below = if field.shape == Shape::One { stored } else { &NULL };
    let right = |item: &Json| match (field.of, item) {
        (Of::Message(id), item) if id.message().either => {
            id.message().chosen(item).is_some_and(|field| is_right(item, field, &NULL))
        }
        (Of::Message(id), Json::Map(map)) => has_right_fields(map, id.message(), below),
        (Of::Quantity, Json::Str(text)) => quantity::is_valid(text),
        (Of::IntOrString, item) => int_or_string(item).is_ok(),
        (Of::Time | Of::MicroTime, item) => time(item).is_ok(),
        (Of::Bytes, Json::Str(text)) => base64(text).is_ok(),
        (Of::Strings, Json::List(list)) => list.iter().all(|item| item.str().is_some()),
        (of, item) => is_simple(item, of),
    };
    match (field.shape, value) {
        (_, value) if !value.is_null() && value.shares(stored) => true,
        (Shape::One, value) => right(value),
        (Shape::List, Json::List(list)) => list.iter().all(right),
        (Shape::Map, Json::Map(map)) => map.iter().all(|(_, item)| right(item)),
        _ => false,
    }
}

fn has_right_fields(map: &Map, message: &'static Message, stored: &Json) -> bool {
    map.iter().all(|(key, value)| match message.named(key) {
        Some(field) => !field.leaves_out(value) && is_right(value, field, &stored[key.as_str()]),
        None => message.is_kind && matches!(key.as_str(), "apiVersion" | "kind"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    #[test]
    fn unknown_fields_are_named_and_dropped() {
        let mut pod = json!({"metadata": {"name": "a", "nosuch": 1}, "spec": {
            "containers": [{"name": "c", "image": "x", "imagee": "y", "resources": {"requests": {"cpu": 1}}}],
            "volumes": [{"name": "v", "emptyDir": {"mediumm": ""}}],
            "nodeName": null, "gone": null}});
        let unknown = check(resources::POD, &mut pod).unwrap();
        assert_eq!(
            unknown,
            ["metadata.nosuch", "spec.containers[0].imagee", "spec.volumes[0].emptyDir.mediumm"]
        );
        assert_eq!(pod["spec"]["containers"][0]["resources"]["requests"]["cpu"], "1");
        for gone in ["nodeName", "gone"] {
            assert!(pod["spec"].map().unwrap().get(gone).is_none());
        }
    }

    #[test]
    fn what_says_no_more_than_its_absence_is_dropped() {
        for (resource, mut written, kept) in [
            (
                resources::POD,
                json!({"metadata": {"name": "a", "labels": {}, "annotations": {"a": ""}}, "spec": {
                    "hostNetwork": false, "nodeName": "", "volumes": [], "nodeSelector": {}, "tolerations": [{}],
                    "terminationGracePeriodSeconds": 0, "containers": [{
                        "name": "", "image": "", "stdin": false, "resources": {"limits": {}}, "securityContext": {},
                        "env": [{"name": "A", "value": ""}], "ports": [{"containerPort": 0, "hostPort": 0}]}]}}),
                json!({"metadata": {"name": "a", "annotations": {"a": ""}}, "spec": {
                    "tolerations": [{}], "terminationGracePeriodSeconds": 0, "containers": [{
                        "name": "", "resources": {}, "securityContext": {},
                        "env": [{"name": "A"}], "ports": [{"containerPort": 0}]}]}}),
            ),
            // a class of no name is not the default class
            (
                resources::PERSISTENT_VOLUME_CLAIM,
                json!({"spec": {"storageClassName": "", "volumeName": "", "accessModes": []}}),
                json!({"spec": {"storageClassName": ""}}),
            ),
            (
                resources::NETWORK_POLICY,
                json!({"spec": {"podSelector": {"matchLabels": {}}, "ingress": [], "egress": [{"to": []}]}}),
                json!({"spec": {"podSelector": {}, "egress": [{}]}}),
            ),
            (
                resources::ROLE,
                json!({"rules": [{"verbs": [], "resources": []}]}),
                json!({"rules": [{"verbs": []}]}),
            ),
            (resources::ROLE, json!({"rules": []}), json!({"rules": []})),
            (resources::SECRET, json!({"data": {"a": ""}, "type": ""}), json!({"data": {"a": ""}})),
        ] {
            assert_eq!(check(resource, &mut written).unwrap(), [""; 0]);
            written.remove("apiVersion");
            written.remove("kind");
            assert_eq!(written, kept);
        }
    }

    #[test]
    fn what_is_right_is_not_copied() {
        let spec = json!({"containers": [{"name": "c", "image": "x", "ports": [{"containerPort": 80}]}]});
        let mut pod = json!({"metadata": {"name": "a"}});
        pod.set("spec", spec.clone());
        assert_eq!(check(resources::POD, &mut pod).unwrap(), [""; 0]);
        assert_eq!(pod["spec"], spec);
    }

    #[test]
    fn wrong_types_are_told_in_gos_words() {
        let at = |field: &str, type_: &str| format!("Go struct field {field} of type {type_}");
        for (resource, mut json, expect) in [
            (
                resources::CONFIG_MAP,
                json!({"data": 5}),
                format!("json: cannot unmarshal number into {}", at("ConfigMap.data", "map[string]string")),
            ),
            (
                resources::CONFIG_MAP,
                json!({"data": {"a": 5}}),
                format!("json: cannot unmarshal number into {}", at("ConfigMap.data", "string")),
            ),
            (
                resources::CONFIG_MAP,
                json!({"metadata": {"name": true}}),
                format!("json: cannot unmarshal bool into {}", at("ObjectMeta.metadata.name", "string")),
            ),
            (
                resources::DEPLOYMENT,
                json!({"spec": {"replicas": "three"}}),
                format!("json: cannot unmarshal string into {}", at("DeploymentSpec.spec.replicas", "int32")),
            ),
            (
                resources::DEPLOYMENT,
                json!({"spec": {"replicas": 1.5}}),
                format!(
                    "json: cannot unmarshal number 1.5 into {}",
                    at("DeploymentSpec.spec.replicas", "int32")
                ),
            ),
            (
                resources::POD,
                json!({"spec": {"containers": {"name": "c"}}}),
                format!(
                    "json: cannot unmarshal object into {}",
                    at("PodSpec.spec.containers", "[]v1.Container")
                ),
            ),
            (
                resources::POD,
                json!({"spec": {"containers": [{"ports": [{"containerPort": "x"}]}]}}),
                format!(
                    "json: cannot unmarshal string into {}",
                    at("ContainerPort.spec.containers.ports.containerPort", "int32")
                ),
            ),
            (
                resources::POD,
                json!({"spec": {"containers": [{"resources": {"limits": {"cpu": "lots"}}}]}}),
                values::NO_QUANTITY.to_owned(),
            ),
            (
                resources::SERVICE,
                json!({"spec": {"ports": [{"targetPort": true}]}}),
                "json: cannot unmarshal bool into Go value of type int32".to_owned(),
            ),
        ] {
            assert_eq!(check(resource, &mut json).unwrap_err(), expect);
        }
    }
}
