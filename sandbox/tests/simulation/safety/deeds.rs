//! What the parts may do: the scheduler preempt, an eviction take from a budget, an autoscaler scale.

use sandbox::{api::Record, object::Object, origin, resources};

use super::{Verdict, shadow::Shadow, stays};
use crate::pods::{is_ready, is_terminal, node_of};

/// Did this record tell the object to go?
fn sends_away(record: &Record) -> bool {
    let was_going = record.before.as_ref().is_some_and(Object::is_terminating);
    record.resource == resources::POD && !was_going && (record.object.is_terminating() || !stays(record))
}

/// The scheduler sends a pod away only for one of higher priority that has no node.
pub fn preemption_is_by_priority(record: &Record, shadow: &Shadow) -> Verdict {
    if record.origin.user != origin::SCHEDULER || !sends_away(record) {
        return Ok(());
    }
    let priority = |p: &Object| p.at("spec.priority").int().unwrap_or(0);
    let waits = |p: &&Object| {
        node_of(p).is_empty()
            && p.at("status.nominatedNodeName").text() == node_of(&record.object)
            && priority(p) > priority(&record.object)
    };
    if !shadow.list(resources::POD, "").any(|p| waits(&p)) {
        return Err(format!("pod {} makes room for nobody of higher priority", record.object.name()));
    }
    Ok(())
}

/// Who is to take nobody's place is promised none.
pub fn the_polite_wait(record: &Record, _: &Shadow) -> Verdict {
    let pod = &record.object;
    let promised = !pod.at("status.nominatedNodeName").is_empty();
    if record.resource == resources::POD && promised && pod.at("spec.preemptionPolicy") == "Never" {
        return Err(format!("pod {} never preempts and is nominated", pod.name()));
    }
    Ok(())
}

/// An eviction of a ready pod takes one of the disruptions of its budget, and only one that there is.
pub fn evictions_are_paid(record: &Record, shadow: &Shadow) -> Verdict {
    if record.resource == resources::POD_DISRUPTION_BUDGET && record.origin.user == origin::API_SERVER {
        return budget_is_debited(record);
    }
    let pod = &record.object;
    let by_eviction = pod.condition("DisruptionTarget")["reason"] == "EvictionByEvictionAPI";
    let was_ready = record.before.as_ref().is_some_and(|b| is_ready(b) && !is_terminal(b));
    if !sends_away(record) || !by_eviction || !was_ready || record.origin.user != crate::perform::USER {
        return Ok(());
    }
    for budget in shadow.list(resources::POD_DISRUPTION_BUDGET, pod.namespace()) {
        let covers =
            budget.at("spec.selector.matchLabels.app").text() == pod.label("app").unwrap_or_default();
        if covers && budget["status"]["disruptedPods"][pod.name().as_str()].is_null() {
            return Err(format!("pod {} was evicted, and budget {} did not pay", pod.name(), budget.name()));
        }
    }
    Ok(())
}

fn budget_is_debited(record: &Record) -> Verdict {
    let allowed = |b: &Object| b.at("status.disruptionsAllowed").int().unwrap_or(0);
    let Some(before) = &record.before else { return Ok(()) };
    if allowed(before) < 1 || allowed(&record.object) != allowed(before) - 1 {
        let (name, before, after) = (record.object.name(), allowed(before), allowed(&record.object));
        return Err(format!(
            "budget {name} paid for an eviction: {before} were allowed before and {after} after"
        ));
    }
    Ok(())
}

/// An autoscaler scales within its bounds, and by its default policies (100 % or 4 pods, whichever is more) at a time.
pub fn scales_stay_in_bounds(record: &Record, shadow: &Shadow) -> Verdict {
    let by_it = record.origin.user == origin::HORIZONTAL_POD_AUTOSCALER;
    if !by_it || record.resource != resources::DEPLOYMENT {
        return Ok(());
    }
    let of_it = |h: &&Object| h.at("spec.scaleTargetRef.name") == record.object.name().as_str();
    let replicas = record.object.at("spec.replicas").int().unwrap_or(1);
    for hpa in shadow.list(resources::HORIZONTAL_POD_AUTOSCALER, record.object.namespace()).filter(of_it) {
        let bound = |field: &str| hpa["spec"][field].int().unwrap_or(1);
        if !(bound("minReplicas")..=bound("maxReplicas")).contains(&replicas) {
            return Err(format!("autoscaler {} scaled to {replicas}, out of its bounds", hpa.name()));
        }
        let was = record.before.as_ref().map_or(replicas, |b| b.at("spec.replicas").int().unwrap_or(1));
        let most = (was * 2).max(was + 4);
        if replicas > most {
            return Err(format!("autoscaler {} scaled from {was} to {replicas} at once", hpa.name()));
        }
    }
    Ok(())
}
