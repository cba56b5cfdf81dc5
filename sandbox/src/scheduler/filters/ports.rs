//! Models NodePorts.

use super::{Cycle, NodeInfo};
use crate::{json::Json, object::Object};

/// Address, protocol and number.
pub type HostPort = (String, String, i64);

pub(super) fn filter(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    let wanted = &cycle.pod.ports;
    if wanted.is_empty() || !info.pods().any(|p| clash(wanted, &p.ports)) {
        return Vec::new();
    }
    vec!["node(s) didn't have free ports for the requested pod ports".into()]
}

/// A pod's host ports.
pub fn host_ports(pod: &Object) -> Vec<HostPort> {
    let sidecars = pod.at("spec.initContainers").list().iter().filter(|c| c["restartPolicy"] == "Always");
    let containers = pod.at("spec.containers").list().iter().chain(sidecars);
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

/// Can these not be had together?
pub fn clash(wanted: &[HostPort], used: &[HostPort]) -> bool {
    wanted.iter().any(|a| used.iter().any(|b| conflict(a, b)))
}

fn conflict(a: &HostPort, b: &HostPort) -> bool {
    (a.1.as_str(), a.2) == (b.1.as_str(), b.2) && (a.0 == b.0 || a.0 == "0.0.0.0" || b.0 == "0.0.0.0")
}
