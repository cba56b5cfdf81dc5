//! Models apps/v1 ReplicaSet.

use super::{ResourceDef, pod, pod_spec};
use crate::{json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["rs"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    fields: &["status.replicas"],
    ..ResourceDef::plain("apps", "v1", "ReplicaSet", "replicasets", "replicaset")
};

fn default(set: &mut Object) {
    let spec = &mut set["spec"];
    spec.default_to("replicas", 1i64);
    pod_spec::default_template(&mut spec["template"]);
}

fn prepare(set: &mut Object, old: Option<&Object>) {
    match old {
        None => set.set("status", json!({"replicas": 0})),
        Some(old) => pod::share_spec(set, old),
    }
}
