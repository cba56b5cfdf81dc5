//! A daemon's pod: for one node, and hard to drive away from it. Models `CreatePodTemplate`,
//! `AddOrUpdateDaemonPodTolerations` and `ReplaceDaemonSetPodNodeNameNodeAffinity`.

use ecow::EcoString;

use crate::{
    controllers::{history::HASH_LABEL, pod_control},
    json,
    json::Json,
    object::Object,
    resources::daemon_set::template_generation,
};

/// The label that old clients read.
const GENERATION_LABEL: &str = "pod-template-generation";
const TOLERATED: [(&str, &str); 6] = [
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
];

/// Adds what every daemon tolerates to a pod's spec.
pub fn tolerate(spec: &mut Json) {
    let host = spec["hostNetwork"].bool() == Some(true);
    let more = host.then_some(("network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATED.into_iter().chain(more) {
        let key = format!("node.kubernetes.io/{key}");
        let new = json!({"key": key.as_str(), "operator": "Exists", "effect": effect});
        let list = spec["tolerations"].list_mut().make_mut();
        let same = |t: &&mut Json| {
            ["key", "effect", "operator", "value"].iter().all(|f| t[*f].text() == new[*f].text())
        };
        match list.iter_mut().find(same) {
            Some(old) => *old = new,
            None => spec["tolerations"].list_mut().push(new),
        }
    }
}

/// A pod for a node.
pub fn new_pod(ds: &Object, node: &str, hash: &str) -> Object {
    let mut pod = pod_control::new_pod(ds, &ds["spec"]["template"]);
    let generation = template_generation(ds);
    pod["metadata"]["labels"].set(HASH_LABEL, hash);
    pod["metadata"]["labels"].set(GENERATION_LABEL, ecow::eco_format!("{generation}"));
    tolerate(&mut pod["spec"]);
    let term = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]});
    let required = Json::object().with("nodeSelectorTerms", vec![term]);
    pod["spec"]["affinity"]["nodeAffinity"].set("requiredDuringSchedulingIgnoredDuringExecution", required);
    pod
}

/// The node that a pod is for, bound to it or not.
pub fn node_of(pod: &Object) -> EcoString {
    if let Some(node) = pod["spec"]["nodeName"].eco().filter(|n| !n.is_empty()) {
        return node.clone();
    }
    let required = pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let fields = required["nodeSelectorTerms"].list().iter().flat_map(|t| t["matchFields"].list());
    let mut named = fields.filter(|f| f["key"] == "metadata.name");
    named.next().map_or_else(EcoString::new, |f| f["values"][0].text().into())
}

/// Is it of the current template?
pub fn is_updated(pod: &Object, ds: &Object, hash: &str) -> bool {
    let generation = template_generation(ds).to_string();
    pod.label(HASH_LABEL) == Some(hash) || pod.label(GENERATION_LABEL) == Some(generation.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_for_one_node() {
        let mut ds = Object(json!({"metadata": {"name": "agent", "uid": "u",
            "annotations": {"deprecated.daemonset.template.generation": "2"}},
            "spec": {"template": {"metadata": {"labels": {"app": "agent"}}, "spec": {
                "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": 5}]}}}}));
        let pod = new_pod(&ds, "node-1", "abc");
        assert_eq!(node_of(&pod), "node-1");
        assert_eq!(
            pod["metadata"]["labels"],
            json!({"app": "agent", "controller-revision-hash": "abc", "pod-template-generation": "2"})
        );
        // Its own toleration of the same taint is for ever now.
        assert_eq!(pod["spec"]["tolerations"].list().len(), 6);
        assert!(pod["spec"]["tolerations"][0]["tolerationSeconds"].is_null());
        for (hash, generation, expect) in [("abc", "3", true), ("def", "2", true), ("def", "3", false)] {
            ds["metadata"]["annotations"].set("deprecated.daemonset.template.generation", generation);
            assert_eq!(is_updated(&pod, &ds, hash), expect);
        }
    }
}
