//! Whether the servers behind APIServices answer. Models kube-aggregator's remote and local available controllers.
//! Omits: asking those servers; what is not metrics-server has nothing in it that could answer.

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{API_SERVICE, ENDPOINT_SLICE, NODE_METRICS, SERVICE, api_service::LOCAL},
};

use super::{Work, common::set_condition};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 20;
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let service = match record.resource {
        API_SERVICE if record.change != Change::Deleted => {
            queue.after_ms(LATENCY_MS, Work::ApiService(object.name().clone()));
            return;
        }
        SERVICE => object.key(),
        ENDPOINT_SLICE => {
            Key::new(object.namespace().clone(), object.label(SERVICE_NAME).unwrap_or_default())
        }
        _ => return,
    };
    for (name, _) in api.kinds().aggregations().filter(|(_, a)| a.service == service) {
        queue.after_ms(LATENCY_MS, Work::ApiService(name.clone()));
    }
}

/// Looks at one of them.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::API_SERVER);
    let key = Key::cluster(name.clone());
    let Some(mut api_service) = ctx.api.find(API_SERVICE, &key).cloned() else { return };
    let (status, reason, message) = decide(&api_service, ctx.api);
    let now = ctx.now();
    if set_condition(&mut api_service, "Available", status, Some((reason, &message)), now) {
        let status = api_service["status"].clone();
        ctx.api.update_status(API_SERVICE, &key, |s| s.set("status", status));
    }
}

/// Status, reason and message of its condition.
fn decide(api_service: &Object, api: &Api) -> (&'static str, &'static str, String) {
    let reference = &api_service["spec"]["service"];
    if reference.is_null() {
        return ("True", LOCAL.0, LOCAL.1.into());
    }
    let (namespace, name) = (reference["namespace"].text(), reference["name"].text());
    let Some(service) = api.find(SERVICE, &Key::new(namespace, name)) else {
        return ("False", "ServiceNotFound", format!("service/{name} in {namespace:?} is not present"));
    };
    let wanted = reference["port"].int().unwrap_or(443);
    let ports = service["spec"]["ports"].list();
    let Some(port) = ports.iter().find(|p| p["port"].int() == Some(wanted)) else {
        let message = format!("service/{name} in {namespace:?} is not listening on port {wanted}");
        return ("False", "ServicePortError", message);
    };
    let of_service = |slice: &&Object| slice.label(SERVICE_NAME) == Some(name);
    let mut slices = api.list(ENDPOINT_SLICE, namespace).filter(of_service).peekable();
    if slices.peek().is_none() {
        let message = format!("cannot find endpointslices for service/{name} in {namespace:?}");
        return ("False", "EndpointsNotFound", message);
    }
    let port_name = port["name"].text();
    if !slices.any(|slice| serves(slice, port_name)) {
        let message = format!(
            "endpointslices for service/{name} in {namespace:?} have no addresses with port name {port_name:?}"
        );
        return ("False", "MissingEndpoints", message);
    }
    let (spec, metrics) = (&api_service["spec"], NODE_METRICS.def());
    if spec["group"] == metrics.group && spec["version"] == metrics.version {
        return ("True", "Passed", "all checks passed".into());
    }
    let (group, version) = (spec["group"].text(), spec["version"].text());
    let (ip, at) = (service["spec"]["clusterIP"].text(), format!("/apis/{group}/{version}"));
    let message = format!(
        "failing or missing response from https://{ip}:{wanted}{at}: Get \"https://{ip}:{wanted}{at}\": dial tcp {ip}:{wanted}: connect: connection refused"
    );
    ("False", "FailedDiscoveryCheck", message)
}

/// Has it a ready endpoint at the port?
fn serves(slice: &Object, port: &str) -> bool {
    let ready = |e: &Json| e["conditions"]["ready"].bool() != Some(false) && !e["addresses"].is_empty();
    slice["ports"].list().iter().any(|p| p["name"].text() == port)
        && slice["endpoints"].list().iter().any(ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json};

    fn api_service(group: &str) -> Object {
        let spec = json!({"group": group, "version": "v1beta1", "service": {"namespace": "a", "name": "s", "port": 443}});
        Object(Json::object().with("spec", spec))
    }

    #[test]
    fn availability_follows_the_service_and_its_endpoints() {
        let service = |port: i64| {
            let mut s = json!({"metadata": {"name": "s", "namespace": "a"}});
            s["spec"].set("ports", vec![json!({"name": "https", "port": port})]);
            s
        };
        let slice = |port: &str, ready: bool| {
            json!({"metadata": {"name": "s-1", "namespace": "a", "labels": {"kubernetes.io/service-name": "s"}},
                "addressType": "IPv4", "ports": [{"name": port, "port": 10250}],
                "endpoints": [{"addresses": ["10.244.0.2"], "conditions": {"ready": ready}}]})
        };
        for (group, service, slice, reason, message) in [
            ("metrics.k8s.io", None, None, "ServiceNotFound", "service/s in \"a\" is not present"),
            (
                "metrics.k8s.io",
                Some(service(80)),
                None,
                "ServicePortError",
                "service/s in \"a\" is not listening on port 443",
            ),
            (
                "metrics.k8s.io",
                Some(service(443)),
                None,
                "EndpointsNotFound",
                "cannot find endpointslices for service/s in \"a\"",
            ),
            (
                "metrics.k8s.io",
                Some(service(443)),
                Some(slice("https", false)),
                "MissingEndpoints",
                "endpointslices for service/s in \"a\" have no addresses with port name \"https\"",
            ),
            (
                "metrics.k8s.io",
                Some(service(443)),
                Some(slice("http", true)),
                "MissingEndpoints",
                "endpointslices for service/s in \"a\" have no addresses with port name \"https\"",
            ),
            ("metrics.k8s.io", Some(service(443)), Some(slice("https", true)), "Passed", "all checks passed"),
            (
                "custom.metrics.k8s.io",
                Some(service(443)),
                Some(slice("https", true)),
                "FailedDiscoveryCheck",
                "failing or missing response from https://",
            ),
        ] {
            let mut api = Api::new(7, Time(0));
            api.create(crate::resources::NAMESPACE, Object(json!({"metadata": {"name": "a"}}))).unwrap();
            for (resource, object) in [(SERVICE, service), (ENDPOINT_SLICE, slice)] {
                object.map(|o| api.create(resource, Object(o)).unwrap());
            }
            let (status, got, said) = decide(&api_service(group), &api);
            assert_eq!((got, status == "True"), (reason, reason == "Passed"));
            assert!(said.starts_with(message), "{said}");
        }
    }
}
