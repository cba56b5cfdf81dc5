//! From pods to endpoints and ports. Models `podToEndpoint` and `getEndpointPorts` of `k8s.io/endpointslice`.

use crate::{
    controllers::common::{is_finished, is_ready},
    json,
    json::Json,
    object::Object,
};

/// Does the pod belong into slices (terminating ones do, as such)?
pub fn belongs(pod: &Object) -> bool {
    !is_finished(pod) && !address(pod).is_empty()
}

/// The pod's address, or empty.
pub fn address(pod: &Object) -> &str {
    pod["status"]["podIP"].text()
}

/// A reference to the pod.
pub fn target_ref(pod: &Object) -> Json {
    json!({"kind": "Pod", "namespace": pod.namespace().as_str(), "name": pod.name().as_str(), "uid": pod.uid().as_str()})
}

/// A pod as an endpoint of a service.
pub fn endpoint(pod: &Object, service: &Object, zone: Option<&str>) -> Json {
    let (serving, terminating) = (is_ready(pod), pod.is_terminating());
    let anyway = service["spec"]["publishNotReadyAddresses"].bool() == Some(true);
    let ready = anyway || (serving && !terminating);
    let mut e = json!({
        "addresses": [address(pod)],
        "conditions": {"ready": ready, "serving": anyway || serving, "terminating": terminating},
    });
    e.set("targetRef", target_ref(pod));
    e.set("nodeName", pod["spec"]["nodeName"].clone());
    e.set("zone", zone);
    let hostname = pod["spec"]["hostname"].text();
    if !hostname.is_empty() && pod["spec"]["subdomain"] == *service.name().as_str() {
        e.set("hostname", hostname);
    }
    e
}

/// The ports of a service as this pod serves them; a port whose name the pod does not know is left out.
pub fn ports(service: &Object, pod: &Object) -> Json {
    let read = |port: &Json| {
        let mut p = json!({"name": port["name"].text(), "protocol": "TCP"});
        p.set("port", target(port, pod)?);
        if !port["protocol"].is_empty() {
            p.set("protocol", port["protocol"].clone());
        }
        p.set("appProtocol", port["appProtocol"].clone());
        Some(p)
    };
    service["spec"]["ports"].list().iter().filter_map(read).collect()
}

/// Models `FindPort`.
fn target(port: &Json, pod: &Object) -> Option<i64> {
    let target = &port["targetPort"];
    let Some(name) = target.str() else {
        return target.int().filter(|n| *n != 0).or_else(|| port["port"].int());
    };
    let protocol =
        |p: &Json| if p["protocol"].is_empty() { "TCP".to_owned() } else { p["protocol"].text().to_owned() };
    let containers = pod.at("spec.containers").list().iter().chain(pod.at("spec.initContainers").list());
    let mut ports = containers.flat_map(|c| c["ports"].list());
    ports.find(|p| p["name"] == *name && protocol(p) == protocol(port)).and_then(|p| p["containerPort"].int())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_found_by_number_or_name() {
        let pod = Object(json!({"spec": {"containers": [{"ports": [
            {"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]}]}}));
        for (port, expect) in [
            (json!({"port": 80}), Some(80)),
            (json!({"port": 80, "targetPort": 8080}), Some(8080)),
            (json!({"port": 80, "targetPort": "http"}), Some(8080)),
            (json!({"port": 53, "targetPort": "dns"}), None),
            (json!({"port": 53, "targetPort": "dns", "protocol": "UDP"}), Some(53)),
            (json!({"port": 80, "targetPort": "nosuch"}), None),
        ] {
            assert_eq!(target(&port, &pod), expect, "{port}");
        }
    }

    #[test]
    fn conditions_tell_ready_serving_and_terminating_apart() {
        let service = |anyway: bool| Object(json!({"spec": {"publishNotReadyAddresses": anyway}}));
        for (ready, terminating, anyway, expect) in [
            ("True", false, false, (true, true, false)),
            ("False", false, false, (false, false, false)),
            ("True", true, false, (false, true, true)),
            ("False", true, false, (false, false, true)),
            ("False", false, true, (true, true, false)),
        ] {
            let mut pod = Object(
                json!({"status": {"podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": ready}]}}),
            );
            if terminating {
                pod["metadata"].set("deletionTimestamp", crate::clock::Time(0));
            }
            let c = endpoint(&pod, &service(anyway), None)["conditions"].clone();
            let b = |f: &str| c[f].bool().unwrap();
            assert_eq!(
                (b("ready"), b("serving"), b("terminating")),
                expect,
                "{ready} {terminating} {anyway}"
            );
        }
    }
}
