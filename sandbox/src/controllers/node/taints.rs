//! Taints that the node lifecycle controller gives and takes: pure rules. Models `doNoScheduleTaintingPass` and
//! `processTaintBaseEviction`.

use crate::{clock::Time, json, json::Json, object::Object};

/// The node's kubelet says that it is not ready.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// The node's kubelet says nothing.
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// Taint keys by condition and its status. Models `nodeConditionToTaintKeyStatusMap`.
const BY_CONDITION: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];
const CORDONED: &str = "node.kubernetes.io/unschedulable";

/// The node's taints with the `NoSchedule` ones that its conditions call for; `None` if it has them.
pub fn no_schedule(node: &Object, now: Time) -> Option<Json> {
    let mut wanted: Vec<&str> = BY_CONDITION
        .iter()
        .filter(|(type_, status, _)| node.condition(type_)["status"] == **status)
        .map(|(_, _, key)| *key)
        .collect();
    if node["spec"]["unschedulable"].bool() == Some(true) {
        wanted.push(CORDONED);
    }
    let ours: Vec<&str> = BY_CONDITION.iter().map(|(_, _, key)| *key).chain([CORDONED]).collect();
    exchange(node, "NoSchedule", &ours, &wanted, now)
}

/// The node's taints with this `NoExecute` one, or none; `None` if that is so.
pub fn no_execute(node: &Object, wanted: Option<&str>, now: Time) -> Option<Json> {
    exchange(node, "NoExecute", &[NOT_READY, UNREACHABLE], wanted.as_slice(), now)
}

/// The `NoExecute` taint that the state of the node's Ready condition calls for.
pub fn for_ready(status: &str) -> Option<&'static str> {
    match status {
        "True" => None,
        "False" => Some(NOT_READY),
        _ => Some(UNREACHABLE),
    }
}

/// Is it a taint for readiness?
pub fn is_ours(taint: &Json) -> bool {
    [NOT_READY, UNREACHABLE].contains(&taint["key"].text())
}

fn exchange(node: &Object, effect: &str, ours: &[&str], wanted: &[&str], now: Time) -> Option<Json> {
    let old = node["spec"]["taints"].list();
    let stays = |t: &&Json| {
        t["effect"] != *effect || !ours.contains(&t["key"].text()) || wanted.contains(&t["key"].text())
    };
    let mut new: Vec<Json> = old.iter().filter(stays).cloned().collect();
    for key in wanted {
        if !new.iter().any(|t| t["key"] == **key && t["effect"] == *effect) {
            let mut taint = json!({"key": key, "effect": effect});
            taint.set("timeAdded", now);
            new.push(taint);
        }
    }
    (new != old).then(|| new.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_call_for_taints() {
        for (ready, pressure, cordoned, have, expect) in [
            ("True", "False", false, vec![], ""),
            ("False", "False", false, vec![], "not-ready"),
            ("Unknown", "Unknown", false, vec![], "unreachable"),
            ("Unknown", "Unknown", false, vec![NOT_READY], "unreachable"),
            ("True", "True", false, vec![], "memory-pressure"),
            ("True", "False", true, vec![], "unschedulable"),
            ("True", "False", false, vec![UNREACHABLE, "mine"], "mine"),
            ("Unknown", "False", true, vec!["mine"], "mine unreachable unschedulable"),
        ] {
            let taints: Json = have.iter().map(|key| json!({"key": key, "effect": "NoSchedule"})).collect();
            let mut node = Object(json!({"spec": {"unschedulable": cordoned}, "status": {"conditions": [
                {"type": "Ready", "status": ready}, {"type": "MemoryPressure", "status": pressure}]}}));
            node["spec"].set("taints", taints.clone());
            let got = no_schedule(&node, Time(0)).unwrap_or(taints);
            let short = |t: &Json| t["key"].text().trim_start_matches("node.kubernetes.io/").to_owned();
            let got: Vec<String> = got.list().iter().map(short).collect();
            assert_eq!(got.join(" "), expect, "{ready} {pressure} {cordoned} {have:?}");
        }
    }
}
