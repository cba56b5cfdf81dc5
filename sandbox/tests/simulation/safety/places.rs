//! A pod gets a node that it may be on: by labels, taints, neighbours and its volumes, at the moment of its binding.

use sandbox::{api::Record, object::Key, resources};

use super::{Verdict, shadow::Shadow, stays};
use crate::{
    places::refusal,
    pods::{bears_taints, node_of},
    world::claims,
};

pub fn are_allowed(record: &Record, shadow: &Shadow) -> Verdict {
    let (pod, is_pod) = (&record.object, record.resource == resources::POD && stays(record));
    let is_binding =
        record.before.as_ref().is_some_and(|b| node_of(b).is_empty()) && !node_of(pod).is_empty();
    if !is_pod || !is_binding {
        return Ok(());
    }
    let name = node_of(pod);
    let Some(node) = shadow.find(resources::NODE, &Key::cluster(name)) else {
        return Err(format!("pod {} is bound to {name}, which is no node", pod.name()));
    };
    if !bears_taints(pod, node) {
        return Err(format!(
            "pod {} is bound to {name} and does not bear {}",
            pod.name(),
            node.at("spec.taints")
        ));
    }
    let nodes: Vec<_> = shadow.list(resources::NODE, "").collect();
    let others: Vec<_> = shadow.list(resources::POD, "").filter(|p| p.uid() != pod.uid()).collect();
    if let Some(why) = refusal(pod, node, &nodes, &others) {
        return Err(format!("pod {} is bound to {name} in spite of {why}", pod.name()));
    }
    for claim in claims(pod) {
        let claim =
            shadow.find(resources::PERSISTENT_VOLUME_CLAIM, &Key::new(pod.namespace().clone(), claim));
        if claim.is_none_or(|c| c.at("status.phase") != "Bound") {
            return Err(format!("pod {} is bound to {name} without its volume", pod.name()));
        }
    }
    Ok(())
}
