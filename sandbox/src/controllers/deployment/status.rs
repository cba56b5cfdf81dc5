//! What a deployment says of itself. Models `calculateStatus` and `progress.go` of the deployment controller.

use super::arithmetic::{max_unavailable, replicas};
use crate::{clock::Time, json, json::Json, object::Object};

/// A deployment without a deadline never reports progress.
const NO_DEADLINE_S: i64 = i32::MAX as i64;

pub(super) fn deadline_s(d: &Object) -> Option<i64> {
    d["spec"]["progressDeadlineSeconds"].int().filter(|s| *s != NO_DEADLINE_S)
}

/// The numbers of `status` and condition `Available`, before progress is judged.
fn numbers(d: &Object, all: &[&Object], new: Option<&Object>) -> Json {
    let sum = |field: &str| -> i64 { all.iter().map(|rs| rs["status"][field].int().unwrap_or(0)).sum() };
    let size: i64 = all.iter().map(|rs| replicas(rs)).sum();
    let available = sum("availableReplicas");
    let mut s = Json::object();
    let mut count = |field: &str, n: i64| s.set(field, (n != 0).then_some(n));
    count("observedGeneration", d.generation());
    count("replicas", sum("replicas"));
    count("updatedReplicas", new.and_then(|rs| rs["status"]["replicas"].int()).unwrap_or(0));
    count("readyReplicas", sum("readyReplicas"));
    count("availableReplicas", available);
    count("unavailableReplicas", (size - available).max(0));
    s.set("collisionCount", d["status"]["collisionCount"].clone());
    s.set("conditions", d["status"]["conditions"].clone());
    s
}

/// The whole new status. `rollout`: judge progress too (not while scaling or paused).
pub fn status(d: &Object, all: &[&Object], new: Option<&Object>, rollout: bool, now: Time) -> Json {
    let mut s = numbers(d, all, new);
    let enough = s["availableReplicas"].int().unwrap_or(0) >= replicas(d) - max_unavailable(d);
    let (status, reason, message) = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    set_condition(&mut s, "Available", status, reason, message, now);
    if rollout {
        judge(d, &mut s, new, now);
        failures(&mut s, all, new, now);
    }
    s
}

fn judge(d: &Object, s: &mut Json, new: Option<&Object>, now: Time) {
    if deadline_s(d).is_none() {
        return drop_condition(s, "Progressing");
    }
    let current = d.condition("Progressing").clone();
    let settled = count(s, "replicas") == count(s, "updatedReplicas");
    if settled && current["reason"] == "NewReplicaSetAvailable" {
        return;
    }
    let who = new.map_or_else(
        || format!("Deployment {:?}", d.name().as_str()),
        |rs| format!("ReplicaSet {:?}", rs.name().as_str()),
    );
    if is_complete(d, s) {
        let message = format!("{who} has successfully progressed.");
        set_condition(s, "Progressing", "True", "NewReplicaSetAvailable", &message, now);
    } else if progresses(&d["status"], s) {
        drop_condition(s, "Progressing");
        let message = format!("{who} is progressing.");
        set_condition(s, "Progressing", "True", "ReplicaSetUpdated", &message, now);
        if current["status"] == "True" {
            let list = s["conditions"].list_mut().make_mut();
            if let Some(c) = list.last_mut() {
                c.set("lastTransitionTime", current["lastTransitionTime"].clone());
            }
        }
    } else if is_late(d, s, now) {
        let message = format!("{who} has timed out progressing.");
        set_condition(s, "Progressing", "False", "ProgressDeadlineExceeded", &message, now);
    }
}

/// Carries over what keeps replica sets from creating pods: the new one's trouble first.
fn failures(s: &mut Json, all: &[&Object], new: Option<&Object>, now: Time) {
    let mut sets = new.into_iter().chain(all.iter().copied());
    let failure = sets.find_map(|rs| Some(rs.condition("ReplicaFailure")).filter(|c| !c.is_null()));
    match failure {
        Some(c) => set_condition(
            s,
            "ReplicaFailure",
            c["status"].text(),
            c["reason"].text(),
            c["message"].text(),
            now,
        ),
        None => drop_condition(s, "ReplicaFailure"),
    }
}

fn count(s: &Json, field: &str) -> i64 {
    s[field].int().unwrap_or(0)
}

/// All pods are of the new template, and available.
pub fn is_complete(d: &Object, s: &Json) -> bool {
    ["updatedReplicas", "replicas", "availableReplicas"].iter().all(|f| count(s, f) == replicas(d))
        && count(s, "observedGeneration") >= d.generation()
}

fn progresses(old: &Json, new: &Json) -> bool {
    let stale = |s: &Json| count(s, "replicas") - count(s, "updatedReplicas");
    count(new, "updatedReplicas") > count(old, "updatedReplicas")
        || stale(new) < stale(old)
        || count(new, "readyReplicas") > count(old, "readyReplicas")
        || count(new, "availableReplicas") > count(old, "availableReplicas")
}

fn condition<'a>(s: &'a Json, type_: &str) -> Option<&'a Json> {
    s["conditions"].list().iter().find(|c| c["type"] == *type_)
}

/// The moment from which lack of progress is a failure; `None` if that cannot come.
pub fn late_at(d: &Object, s: &Json) -> Option<Time> {
    let c = condition(s, "Progressing").filter(|c| c["reason"] != "NewReplicaSetAvailable")?;
    if c["reason"] == "ProgressDeadlineExceeded" || is_complete(d, s) {
        return None;
    }
    Some(c["lastUpdateTime"].time()?.plus_ms(deadline_s(d)? * 1000))
}

/// When a deployment that was complete once and is not now is looked at again, whatever it waits for. Models
/// `requeueStuckDeployment`. Omits: that it goes on, ever more seldom, after this moment.
pub fn look_again_at(d: &Object, s: &Json) -> Option<Time> {
    let c = condition(s, "Progressing")
        .filter(|c| c["reason"] == "NewReplicaSetAvailable" && !is_complete(d, s))?;
    Some(c["lastUpdateTime"].time()?.plus_ms(deadline_s(d)? * 1000))
}

fn is_late(d: &Object, s: &Json, now: Time) -> bool {
    condition(s, "Progressing").is_some_and(|c| c["reason"] == "ProgressDeadlineExceeded")
        || late_at(d, s).is_some_and(|at| at < now)
}

/// Models `SetDeploymentCondition`: same status and reason is no news; else it goes to the end of the list.
pub(super) fn set_condition(s: &mut Json, type_: &str, status: &str, reason: &str, message: &str, now: Time) {
    let old = condition(s, type_).cloned().unwrap_or_default();
    if old["status"] == *status && old["reason"] == *reason {
        return;
    }
    let mut new = json!({"type": type_, "status": status, "reason": reason, "message": message});
    new.set("lastUpdateTime", now);
    let since = if old["status"] == *status { old["lastTransitionTime"].clone() } else { now.into() };
    new.set("lastTransitionTime", since);
    drop_condition(s, type_);
    s["conditions"].list_mut().push(new);
}

fn drop_condition(s: &mut Json, type_: &str) {
    if condition(s, type_).is_some() {
        let kept = s["conditions"].list().iter().filter(|c| c["type"] != *type_).cloned().collect::<Json>();
        s.set("conditions", kept);
    }
}

/// Models `checkPausedConditions`: the status with the pause or its end noted, if that is news.
pub fn pause_noted(d: &Object, now: Time) -> Option<Json> {
    deadline_s(d)?;
    let reason = d.condition("Progressing")["reason"].text();
    let paused = d["spec"]["paused"].bool() == Some(true);
    let (reason, message) = match (paused, reason) {
        (_, "ProgressDeadlineExceeded") => return None,
        (true, "DeploymentPaused") => return None,
        (true, _) => ("DeploymentPaused", "Deployment is paused"),
        (false, "DeploymentPaused") => ("DeploymentResumed", "Deployment is resumed"),
        _ => return None,
    };
    let mut s = d["status"].clone();
    set_condition(&mut s, "Progressing", "Unknown", reason, message, now);
    Some(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_complete_and_is_not_is_looked_at_after_its_deadline() {
        let d = Object(
            json!({"metadata": {"generation": 1}, "spec": {"replicas": 2, "progressDeadlineSeconds": 600}}),
        );
        let at = Time(1_795_000_000_000);
        for (reason, available, expect) in [
            ("NewReplicaSetAvailable", 1, Some(at.plus_ms(600_000))),
            ("NewReplicaSetAvailable", 2, None),
            ("ProgressDeadlineExceeded", 1, None),
        ] {
            let mut progress = json!({"type": "Progressing", "reason": reason});
            progress.set("lastUpdateTime", at);
            let mut s = json!({"replicas": 2, "updatedReplicas": 2, "observedGeneration": 1});
            s.set("availableReplicas", available as i64);
            s.set("conditions", vec![progress]);
            assert_eq!(look_again_at(&d, &s), expect, "{reason}, {available} available");
        }
    }
}
