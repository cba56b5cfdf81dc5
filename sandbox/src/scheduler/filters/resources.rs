//! Models NodeResourcesFit.

use super::{Cycle, NodeInfo};
use crate::scheduler::nodes::PodInfo;

pub(super) fn filter(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    missing(cycle.pod, info)
}

/// What a node lacks for a pod.
pub fn missing(pod: &PodInfo, info: &NodeInfo) -> Vec<String> {
    let mut reasons = Vec::new();
    let has = |name: &str| info.allocatable.get(name).unwrap_or(0);
    if (info.count() + 1) * 1000 > has("pods") {
        reasons.push("Too many pods".to_owned());
    }
    // CPU, memory and ephemeral storage are named first, others in the order of their names.
    let first = ["cpu", "memory", "ephemeral-storage"];
    let others = pod.requests.names().map(|k| k.as_str()).filter(|k| !first.contains(k));
    for name in first.into_iter().chain(others) {
        let need = pod.requests.get(name).unwrap_or(0);
        let used = || info.requested.get(name).unwrap_or(0);
        if need > 0 && need > has(name) - used() {
            reasons.push(format!("Insufficient {name}"));
        }
    }
    reasons
}
