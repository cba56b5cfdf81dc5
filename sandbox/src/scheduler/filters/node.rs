//! Models NodeUnschedulable, NodeName, NodePorts.

use super::{NodeInfo, taints::tolerates};
use crate::{json, json::Json, object::Object};

pub(super) fn unschedulable(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let cordoned = info.node["spec"]["unschedulable"].bool() == Some(true);
    let taint = json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    if cordoned && !tolerates(pod, &taint) { vec!["node(s) were unschedulable".into()] } else { Vec::new() }
}

pub(super) fn name(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let wanted = pod.at("spec.nodeName").text();
    if wanted.is_empty() || wanted == info.node.name() {
        return Vec::new();
    }
    vec!["node(s) didn't match the requested node name".into()]
}

pub(super) fn ports(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let wanted = host_ports(pod);
    let clash = |used: &(String, String, i64)| wanted.iter().any(|port| conflict(port, used));
    if wanted.is_empty() || !info.pods.iter().flat_map(|p| host_ports(p)).any(|used| clash(&used)) {
        return Vec::new();
    }
    vec!["node(s) didn't have free ports for the requested pod ports".into()]
}

/// Address, protocol and number.
fn host_ports(pod: &Object) -> Vec<(String, String, i64)> {
    let containers = pod.at("spec.containers").list().iter();
    let ports = containers.flat_map(|c| c["ports"].list());
    let or = |v: &Json, default: &str| if v.is_empty() { default.to_owned() } else { v.text().to_owned() };
    let read = |p: &Json| {
        Some((
            or(&p["hostIP"], "0.0.0.0"),
            or(&p["protocol"], "TCP"),
            p["hostPort"].int().filter(|n| *n > 0)?,
        ))
    };
    ports.filter_map(read).collect()
}

fn conflict(a: &(String, String, i64), b: &(String, String, i64)) -> bool {
    (a.1.as_str(), a.2) == (b.1.as_str(), b.2) && (a.0 == b.0 || a.0 == "0.0.0.0" || b.0 == "0.0.0.0")
}
