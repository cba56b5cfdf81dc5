//! Old pods that a rolling update may delete now. Models `rollingUpdate` of `pkg/controller/daemon/update.go`.

use super::{
    ByNode,
    nodes::{Place, place},
    pods::is_updated,
};
use crate::{
    clock::Time,
    controllers::common::is_available,
    json::Json,
    object::{Key, Object},
};

/// How many pods more than one a node may have for a while; `nodes`: how many run one.
pub fn surge(ds: &Object, nodes: i64) -> i64 {
    bound(ds, "maxSurge", nodes)
}

fn bound(ds: &Object, field: &str, nodes: i64) -> i64 {
    let value: &Json = &ds["spec"]["updateStrategy"]["rollingUpdate"][field];
    let percent = value.text().strip_suffix('%').and_then(|n| n.parse::<i64>().ok());
    percent.map_or_else(|| value.int().unwrap_or(0), |p| (p * nodes + 99) / 100)
}

/// The new and the old pod of a node; `None` where there are several of a kind.
fn split<'a>(
    ds: &Object,
    pods: &'a [Object],
    hash: &str,
) -> Option<(Option<&'a Object>, Option<&'a Object>)> {
    let (mut new, mut old) = (None, None);
    for pod in pods.iter().filter(|p| !p.is_terminating()) {
        let slot = if is_updated(pod, ds, hash) { &mut new } else { &mut old };
        if slot.replace(pod).is_some() {
            return None;
        }
    }
    Some((new, old))
}

/// The pure part: pods to delete.
pub fn delete(ds: &Object, nodes: &[Object], pods: &ByNode, hash: &str, now: Time) -> Vec<Key> {
    let wanted: Vec<&Object> = nodes.iter().filter(|n| place(ds, n) == Place::Here).collect();
    let count = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
    let (surge, mut most) = (surge(ds, count), bound(ds, "maxUnavailable", count));
    if surge == 0 && most == 0 {
        most = 1;
    }
    let min_ready_s = ds["spec"]["minReadySeconds"].int().unwrap_or(0);
    let available = |pod: &Object| is_available(pod, min_ready_s, now);
    let (mut unavailable, mut at_once, mut candidates) = (0, Vec::new(), Vec::new());
    // Who stays on a node that would get none now is old, too, and is not replaced.
    let is_of_it = |n: &&Object| pods.contains_key(n.name()) || place(ds, n) == Place::Here;
    for node in nodes.iter().filter(is_of_it) {
        let here: &[Object] = pods.get(node.name()).map_or(&[], Vec::as_slice);
        match split(ds, here, hash) {
            // What is new and missing is the other half's to mend.
            None | Some((None, None)) => unavailable += 1,
            Some((Some(new), None)) => unavailable += i64::from(!available(new)),
            Some((Some(_), Some(_))) if surge == 0 => unavailable += 1,
            Some((Some(new), Some(old))) => {
                if available(new) {
                    at_once.push(old.key());
                }
            }
            Some((None, Some(old))) if !available(old) => at_once.push(old.key()),
            Some((None, Some(old))) => candidates.push(old.key()),
        }
    }
    // With a surge, the new pod comes first and the old one goes when it is available.
    if surge == 0 {
        let free = usize::try_from((most - unavailable).max(0)).unwrap_or(0);
        at_once.extend(candidates.into_iter().take(free));
    }
    at_once
}

/// Nodes that may get a second, new pod beside their old one.
pub fn second(ds: &Object, nodes: &[Object], pods: &ByNode, hash: &str, now: Time) -> Vec<ecow::EcoString> {
    let wanted: Vec<&Object> = nodes.iter().filter(|n| place(ds, n) == Place::Here).collect();
    let most = surge(ds, i64::try_from(wanted.len()).unwrap_or(i64::MAX));
    let min_ready_s = ds["spec"]["minReadySeconds"].int().unwrap_or(0);
    let (mut surging, mut candidates) = (0, Vec::new());
    for node in wanted {
        let here: &[Object] = pods.get(node.name()).map_or(&[], Vec::as_slice);
        match split(ds, here, hash) {
            None => surging += 1,
            Some((Some(new), Some(_))) => surging += i64::from(!is_available(new, min_ready_s, now)),
            Some((None, Some(_))) => candidates.push(node.name().clone()),
            _ => {}
        }
    }
    let free = usize::try_from((most - surging).max(0)).unwrap_or(0);
    candidates.truncate(free);
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn old_pods_go_as_far_as_the_strategy_lets_them() {
        let node = |name: &str| Object(json!({"metadata": {"name": name}}));
        let nodes = [node("a"), node("b"), node("c")];
        let pod = |name: &str, state: &str| {
            let (new, ready, going) = match state {
                "old" => (false, "True", false),
                "old-unready" => (false, "False", false),
                "new" => (true, "True", false),
                "new-unready" => (true, "False", false),
                _ => (false, "False", true),
            };
            let mut pod = Object(json!({"metadata": {"name": name,
                "labels": {"controller-revision-hash": if new { "h" } else { "g" }}},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}}));
            pod["metadata"].set("deletionTimestamp", going.then_some("2026-01-01T00:00:00Z"));
            pod
        };
        for (strategy, states, expect, second_) in [
            (json!({"maxUnavailable": 1}), ["old", "old", "old"], vec!["a"], 0),
            (json!({"maxUnavailable": 2}), ["old", "old", "old"], vec!["a", "b"], 0),
            (json!({"maxUnavailable": "50%"}), ["old", "old", "old"], vec!["a", "b"], 0),
            (json!({"maxUnavailable": 1}), ["going", "old", "old"], vec![], 0),
            (json!({"maxUnavailable": 1}), ["new-unready", "old", "old"], vec![], 0),
            (json!({"maxUnavailable": 1}), ["new", "old", "old"], vec!["b"], 0),
            (json!({"maxUnavailable": 1}), ["new-unready", "old-unready", "old"], vec!["b"], 0),
            (json!({"maxSurge": 2, "maxUnavailable": 0}), ["old", "old", "old"], vec![], 2),
        ] {
            let mut ds = Object(json!({"spec": {"template": {}}}));
            ds["spec"]["updateStrategy"].set("rollingUpdate", strategy.clone());
            let pods: ByNode =
                ["a", "b", "c"].iter().zip(states).map(|(n, s)| ((*n).into(), vec![pod(n, s)])).collect();
            let gone = delete(&ds, &nodes, &pods, "h", Time::default());
            let gone: Vec<&str> = gone.iter().map(|k| k.name.as_str()).collect();
            assert_eq!(gone, expect, "{strategy} {states:?}");
            assert_eq!(second(&ds, &nodes, &pods, "h", Time::default()).len(), second_, "{strategy}");
        }
    }

    /// A node to which a taint came keeps its pod, but not through an update.
    #[test]
    fn an_old_pod_that_would_not_come_again_goes() {
        let taint = json!([{"key": "mine", "effect": "NoSchedule"}]);
        let node = Object(json!({"metadata": {"name": "a"}, "spec": {"taints": taint}}));
        let pod = Object(json!({"metadata": {"name": "a", "labels": {"controller-revision-hash": "g"}},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}}));
        let mut ds = Object(json!({"spec": {"template": {}}}));
        ds["spec"]["updateStrategy"].set("rollingUpdate", json!({"maxUnavailable": 1}));
        let (nodes, key) = ([node], pod.key());
        let pods = ByNode::from([("a".into(), vec![pod])]);
        assert_eq!(place(&ds, &nodes[0]), Place::Stays);
        assert_eq!(delete(&ds, &nodes, &pods, "h", Time::default()), [key]);
        assert!(second(&ds, &nodes, &pods, "h", Time::default()).is_empty());
    }
}
