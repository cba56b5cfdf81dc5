//! What a stateful set says of itself. Models `updateStatus` and `completeRollingUpdate`.

use super::{
    pods::{is_running_and_ready, replicas, revision},
    revisions::Revisions,
};
use crate::{clock::Time, controllers::common::is_available, json, json::Json, object::Object};

/// The new status.
pub fn status(set: &Object, revisions: &Revisions, pods: &[Object], now: Time) -> Json {
    let min_ready_s = set["spec"]["minReadySeconds"].int().unwrap_or(0);
    let count = |f: &dyn Fn(&Object) -> bool| pods.iter().filter(|p| f(p)).count();
    let (current, update) = (revisions.current.name(), revisions.update.name());
    let of = |name: &str| count(&|p| !p.is_terminating() && revision(p) == name);
    let available = count(&|p| is_running_and_ready(p) && is_available(p, min_ready_s, now));
    let mut s = json!({"observedGeneration": set.generation(), "availableReplicas": available});
    s.set("replicas", pods.len());
    s.set("collisionCount", set["status"]["collisionCount"].int().unwrap_or(0));
    s.set("currentRevision", current);
    s.set("updateRevision", update);
    s.set("readyReplicas", count(&is_running_and_ready));
    s.set("currentReplicas", of(current));
    s.set("updatedReplicas", of(update));
    s
}

/// A pod of the old revision was told to go.
pub fn one_less(status: &mut Json) {
    let current = status["currentReplicas"].int().unwrap_or(0);
    status.set("currentReplicas", (current - 1).max(0));
}

/// Writes it; an update that is done makes its revision the current one.
pub fn write(set: &mut Object, mut status: Json) {
    let all = replicas(set);
    let is_done =
        ["updatedReplicas", "readyReplicas", "replicas"].iter().all(|f| status[*f].int() == Some(all));
    if set["spec"]["updateStrategy"]["type"] == "RollingUpdate" && is_done {
        let (count, name) = (status["updatedReplicas"].clone(), status["updateRevision"].clone());
        status.set("currentReplicas", count);
        status.set("currentRevision", name);
    }
    for field in ["readyReplicas", "currentReplicas", "updatedReplicas"] {
        if status[field].int() == Some(0) {
            status.remove(field);
        }
    }
    let conditions = set["status"]["conditions"].clone();
    set.set("status", status.with("conditions", conditions));
}
