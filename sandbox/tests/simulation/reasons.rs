//! Why a pod may not be ready when all is at rest: the reason must be true, and told.

use sandbox::{api::Api, object::Object, resources};

use super::{
    pods::{fits, image, is_ready, is_terminal, node_of},
    world::BAD,
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
    if !told(api, pod, &["BackOff", "Failed"]) {
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
    for node in api.list(resources::NODE, "") {
        let there: Vec<&Object> =
            api.list(resources::POD, "").filter(|p| node_of(p) == node.name()).collect();
        let may_be_there = matching(pod, node.name());
        if may_be_there && fits(pod, node, there.iter().copied()) {
            return Err(format!("pod {name} would fit on node {}: {}", node.name(), condition["message"]));
        }
    }
    Ok(())
}

/// A DaemonSet's pod is for one node.
pub fn matching(pod: &Object, node: &str) -> bool {
    let terms =
        pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
    let mut fields = terms.list().iter().flat_map(|t| t["matchFields"].list());
    fields.all(|f| f["values"].list().iter().any(|v| *v == *node))
}

fn told(api: &Api, pod: &Object, reasons: &[&str]) -> bool {
    let events = api.list(resources::EVENT, pod.namespace());
    events
        .filter(|e| e.at("involvedObject.uid").text() == pod.uid().as_str())
        .any(|e| reasons.contains(&e["reason"].text()))
}
