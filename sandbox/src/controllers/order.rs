//! Which pod goes first when there are too many. Models `ActivePodsWithRanks` of `pkg/controller`.

use std::cmp::{Ordering, Reverse};

use crate::{
    clock::Time,
    controllers::common::{is_ready, ready_since},
    object::Object,
};

/// Sorts pods, the first to go first. `rank` says how many related pods share the pod's node.
pub fn sort(pods: &mut [&Object], rank: impl Fn(&Object) -> usize, now: Time) {
    pods.sort_by(|a, b| compare(a, b, &rank, now).then_with(|| a.name().cmp(b.name())));
}

fn compare(a: &Object, b: &Object, rank: impl Fn(&Object) -> usize, now: Time) -> Ordering {
    let assigned = |p: &Object| !p.at("spec.nodeName").is_empty();
    let both_ready = is_ready(a) && is_ready(b);
    assigned(a)
        .cmp(&assigned(b))
        .then_with(|| phase(a).cmp(&phase(b)))
        .then_with(|| is_ready(a).cmp(&is_ready(b)))
        .then_with(|| cost(a).cmp(&cost(b)))
        .then_with(|| rank(b).cmp(&rank(a)))
        .then_with(|| if both_ready { younger(a, b, ready_since, now) } else { Ordering::Equal })
        .then_with(|| Reverse(restarts(a)).cmp(&Reverse(restarts(b))))
        .then_with(|| younger(a, b, Object::created, now))
}

fn phase(pod: &Object) -> u8 {
    match pod.at("status.phase").text() {
        "Pending" | "" => 0,
        "Unknown" => 1,
        _ => 2,
    }
}

fn cost(pod: &Object) -> i32 {
    pod.annotation("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse().ok()).unwrap_or(0)
}

fn restarts(pod: &Object) -> i64 {
    let of = |c: &crate::json::Json| c["restartCount"].int().unwrap_or(0);
    pod.at("status.containerStatuses").list().iter().map(of).max().unwrap_or(0)
}

/// Ages are compared by their order of magnitude, so that load is not always taken from the newest; then by uid.
fn younger(a: &Object, b: &Object, since: fn(&Object) -> Option<Time>, now: Time) -> Ordering {
    let (Some(x), Some(y)) = (since(a), since(b)) else { return Ordering::Equal };
    if x == y {
        return Ordering::Equal;
    }
    let rank = |t: Time| {
        let ns = now.since_ms(t) as f64 * 1e6;
        if ns > 0.0 { ns.log2() as i64 } else { -1 }
    };
    rank(x).cmp(&rank(y)).then_with(|| a.uid().cmp(b.uid()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_least_useful_pod_goes_first() {
        let now = Time::parse("2026-01-01T01:00:00Z").unwrap();
        let pod = |name: &str, node: &str, phase: &str, ready: Option<&str>, restarts: i64, cost: &str| {
            let (status, since) = ready.map_or(("False", "2026-01-01T00:00:00Z"), |t| ("True", t));
            Object(
                json!({"metadata": {"name": name, "uid": name, "creationTimestamp": "2026-01-01T00:00:00Z",
                "annotations": {"controller.kubernetes.io/pod-deletion-cost": cost}},
                "spec": {"nodeName": node}, "status": {"phase": phase,
                "containerStatuses": [{"restartCount": restarts}],
                "conditions": [{"type": "Ready", "status": status, "lastTransitionTime": since}]}}),
            )
        };
        let old = Some("2026-01-01T00:00:10Z");
        let expect = [
            pod("unassigned", "", "Pending", None, 0, "0"),
            pod("pending", "n1", "Pending", None, 0, "0"),
            pod("unknown", "n1", "Unknown", None, 0, "0"),
            pod("not-ready", "n1", "Running", None, 0, "0"),
            pod("cheap", "n1", "Running", old, 0, "-5"),
            pod("crowded", "n2", "Running", old, 0, "0"),
            pod("young", "n1", "Running", Some("2026-01-01T00:59:00Z"), 0, "0"),
            pod("restarted", "n1", "Running", old, 3, "0"),
            pod("good", "n1", "Running", old, 0, "0"),
            pod("dear", "n1", "Running", old, 0, "7"),
        ];
        let mut pods: Vec<&Object> = expect.iter().rev().collect();
        sort(&mut pods, |p| if p.at("spec.nodeName") == "n2" { 2 } else { 1 }, now);
        let names = |pods: &mut dyn Iterator<Item = &Object>| -> Vec<String> {
            pods.map(|p| p.name().to_string()).collect()
        };
        assert_eq!(names(&mut pods.iter().copied()), names(&mut expect.iter()));
    }
}
