//! Schemas of metrics.k8s.io, which metrics-server publishes itself.

use super::{definitions::PREFIX, kind::Kind, operations::META};
use crate::{json, json::Json, resources::Resource};

/// Where its types live.
const PACKAGE: &str = "io.k8s.metrics.pkg.apis.metrics.v1beta1";

/// One of its kinds.
pub(super) fn kind(resource: Resource) -> Kind {
    Kind { schema: format!("{PACKAGE}.{}", resource.def().kind), strategic: false, ..Kind::of(resource) }
}

/// The schema of one of its kinds.
pub(super) fn schema(kind: &str) -> Json {
    let moment = json!({"$ref": format!("{PREFIX}{META}.Time")});
    let mut properties = json!({
        "apiVersion": {"description": "Group and version of its schema, as every object of Kubernetes says it.", "type": "string"},
        "kind": {"description": "What this object is, as every object of Kubernetes says it.", "type": "string"},
        "metadata": {"$ref": format!("{PREFIX}{META}.ObjectMeta")},
        "window": {"description": "How long before the timestamp it was measured.", "type": "string"},
    });
    properties.set("timestamp", moment.with("description", "When the window ended."));
    let (description, field, used) = if kind == "NodeMetrics" {
        ("What a node uses.", "usage", amounts())
    } else {
        ("What the containers of a pod use.", "containers", containers())
    };
    properties.set(field, used);
    let mut schema = json!({"type": "object", "required": ["timestamp", "window", field]});
    schema.set("description", description);
    schema.set("properties", properties);
    schema
}

fn amounts() -> Json {
    let quantity = json!({"$ref": format!("{PREFIX}io.k8s.apimachinery.pkg.api.resource.Quantity")});
    json!({"type": "object", "description": "CPU and memory."}).with("additionalProperties", quantity)
}

fn containers() -> Json {
    let name = json!({"type": "string", "description": "The container's name."});
    let properties = Json::object().with("name", name).with("usage", amounts());
    let one =
        json!({"type": "object", "required": ["name", "usage"], "description": "What a container uses."});
    json!({"type": "array", "description": "Each container."})
        .with("items", one.with("properties", properties))
}
