//! Writes that nobody should make: what a part of the control plane would do that left a rule out. Each waits for its occasion.

pub mod at_rest;
pub mod batch;
pub mod deeds;
pub mod places;
pub mod sets;

use sandbox::{
    api::{Api, Subresource},
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    resources::Resource,
};

use super::perform::send;

fn all(api: &Api, resource: Resource) -> Vec<&Object> {
    api.list(resource, "").collect()
}

/// Changes an object in somebody's name.
fn write(
    cluster: &mut Cluster,
    user: &str,
    resource: Resource,
    object: &Object,
    sub: Subresource,
    change: impl FnOnce(&mut Object),
) -> bool {
    let key = object.key();
    cluster.request(user, |api| Ok(api.modify(resource, &key, sub, change).is_some())).unwrap_or(false)
}

fn pick(cluster: &Cluster, resource: Resource, is_it: impl Fn(&Object, &Api) -> bool) -> Option<Object> {
    cluster.api().list(resource, "").find(|o| is_it(o, cluster.api())).cloned()
}

/// A pod of a controller that the controller did not make.
fn make_for(cluster: &mut Cluster, owner: &Object, name: &str) -> bool {
    make_as(cluster, owner, name, Json::object())
}

/// The same, with more in its spec.
fn make_as(cluster: &mut Cluster, owner: &Object, name: &str, spec: Json) -> bool {
    let mut reference = owner.owner_reference();
    reference.set("controller", true);
    let containers = json!([{"name": "c", "image": "good:1"}]);
    let mut metadata = json!({"name": name}).with("ownerReferences", vec![reference]);
    metadata.set("labels", owner.at("spec.template.metadata.labels").clone());
    let pod = json!({"apiVersion": "v1", "kind": "Pod"}).with("metadata", metadata);
    let pod = pod.with("spec", spec.with("containers", containers));
    send(cluster, "POST", &format!("/api/v1/namespaces/{}/pods", owner.namespace()), &pod) < 300
}
