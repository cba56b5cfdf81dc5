//! Models NodeResourcesFit.

use super::NodeInfo;
use crate::{object::Object, scheduler::requests};

pub(super) fn filter(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    let has = |name: &str| info.allocatable.get(name).copied().unwrap_or(0);
    if (info.pods.len() as i64 + 1) * 1000 > has("pods") {
        reasons.push("Too many pods".to_owned());
    }
    let wanted = requests::of_pod(pod, false);
    // CPU, memory and ephemeral storage are named first, others in the order of their names.
    let first = ["cpu", "memory", "ephemeral-storage"];
    let others = wanted.keys().map(|k| k.as_str()).filter(|k| !first.contains(k));
    for name in first.into_iter().chain(others) {
        let need = wanted.get(name).copied().unwrap_or(0);
        let used = info.requested.get(name).copied().unwrap_or(0);
        if need > 0 && need > has(name) - used {
            reasons.push(format!("Insufficient {name}"));
        }
    }
    reasons
}
