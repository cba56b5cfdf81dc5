//! StatefulSets and DaemonSets at rest.

use sandbox::{api::Api, json::Json, object::Object, resources};

use super::Verdict;
use crate::{
    places::is_for,
    pods::{image, image_wanted, is_ready, ordinal},
};

pub fn stateful_set(api: &Api, set: &Object) -> Verdict {
    let wanted = set.at("spec.replicas").int().unwrap_or(1);
    let pods: Vec<&Object> = api.owned_by(set.uid(), resources::POD).collect();
    if pods.iter().any(|p| !is_ready(p) || p.is_terminating()) {
        return Ok(());
    }
    let mut names: Vec<String> = pods.iter().map(|p| p.name().to_string()).collect();
    names.sort();
    let expected: Vec<String> = (0..wanted).map(|n| format!("{}-{n}", set.name())).collect();
    if names != expected || set.at("status.readyReplicas").int().unwrap_or(0) != wanted {
        return Err(format!(
            "StatefulSet {} wants {wanted} and has {names:?}: {}",
            set.name(),
            set["status"]
        ));
    }
    pods.iter().try_for_each(|pod| is_of_its_revision(set, pod))
}

/// A rolling update reaches the partition.
fn is_of_its_revision(set: &Object, pod: &Object) -> Verdict {
    let strategy = set.at("spec.updateStrategy");
    let partition = strategy.at("rollingUpdate.partition").int().unwrap_or(0);
    let (name, revision) = (pod.name(), pod.label("controller-revision-hash").unwrap_or_default());
    let is_old = set.at("status.updateRevision").text() != revision;
    if strategy["type"] == "RollingUpdate" && ordinal(pod) >= partition && is_old {
        return Err(format!(
            "pod {name} is of {revision}, behind a partition of {partition}: {}",
            set["status"]
        ));
    }
    Ok(())
}

pub fn daemon_set(api: &Api, set: &Object) -> Verdict {
    let pods: Vec<&Object> = api.owned_by(set.uid(), resources::POD).collect();
    for node in api.list(resources::NODE, "") {
        let here = || pods.iter().filter(|p| is_for(p, node.name()));
        let repels = |effect: &str| {
            let taints = node.at("spec.taints").list();
            taints.iter().any(|t| t["effect"] == *effect && !daemons_bear(t))
        };
        let is_right = if repels("NoExecute") {
            here().all(|p| p.is_terminating())
        } else if repels("NoSchedule") {
            // Who is there stays.
            here().count() <= 1
        } else {
            here().count() == 1
        };
        if !is_right {
            let (name, node, count) = (set.name(), node.name(), here().count());
            return Err(format!("DaemonSet {name} has {count} pods for node {node}"));
        }
    }
    Ok(())
}

/// Models the tolerations that the DaemonSet controller gives to its pods.
fn daemons_bear(taint: &Json) -> bool {
    match taint["key"].text() {
        "node.kubernetes.io/unschedulable" => true,
        "node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable" => taint["effect"] == "NoExecute",
        _ => false,
    }
}

/// Where all of its pods are well, they are the newest.
pub fn daemons_are_new(api: &Api, set: &Object) -> Verdict {
    let pods: Vec<&Object> = api.owned_by(set.uid(), resources::POD).collect();
    let silent = api.list(resources::NODE, "").any(|n| n.condition("Ready")["status"] != "True");
    let held = silent || pods.iter().any(|p| !is_ready(p) || p.is_terminating());
    if held || set.at("spec.updateStrategy.type") == "OnDelete" {
        return Ok(());
    }
    match pods.iter().find(|p| image(p) != image_wanted(set)) {
        Some(old) => Err(format!("pod {} is of {}, not of {}", old.name(), image(old), image_wanted(set))),
        None => Ok(()),
    }
}
