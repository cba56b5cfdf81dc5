//! The annotation in which `apply` keeps what it was given.

use serde_json::{Value, json};

use crate::output::json;

/// The annotation's key.
pub const KEY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What an object was last applied as; none where it was not, or where the annotation can't be read.
pub fn of(object: &Value) -> Option<Value> {
    serde_json::from_str(text(object)?).ok()
}

/// The annotation as it stands.
pub fn text(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"].get(KEY)?.as_str()
}

/// The object without its annotation. There is a map of annotations, if only an empty one.
pub fn bare(object: &Value) -> Value {
    let mut bare = object.clone();
    if !bare["metadata"].is_object() {
        bare["metadata"] = json!({});
    }
    if !bare["metadata"]["annotations"].is_object() {
        bare["metadata"]["annotations"] = json!({});
    }
    if let Some(annotations) = bare["metadata"]["annotations"].as_object_mut() {
        annotations.remove(KEY);
    }
    bare
}

/// The object as its file has it, without the annotation.
pub fn without(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove(KEY);
    }
    object
}

/// The object with itself as its annotation.
pub fn annotated(object: &Value) -> Value {
    let bare = bare(object);
    with(&bare, &json::compact(&bare))
}

/// The object with this text as its annotation.
pub fn with(object: &Value, text: &str) -> Value {
    let mut whole = bare(object);
    whole["metadata"]["annotations"][KEY] = format!("{text}\n").into();
    whole
}
