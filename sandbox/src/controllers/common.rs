//! What several controllers ask of objects. Models parts of `k8s.io/kubernetes/pkg/controller/controller_utils.go`.

use crate::{
    clock::Time,
    json::Json,
    object::{Key, Object},
};

/// Counts towards its controller: neither at its end nor told to go.
pub fn is_active(pod: &Object) -> bool {
    !is_finished(pod) && !pod.is_terminating()
}

/// Phase `Succeeded` or `Failed`.
pub fn is_finished(pod: &Object) -> bool {
    matches!(pod.at("status.phase").text(), "Succeeded" | "Failed")
}

/// Condition `Ready` is `True`.
pub fn is_ready(pod: &Object) -> bool {
    pod.condition("Ready")["status"] == "True"
}

/// When condition `Ready` last changed.
pub fn ready_since(pod: &Object) -> Option<Time> {
    pod.condition("Ready")["lastTransitionTime"].time()
}

/// When a ready pod counts as available; `None` if it is not ready.
pub fn available_at(pod: &Object, min_ready_s: i64) -> Option<Time> {
    let since = ready_since(pod).unwrap_or_default();
    is_ready(pod).then(|| since.plus_ms(min_ready_s * 1000))
}

/// Ready for at least `min_ready_s`.
pub fn is_available(pod: &Object, min_ready_s: i64, now: Time) -> bool {
    available_at(pod, min_ready_s).is_some_and(|at| min_ready_s == 0 || at <= now)
}

/// The key of the controlling owner, if it is of this kind.
pub fn controller_of(object: &Object, kind: &str) -> Option<Key> {
    let owner = object.controller().filter(|r| r["kind"] == kind)?;
    Some(Key::new(object.namespace().clone(), owner["name"].text()))
}

/// Removes the owner reference with this uid.
pub fn drop_owner(object: &mut Object, uid: &str) {
    let kept: Vec<Json> =
        object["metadata"]["ownerReferences"].list().iter().filter(|r| r["uid"] != *uid).cloned().collect();
    let kept = if kept.is_empty() { Json::Null } else { kept.into() };
    object["metadata"].set("ownerReferences", kept);
}

/// Removes one of `metadata.finalizers`.
pub fn drop_finalizer(object: &mut Object, name: &str) {
    let kept: Vec<Json> =
        object["metadata"]["finalizers"].list().iter().filter(|f| **f != *name).cloned().collect();
    let kept = if kept.is_empty() { Json::Null } else { kept.into() };
    object["metadata"].set("finalizers", kept);
}

/// Is this one of `metadata.finalizers`?
pub fn has_finalizer(object: &Object, name: &str) -> bool {
    object["metadata"]["finalizers"].list().iter().any(|f| *f == *name)
}

/// Sets a condition, in its place; the transition time only moves with the status. True if something changed.
pub fn set_condition(
    object: &mut Object,
    type_: &str,
    status: &str,
    why: Option<(&str, &str)>,
    now: Time,
) -> bool {
    let old = object.condition(type_).clone();
    let mut new = if old.is_null() { crate::json!({"type": type_}) } else { old.clone() };
    if object["kind"] == "Pod" {
        // Pods' conditions always have this field, as Go writes a time that is not set.
        let probed = old["lastProbeTime"].clone();
        new.map_mut().insert("lastProbeTime", probed);
    }
    if old["status"] != *status {
        new.set("lastTransitionTime", now);
    }
    new.set("status", status);
    if let Some((reason, message)) = why {
        new.set("reason", reason);
        new.set("message", message);
    }
    if new == old {
        return false;
    }
    let conditions = object["status"]["conditions"].list_mut().make_mut();
    match conditions.iter_mut().find(|c| c["type"] == *type_) {
        Some(slot) => *slot = new,
        None => object["status"]["conditions"].list_mut().push(new),
    }
    true
}

/// The first moment of the grid `start + n × period_ms` that is later than `after`.
pub fn next_on_grid(start: Time, period_ms: i64, after: Time) -> Time {
    let n = after.since_ms(start).div_euclid(period_ms) + 1;
    start.plus_ms(n * period_ms)
}
