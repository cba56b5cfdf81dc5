//! The scale subresource. Models `autoscaling/v1` Scale of the workload kinds.

use crate::{json, json::Json, object::Object, selector::Labels};

/// An object's scale.
pub(super) fn of(object: &Object) -> Json {
    let meta = &object["metadata"];
    let mut scale = json!({"kind": "Scale", "apiVersion": "autoscaling/v1"});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        scale["metadata"].set(field, meta[field].clone());
    }
    scale["spec"] = json!({});
    if let Some(replicas) = object["spec"]["replicas"].int().filter(|n| *n != 0) {
        scale["spec"].set("replicas", replicas);
    }
    let replicas = object["status"]["replicas"].int().unwrap_or(0);
    scale["status"] = json!({"replicas": replicas});
    scale["status"].set("selector", Labels::from_object(&object["spec"]["selector"]).to_string());
    scale
}

/// The object with the replicas that a Scale asks for; its resourceVersion is the precondition.
pub(super) fn apply(object: &Object, scale: &Json) -> Object {
    let mut next = object.clone();
    next["spec"].set("replicas", scale["spec"]["replicas"].int().unwrap_or(0));
    let version = scale["metadata"]["resourceVersion"].text();
    if !version.is_empty() {
        next["metadata"].set("resourceVersion", version);
    }
    next
}
