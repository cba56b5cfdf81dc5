//! Why a pod may not be ready when all is at rest: the reason must be true, and told.

use sandbox::{
    api::Api,
    object::{Key, Object},
    resources,
};

use crate::{
    places::refusal,
    pods::{fits, image, is_ready, is_terminal, node_of},
    world::{BAD, claims},
};

/// A pod that is not ready has an explanation that holds.
pub fn explained(api: &Api, pod: &Object) -> Result<(), String> {
    if is_ready(pod) || is_terminal(pod) {
        return left(api, pod);
    }
    let name = pod.name();
    if node_of(pod).is_empty() {
        return unscheduled(api, pod);
    }
    let node = api.list(resources::NODE, "").find(|n| n.name() == node_of(pod));
    let answers = node.is_some_and(|n| n.condition("Ready")["status"] == "True");
    if !answers {
        return Ok(());
    }
    if pod.is_terminating() {
        return Err(format!("pod {name} has been terminating on a node that answers"));
    }
    if !BAD.contains(&image(pod)) {
        return Err(format!("pod {name} of {} is not ready: {}", image(pod), pod["status"]));
    }
    if !told(api, pod, &["BackOff", "Failed", "Unhealthy"]) {
        return Err(format!("pod {name} of {} is not ready, and no event says so", image(pod)));
    }
    Ok(())
}

/// Nobody is terminating for ever where the kubelet answers.
fn left(api: &Api, pod: &Object) -> Result<(), String> {
    let node = api.list(resources::NODE, "").find(|n| n.name() == node_of(pod));
    let answers = node.is_none_or(|n| n.condition("Ready")["status"] == "True");
    if pod.is_terminating() && answers {
        return Err(format!("pod {} has been terminating on a node that answers", pod.name()));
    }
    Ok(())
}

fn unscheduled(api: &Api, pod: &Object) -> Result<(), String> {
    let name = pod.name();
    if pod.is_terminating() {
        return Err(format!("pod {name} is on no node and not gone"));
    }
    let condition = pod.condition("PodScheduled");
    if condition["reason"] != "Unschedulable" || !told(api, pod, &["FailedScheduling"]) {
        return Err(format!("pod {name} is on no node, and nothing says why: {}", pod["status"]));
    }
    let nodes: Vec<&Object> = api.list(resources::NODE, "").collect();
    let others: Vec<&Object> = api.list(resources::POD, "").filter(|p| p.uid() != pod.uid()).collect();
    for node in nodes.iter().filter(|node| !hoped_for(node, &others) && has_volumes(api, pod)) {
        let there = others.iter().copied().filter(|p| node_of(p) == node.name());
        if refusal(pod, node, &nodes, &others).is_none() && fits(pod, node, there) {
            return Err(format!("pod {name} would fit on node {}: {}", node.name(), condition["message"]));
        }
    }
    Ok(())
}

/// Room is kept for a pod for which others went.
fn hoped_for(node: &Object, pods: &[&Object]) -> bool {
    pods.iter().any(|p| node_of(p).is_empty() && p.at("status.nominatedNodeName") == node.name().as_str())
}

/// Are its claims bound, or is there a volume for each?
fn has_volumes(api: &Api, pod: &Object) -> bool {
    let unbound = claims(pod).into_iter().filter(|name| {
        let claim =
            api.find(resources::PERSISTENT_VOLUME_CLAIM, &Key::new(pod.namespace().clone(), name.as_str()));
        claim.is_none_or(|c| c.at("status.phase") != "Bound" || c.is_terminating())
    });
    let free = api.list(resources::PERSISTENT_VOLUME, "").filter(|v| v.at("status.phase") == "Available");
    unbound.count() <= free.count()
}

fn told(api: &Api, pod: &Object, reasons: &[&str]) -> bool {
    let events = api.list(resources::EVENT, pod.namespace());
    events
        .filter(|e| e.at("involvedObject.uid").text() == pod.uid().as_str())
        .any(|e| reasons.contains(&e["reason"].text()))
}
