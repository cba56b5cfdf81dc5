//! What a daemon set says of itself. Models `updateDaemonSetStatus`.

use super::{
    ByNode,
    nodes::{Place, place},
    plan::sort,
    pods::is_updated,
};
use crate::{
    clock::Time,
    controllers::common::{available_at, is_available, is_ready},
    json,
    json::Json,
    object::Object,
};

/// The new status.
pub fn status(ds: &Object, nodes: &[Object], pods: &ByNode, hash: &str, now: Time) -> Json {
    let min_ready_s = min_ready_s(ds);
    let [mut desired, mut current, mut misplaced, mut ready, mut updated, mut available] = [0i64; 6];
    for node in nodes {
        let mut here: Vec<&Object> = pods.get(node.name()).into_iter().flatten().collect();
        if place(ds, node) != Place::Here {
            misplaced += i64::from(!here.is_empty());
            continue;
        }
        desired += 1;
        sort(&mut here);
        let Some(pod) = here.first() else { continue };
        current += 1;
        ready += i64::from(is_ready(pod));
        available += i64::from(is_available(pod, min_ready_s, now));
        updated += i64::from(is_updated(pod, ds, hash));
    }
    let mut s = json!({
        "currentNumberScheduled": current, "desiredNumberScheduled": desired, "numberMisscheduled": misplaced,
        "numberReady": ready, "observedGeneration": ds.generation(),
    });
    for (field, n) in [
        ("numberAvailable", available),
        ("numberUnavailable", desired - available),
        ("updatedNumberScheduled", updated),
    ] {
        s.set(field, (n != 0).then_some(n));
    }
    s
}

fn min_ready_s(ds: &Object) -> i64 {
    ds["spec"]["minReadySeconds"].int().unwrap_or(0)
}

/// When a pod that is ready will be available.
pub fn available_soon(ds: &Object, pods: &ByNode, now: Time) -> Option<Time> {
    let waits = |p: &&Object| !is_available(p, min_ready_s(ds), now);
    pods.values().flatten().filter(waits).filter_map(|p| available_at(p, min_ready_s(ds))).min()
}
