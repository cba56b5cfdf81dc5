//! Endpoints that users write become slices, for what reads only slices. Models `pkg/controller/endpointslicemirroring`.
//! Omits: the limit of 1,000 addresses a subset, slices of more than 1,000 endpoints.

use crate::{
    api::{Api, DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{ENDPOINT_SLICE, ENDPOINTS, SERVICE},
};

use super::{Work, common::controller_of};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 12;
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
/// Annotations that are not carried over.
const OWN_ANNOTATIONS: [&str; 2] =
    ["endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration"];

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let key = match record.resource {
        ENDPOINTS => Some(object.key()),
        SERVICE => api.find(ENDPOINTS, &object.key()).map(Object::key),
        ENDPOINT_SLICE if record.origin.user != origin::ENDPOINTSLICEMIRRORING_CONTROLLER => {
            controller_of(object, "Endpoints")
        }
        _ => None,
    };
    if let Some(key) = key {
        queue.after_ms(LATENCY_MS, Work::EndpointsMirror(key));
    }
}

/// Is this for us: written by a user, for a service that selects nothing?
fn mirrors(endpoints: &Object, service: Option<&Object>) -> bool {
    endpoints.label(SKIP) != Some("true")
        && endpoints.annotation("control-plane.alpha.kubernetes.io/leader").is_none()
        && service.is_some_and(|s| s["spec"]["selector"].is_empty())
}

/// Brings the slices of one Endpoints up to date.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::ENDPOINTSLICEMIRRORING_CONTROLLER);
    let service = ctx.api.find(SERVICE, key);
    let endpoints = ctx.api.find(ENDPOINTS, key).filter(|e| mirrors(e, service)).cloned();
    let mine = |s: &&Object| s.label(MANAGED_BY) == Some(MANAGER) && s.label(SERVICE_NAME) == Some(&key.name);
    let mut spare: Vec<Key> =
        ctx.api.list(ENDPOINT_SLICE, &key.namespace).filter(mine).map(Object::key).collect();
    spare.reverse();
    for (type_, subset, list) in endpoints.iter().flat_map(slices) {
        let Some(endpoints) = &endpoints else { continue };
        let write = |s: &mut Object| fill(s, endpoints, type_, subset, list);
        match spare.pop() {
            Some(slice) => {
                ctx.api.modify(ENDPOINT_SLICE, &slice, Subresource::Main, write);
            }
            None => {
                let mut slice = Object::default();
                slice["metadata"].set("generateName", ecow::eco_format!("{}-", key.name));
                slice["metadata"].set("namespace", key.namespace.clone());
                slice["metadata"].set("ownerReferences", vec![endpoints.owner_reference()]);
                write(&mut slice);
                // Refused only in a namespace that ends.
                let _ = ctx.api.create(ENDPOINT_SLICE, slice);
            }
        }
    }
    for slice in spare {
        // Gone already is as good.
        let _ = ctx.api.delete(ENDPOINT_SLICE, &slice, &DeleteOptions::default());
    }
}

/// A slice for each subset and family of addresses.
fn slices(endpoints: &Object) -> Vec<(&'static str, &Json, Vec<Json>)> {
    let mut all = Vec::new();
    for subset in endpoints["subsets"].list() {
        for (type_, v6) in [("IPv4", false), ("IPv6", true)] {
            let mut list = Vec::new();
            for (field, ready) in [("addresses", true), ("notReadyAddresses", false)] {
                let of_family = |a: &&Json| a["ip"].text().contains(':') == v6;
                list.extend(subset[field].list().iter().filter(of_family).map(|a| endpoint(a, ready)));
            }
            if !list.is_empty() {
                all.push((type_, subset, list));
            }
        }
    }
    all
}

fn endpoint(address: &Json, ready: bool) -> Json {
    let mut e = json!({"addresses": [address["ip"].text()], "conditions": {"ready": ready}});
    for field in ["hostname", "nodeName", "targetRef"] {
        e.set(field, address[field].clone());
    }
    e
}

fn fill(slice: &mut Object, endpoints: &Object, type_: &str, subset: &Json, list: Vec<Json>) {
    let mut labels = endpoints["metadata"]["labels"].clone();
    labels.set(SERVICE_NAME, endpoints.name());
    labels.set(MANAGED_BY, MANAGER);
    slice["metadata"].set("labels", labels);
    let kept = endpoints["metadata"]["annotations"].entries();
    let kept = kept.filter(|(k, _)| !OWN_ANNOTATIONS.contains(&k.as_str()));
    for (name, value) in kept {
        slice["metadata"]["annotations"].set(name, value.clone());
    }
    slice.set("addressType", type_);
    slice.map_mut().insert("endpoints", list.into());
    let port = |p: &Json| {
        let mut port = json!({"name": p["name"].text()});
        for field in ["port", "protocol", "appProtocol"] {
            port.set(field, p[field].clone());
        }
        port
    };
    let ports: Vec<Json> = subset["ports"].list().iter().map(port).collect();
    slice.map_mut().insert("ports", if ports.is_empty() { Json::Null } else { ports.into() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_users_write_is_mirrored() {
        let service =
            |selector: Json| Object(Json::object().with("spec", Json::object().with("selector", selector)));
        let (none, some) = (service(Json::Null), service(json!({"app": "a"})));
        for (labels, service, expect) in [
            (json!({}), Some(&none), true),
            (json!({}), Some(&some), false),
            (json!({}), None, false),
            (json!({SKIP: "true"}), Some(&none), false),
        ] {
            let mut endpoints = Object::default();
            endpoints["metadata"].set("labels", labels);
            assert_eq!(mirrors(&endpoints, service), expect, "{endpoints:?}");
        }
    }

    #[test]
    fn families_have_slices_of_their_own() {
        let endpoints = Object(json!({"subsets": [{"addresses": [{"ip": "10.9.9.9"}, {"ip": "fd00::1"}],
            "notReadyAddresses": [{"ip": "10.9.9.8"}], "ports": [{"port": 80}]}]}));
        let got: Vec<(&str, usize)> = slices(&endpoints).iter().map(|(t, _, l)| (*t, l.len())).collect();
        assert_eq!(got, [("IPv4", 2), ("IPv6", 1)]);
    }
}
