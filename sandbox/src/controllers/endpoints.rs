//! The endpoints controller: the older view of who serves a Service. Models `pkg/controller/endpoint`.
//! Omits: IPv6, truncation after 1,000 addresses, mirroring of what users write into slices.

use crate::{
    api::{Api, DeleteOptions, Record, Subresource},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{ENDPOINTS, POD, SERVICE},
    selector::Labels,
};

use super::{
    Work,
    common::is_ready,
    endpointslice::{self, Triggers, endpoints as members},
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 3;
const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::EndpointsObject(key));
    match record.resource {
        SERVICE => put(object.key()),
        ENDPOINTS if record.origin.user != origin::ENDPOINT_CONTROLLER => put(object.key()),
        POD => endpointslice::services_of(record, api).for_each(put),
        _ => {}
    }
}

/// Brings the Endpoints of one service up to date.
pub fn sync(key: &Key, triggers: &mut Triggers, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::ENDPOINT_CONTROLLER);
    let found = ctx.api.find(ENDPOINTS, key).cloned();
    let Some(service) = ctx.api.find(SERVICE, key).cloned() else {
        if found.is_some_and(|e| e.label(MANAGED_BY).is_some()) {
            // Gone already is as good.
            let _ = ctx.api.delete(ENDPOINTS, key, &DeleteOptions::default());
        }
        return triggers.forget(key);
    };
    let labels = Labels::from_map(&service["spec"]["selector"]);
    if labels.is_empty() || service["spec"]["type"] == "ExternalName" || service.is_terminating() {
        return;
    }
    let pods = ctx.api.list(POD, service.namespace()).filter(|pod| labels.selects(pod));
    let trigger = triggers.earliest_news(&service, pods);
    let subsets = subsets(&service, &labels, ctx.api);
    let change = |e: &mut Object| {
        let before = e.clone();
        e["metadata"].set("labels", labels_of(&service));
        e.set("subsets", (!subsets.is_empty()).then_some(subsets));
        if *e != before {
            e["metadata"]["annotations"].set(endpointslice::TRIGGER, trigger);
        }
    };
    if found.is_some() {
        ctx.api.modify(ENDPOINTS, key, Subresource::Main, change);
        return;
    }
    let mut e = Object::default();
    e["metadata"].set("name", key.name.clone());
    e["metadata"].set("namespace", key.namespace.clone());
    change(&mut e);
    // Refused only in a namespace that ends.
    let _ = ctx.api.create(ENDPOINTS, e);
}

fn labels_of(service: &Object) -> Json {
    let mut labels = service["metadata"]["labels"].clone();
    labels.set(MANAGED_BY, "endpoint-controller");
    if service["spec"]["clusterIP"] == "None" {
        labels.set(HEADLESS, "");
    }
    labels
}

/// Addresses by ports, in the order of addresses.
fn subsets(service: &Object, labels: &Labels, api: &Api) -> Json {
    let anyway = service["spec"]["publishNotReadyAddresses"].bool() == Some(true);
    let mut all: Vec<(Json, [Vec<Json>; 2])> = Vec::new();
    for pod in api.list(POD, service.namespace()) {
        let goes = pod.is_terminating() && !anyway;
        if !labels.selects(pod) || !members::belongs(pod) || goes {
            continue;
        }
        let ports = ports(service, pod);
        if ports.is_empty() && !service["spec"]["ports"].is_empty() {
            continue;
        }
        let which = usize::from(!anyway && !is_ready(pod));
        match all.iter_mut().find(|(p, _)| *p == ports) {
            Some((_, lists)) => lists[which].push(address(service, pod)),
            None => {
                let mut lists = [Vec::new(), Vec::new()];
                lists[which].push(address(service, pod));
                all.push((ports, lists));
            }
        }
    }
    all.into_iter().map(subset).collect()
}

fn subset((ports, lists): (Json, [Vec<Json>; 2])) -> Json {
    let mut s = Json::object();
    for (field, mut list) in ["addresses", "notReadyAddresses"].into_iter().zip(lists) {
        list.sort_by_key(|a| a["ip"].text().parse::<std::net::IpAddr>().ok());
        if !list.is_empty() {
            s.set(field, list);
        }
    }
    if !ports.is_empty() {
        s.set("ports", ports);
    }
    s
}

/// As the slices have them, but an empty name is none.
fn ports(service: &Object, pod: &Object) -> Json {
    let plain = |port: &Json| {
        let mut port = port.clone();
        if port["name"].is_empty() {
            port.remove("name");
        }
        port
    };
    members::ports(service, pod).list().iter().map(plain).collect()
}

fn address(service: &Object, pod: &Object) -> Json {
    let mut a = json!({"ip": members::address(pod)});
    a.set("targetRef", members::target_ref(pod));
    a.set("nodeName", pod["spec"]["nodeName"].clone());
    let hostname = pod["spec"]["hostname"].text();
    if !hostname.is_empty() && pod["spec"]["subdomain"] == *service.name().as_str() {
        a.set("hostname", hostname);
    }
    a
}
