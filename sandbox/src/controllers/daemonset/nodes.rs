//! Which nodes run a daemon's pod. Models `NodeShouldRunDaemonPod`.

use super::pods;
use crate::{
    api::Record,
    json::Json,
    object::Object,
    selector::nodes::{takes, tolerates},
};

/// What a node is to a daemon set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A pod belongs here.
    Here,
    /// None would be put here, one that is here stays.
    Stays,
    /// No pod belongs here.
    Nowhere,
}

/// Could this change of a node change where pods belong?
pub fn matters(record: &Record) -> bool {
    let view = |node: &Object| {
        (
            node["metadata"]["labels"].clone(),
            node["spec"]["taints"].clone(),
            node["spec"]["unschedulable"].clone(),
        )
    };
    record.before.as_ref().is_none_or(|before| view(before) != view(&record.object))
}

/// The pure rule.
pub fn place(ds: &Object, node: &Object) -> Place {
    let mut pod = Object::default();
    pod.set("spec", ds["spec"]["template"]["spec"].clone());
    pods::tolerate(&mut pod["spec"]);
    let wanted = pod.at("spec.nodeName").text();
    if !wanted.is_empty() && wanted != node.name() || !takes(&pod, node) {
        return Place::Nowhere;
    }
    let repels = |effects: &[&str]| {
        let taints = node["spec"]["taints"].list();
        taints.iter().any(|t: &Json| effects.contains(&t["effect"].text()) && !tolerates(&pod, t))
    };
    match () {
        () if repels(&["NoExecute"]) => Place::Nowhere,
        () if repels(&["NoSchedule"]) => Place::Stays,
        () => Place::Here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn nodes_take_pods_or_not() {
        let taint = |key: &str, effect: &str| json!([{"key": key, "effect": effect}]);
        for (template, taints, expect) in [
            (json!({}), json!([]), Place::Here),
            (json!({}), taint("node.kubernetes.io/unschedulable", "NoSchedule"), Place::Here),
            (json!({}), taint("node.kubernetes.io/unreachable", "NoExecute"), Place::Here),
            (json!({}), taint("mine", "NoSchedule"), Place::Stays),
            (json!({}), taint("mine", "NoExecute"), Place::Nowhere),
            (json!({}), taint("mine", "PreferNoSchedule"), Place::Here),
            (json!({"tolerations": [{"operator": "Exists"}]}), taint("mine", "NoExecute"), Place::Here),
            (json!({"nodeSelector": {"disk": "fast"}}), json!([]), Place::Nowhere),
            (json!({"nodeSelector": {"disk": "slow"}}), json!([]), Place::Here),
            (json!({"nodeName": "other"}), json!([]), Place::Nowhere),
            (json!({}), taint("node.kubernetes.io/network-unavailable", "NoSchedule"), Place::Stays),
            (
                json!({"hostNetwork": true}),
                taint("node.kubernetes.io/network-unavailable", "NoSchedule"),
                Place::Here,
            ),
        ] {
            let mut ds = Object::default();
            ds["spec"]["template"].set("spec", template.clone());
            let mut node = Object(json!({"metadata": {"name": "n", "labels": {"disk": "slow"}}}));
            node["spec"].set("taints", taints.clone());
            assert_eq!(place(&ds, &node), expect, "{template} {taints}");
        }
    }
}
