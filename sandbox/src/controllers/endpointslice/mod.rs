//! The endpointslice controller: who serves a Service. Models `pkg/controller/endpointslice`.
//! Omits: IPv6 and dual stack, topology hints.

pub mod endpoints;
mod plan;
mod trigger;

use crate::{
    api::{Api, Change, DeleteOptions, Record, Subresource},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
    selector::Labels,
};

use super::{
    Work,
    common::{controller_of, is_ready},
};
use plan::Slice;
pub use trigger::Triggers;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 2;
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";
/// When what led to the endpoints changed.
pub const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::Endpoints(key));
    match record.resource {
        resources::SERVICE => put(object.key()),
        resources::ENDPOINT_SLICE if record.origin.user != origin::ENDPOINTSLICE_CONTROLLER => {
            controller_of(object, "Service").into_iter().for_each(put);
        }
        resources::POD => services_of(record, api).for_each(put),
        _ => {}
    }
}

/// The services that a change of a pod matters to.
pub fn services_of<'a>(record: &'a Record, api: &'a Api) -> impl Iterator<Item = Key> + 'a {
    let states = [Some(&record.object), record.before.as_ref()];
    let namespace = record.object.namespace();
    let services = matters(record).then(|| api.list(resources::SERVICE, namespace));
    services.into_iter().flatten().filter_map(move |service| {
        let labels = Labels::from_map(&service["spec"]["selector"]);
        let selects = !labels.is_empty() && states.iter().flatten().any(|pod| labels.selects(pod));
        selects.then(|| service.key())
    })
}

/// Could this change of a pod show in a slice?
fn matters(record: &Record) -> bool {
    let view = |pod: &Object| {
        let ready = is_ready(pod);
        let paths = [
            "status.podIP",
            "status.phase",
            "metadata.labels",
            "metadata.deletionTimestamp",
            "spec.nodeName",
        ];
        (ready, paths.map(|path| pod.at(path).clone()))
    };
    match &record.before {
        Some(_) if record.is_aside() => false,
        Some(before) if record.change == Change::Modified => view(before) != view(&record.object),
        _ => true,
    }
}

/// Brings the slices of one service up to date.
pub fn sync(key: &Key, triggers: &mut Triggers, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::ENDPOINTSLICE_CONTROLLER);
    let Some(service) = ctx.api.find(resources::SERVICE, key).cloned() else { return triggers.forget(key) };
    let labels = Labels::from_map(&service["spec"]["selector"]);
    if labels.is_empty() || service["spec"]["type"] == "ExternalName" || service.is_terminating() {
        return;
    }
    let pods = ctx.api.list(resources::POD, service.namespace()).filter(|pod| labels.selects(pod));
    let trigger = triggers.earliest_news(&service, pods);
    let desired = desired(&service, &labels, ctx.api);
    let mine = |s: &&Object| s.label(MANAGED_BY) == Some(MANAGER) && !s.is_terminating();
    let existing: Vec<Slice> = ctx
        .api
        .owned_by(service.uid(), resources::ENDPOINT_SLICE)
        .filter(mine)
        .map(|s| Slice {
            name: Some(s.name().clone()),
            ports: s["ports"].list().iter().cloned().collect(),
            endpoints: s["endpoints"].list().to_vec(),
        })
        .collect();
    let plan = plan::plan(existing, desired);
    for slice in plan.keep {
        write(&service, slice, trigger, ctx);
    }
    for name in plan.delete {
        let slice = Key::new(key.namespace.clone(), name);
        // Gone already is as good.
        let _ = ctx.api.delete(resources::ENDPOINT_SLICE, &slice, &DeleteOptions::default());
    }
}

/// Endpoints by ports.
fn desired(service: &Object, labels: &Labels, api: &Api) -> Vec<(Json, Vec<Json>)> {
    let mut by_ports: Vec<(Json, Vec<Json>)> = Vec::new();
    for pod in api.list(resources::POD, service.namespace()) {
        if !labels.selects(pod) || !endpoints::belongs(pod) {
            continue;
        }
        let node = api.find(resources::NODE, &Key::cluster(pod["spec"]["nodeName"].text()));
        let zone = node.and_then(|n| n.label("topology.kubernetes.io/zone"));
        let (ports, endpoint) = (endpoints::ports(service, pod), endpoints::endpoint(pod, service, zone));
        match by_ports.iter_mut().find(|(p, _)| *p == ports) {
            Some((_, list)) => list.push(endpoint),
            None => by_ports.push((ports, vec![endpoint])),
        }
    }
    by_ports
}

fn labels_of(service: &Object) -> Json {
    let mut labels = service["metadata"]["labels"].clone();
    labels.set(SERVICE_NAME, service.name());
    labels.set(MANAGED_BY, MANAGER);
    if service["spec"]["clusterIP"] == "None" {
        labels.set("service.kubernetes.io/headless", "");
    }
    labels
}

fn write(service: &Object, slice: Slice, trigger: Option<Time>, ctx: &mut Ctx<'_>) {
    let change = |s: &mut Object| {
        let before = s.clone();
        s["metadata"].set("labels", labels_of(service));
        // As Go writes lists that hold nothing.
        let or_null = |list: Json| if list.is_empty() { Json::Null } else { list };
        s.map_mut().insert("endpoints", or_null(slice.endpoints.into()));
        s.map_mut().insert("ports", or_null(slice.ports));
        if *s != before {
            s["metadata"]["annotations"].set(TRIGGER, trigger);
        }
    };
    if let Some(name) = slice.name {
        let key = Key::new(service.namespace().clone(), name);
        ctx.api.modify(resources::ENDPOINT_SLICE, &key, Subresource::Main, change);
        return;
    }
    let mut s = Object::default();
    s["metadata"].set("generateName", ecow::eco_format!("{}-", service.name()));
    s["metadata"].set("namespace", service.namespace());
    s["metadata"].set("ownerReferences", vec![service.owner_reference()]);
    s.set("addressType", "IPv4");
    change(&mut s);
    // Refused only in a namespace that ends.
    let _ = ctx.api.create(resources::ENDPOINT_SLICE, s);
}
