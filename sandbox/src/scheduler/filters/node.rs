//! Models NodeUnschedulable and NodeName.

use super::{Cycle, NodeInfo, taints::tolerates};
use crate::{json, object::Object};

pub(super) fn unschedulable(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    let welcome = !info.cordoned || lets_in(&cycle.pod.pod, &info.node);
    if welcome { Vec::new() } else { vec!["node(s) were unschedulable".into()] }
}

/// Is the node not cordoned, or does the pod not mind?
pub fn lets_in(pod: &Object, node: &Object) -> bool {
    let taint = || json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    node["spec"]["unschedulable"].bool() != Some(true) || tolerates(pod, &taint())
}

pub(super) fn name(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    let wanted = cycle.node_name;
    if wanted.is_empty() || wanted == info.name {
        return Vec::new();
    }
    vec!["node(s) didn't match the requested node name".into()]
}
