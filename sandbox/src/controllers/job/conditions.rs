//! Conditions of a job. Models `ensureJobConditionStatus` and `newCondition`.

use crate::{clock::Time, json, json::Json, object::Object};

/// Has it completed or failed?
pub fn is_finished(job: &Object) -> bool {
    ["Complete", "Failed"].iter().any(|type_| is_true(job, type_))
}

/// Is a condition true?
pub fn is_true(job: &Object, type_: &str) -> bool {
    job.condition(type_)["status"] == "True"
}

/// Puts a condition at the end.
pub fn push(status: &mut Json, type_: &str, reason: &str, message: &str, now: Time) {
    let new = new(type_, "True", reason, message, now);
    status["conditions"].list_mut().push(new);
}

fn new(type_: &str, status: &str, reason: &str, message: &str, now: Time) -> Json {
    json!({"type": type_, "status": status, "reason": reason, "message": message})
        .with("lastProbeTime", now)
        .with("lastTransitionTime", now)
}

/// Sets a condition in its place; one that is not there is not made to be false. True if something changed.
pub fn set(status: &mut Json, type_: &str, to: &str, reason: &str, message: &str, now: Time) -> bool {
    let place = status["conditions"].list().iter().position(|c| c["type"] == *type_);
    let Some(place) = place else {
        if to != "False" {
            push(status, type_, reason, message, now);
        }
        return to != "False";
    };
    let old = &status["conditions"][place];
    if old["status"] == *to && old["reason"] == *reason && old["message"] == *message {
        return false;
    }
    let new = new(type_, to, reason, message, now);
    status["conditions"].list_mut().make_mut()[place] = new;
    true
}
