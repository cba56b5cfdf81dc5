//! Nodes at rest: those that are silent, and those whose memory is or was scarce.

use sandbox::{api::Api, json::Json, object::Object, resources};

use super::Verdict;
use crate::{
    pods::{is_ready, is_terminal, node_of},
    world::ZONE,
};

fn is_silent(node: &Object) -> bool {
    node.condition("Ready")["status"] != "True"
}

/// A node that does not answer is tainted, and who does not bear that has to go.
pub fn silent_ones_are_left(api: &Api, node: &Object) -> Verdict {
    if !is_silent(node) {
        return Ok(());
    }
    let evicts = |t: &Json| t["effect"] == "NoExecute" && t["key"] != "drawn";
    let tainted = node.at("spec.taints").list().iter().any(evicts);
    if !tainted && gives_up(api, node) {
        return Err(format!("node {} is silent and has no NoExecute taint", node.name()));
    }
    for pod in api.list(resources::POD, "").filter(|p| node_of(p) == node.name() && !is_terminal(p)) {
        let name = pod.name();
        if tainted && !pod.is_terminating() && !bears_for_good(pod) {
            return Err(format!("pod {name} is still meant to be on the silent node {}", node.name()));
        }
        if is_ready(pod) {
            return Err(format!("pod {name} counts as ready on the silent node {}", node.name()));
        }
    }
    Ok(())
}

/// Models the zone states of the node lifecycle controller: it gives nobody up where all are silent, and none of a small zone
/// most of which is.
fn gives_up(api: &Api, node: &Object) -> bool {
    let of_zone = |n: &&Object| n.label(ZONE) == node.label(ZONE);
    let (all, silent) = (|| api.list(resources::NODE, ""), |n: &&Object| is_silent(n));
    let (here, here_silent) = (all().filter(of_zone).count(), all().filter(of_zone).filter(silent).count());
    !all().all(is_silent) && (here == here_silent || here_silent <= 2)
}

fn bears_for_good(pod: &Object) -> bool {
    let tolerations = pod.at("spec.tolerations").list();
    tolerations
        .iter()
        .any(|t| t["key"] == "node.kubernetes.io/unreachable" && t["tolerationSeconds"].is_null())
}

/// What a node says of its memory is what its taint says; and nothing leaks any more.
pub fn pressure_is_told(_: &Api, node: &Object) -> Verdict {
    if is_silent(node) {
        return Ok(());
    }
    let taints = node.at("spec.taints").list();
    let tainted = taints.iter().any(|t| t["key"] == "node.kubernetes.io/memory-pressure");
    let pressed = node.condition("MemoryPressure")["status"] == "True";
    if pressed || tainted {
        let name = node.name();
        return Err(format!("memory of node {name} is scarce at rest: condition {pressed}, taint {tainted}"));
    }
    Ok(())
}
