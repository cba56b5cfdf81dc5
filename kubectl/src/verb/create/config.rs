//! `create configmap`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    files::{self, data},
    made, metadata, order, post,
};
use crate::{discovery::Resource, fail::Done, http::Cx};

/// Runs `create configmap`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "configmap", &[], words).await?;
    let (mut text, mut binary) = (Map::new(), Map::new());
    for (key, bytes) in data(cx, &order.flags, "ConfigMap", &order.name)? {
        match String::from_utf8(bytes) {
            Ok(value) => text.insert(key, value.into()),
            Err(why) => binary.insert(key, STANDARD.encode(why.as_bytes()).into()),
        };
    }
    let mut object = json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata(&order.name)});
    for (field, values) in [("data", text), ("binaryData", binary)] {
        if !values.is_empty() {
            object[field] = Value::Object(values);
        }
    }
    if order.flags.on("append-hash") {
        object["metadata"]["name"] = format!("{}-{}", order.name, files::suffix(&object)).into();
    }
    let resource = Resource::namespaced("", "v1", "configmaps", "ConfigMap");
    post(cx, &order, made(resource, object, "failed to create configmap: ")).await
}
