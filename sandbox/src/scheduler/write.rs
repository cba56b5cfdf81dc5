//! What the scheduler writes: bindings, refusals, and the end of pods that make room. Models the default binder,
//! `handleSchedulingFailure` and `prepareCandidate`. Omits: binds that fail.

use super::{SOURCE, filters::Rejection, preemption, volumes};
use crate::{
    api::{DeleteOptions, EventType, WriteOptions},
    clock::Time,
    cluster::Ctx,
    json,
    json::Json,
    object::{Key, Object},
    resources,
};

/// Has the pod all its volumes? If not they are asked for on the node, and the pod waits for them.
pub fn bind_volumes(pod: &Object, node: &str, ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
    let chosen = {
        let Ok(wants) = volumes::Wants::read(pod, ctx.api) else { return Ok(()) };
        let found = ctx.api.find(resources::NODE, &Key::cluster(node));
        let Some(found) = found.filter(|_| !wants.are_met()) else { return Ok(()) };
        wants.choose(found, ctx.api)
    };
    for (claim, volume) in chosen {
        volumes::assume(&claim, volume.as_ref(), node, ctx);
    }
    Err(Rejection::of_volumes(""))
}

/// Puts a pod onto a node.
pub fn bind(pod: &Object, node: &str, ctx: &mut Ctx<'_>) {
    ctx.api.bind(pod.clone(), node, WriteOptions::default());
    let message = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
    ctx.api.record(pod, "", EventType::Normal, "Scheduled", &message, SOURCE);
}

/// Says why a pod has no node. `hope` is the node that it hopes for from now on; `None`: as before.
pub fn refuse(pod: &Object, message: &str, hope: Option<&str>, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    ctx.api.record(pod, "", EventType::Warning, "FailedScheduling", message, SOURCE);
    let condition =
        json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message});
    ctx.api.update_status(resources::POD, &pod.key(), |p| {
        set_condition(p, condition, now);
        if let Some(node) = hope {
            p["status"].set("nominatedNodeName", if node.is_empty() { Json::Null } else { node.into() });
        }
    });
}

/// Tells a pod that it will make room. Models the first half of `PreemptPod`.
pub fn doom(victim: &Object, scheduler: &str, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let message = format!("{scheduler}: preempting to accommodate a higher priority pod");
    let condition = json!({"type": "DisruptionTarget", "status": "True", "reason": preemption::REASON, "message": message});
    ctx.api.update_status(resources::POD, &victim.key(), |p| set_condition(p, condition, now));
}

/// Sends it away for `pod`.
pub fn preempt(victim: &Object, pod: &Object, node: &str, ctx: &mut Ctx<'_>) {
    let now = ctx.api.find(resources::POD, &victim.key()).filter(|p| p.uid() == victim.uid());
    let Some(victim) = now.cloned() else { return };
    if ctx.api.delete(resources::POD, &victim.key(), &DeleteOptions::default()).is_ok() {
        let message = format!("Preempted by pod {} on node {node}", pod.uid());
        ctx.api.record(&victim, "", EventType::Normal, "Preempted", &message, SOURCE);
    }
}

/// A pod of lower priority need not hope for a node any more.
pub fn clear_hope(pod: &Key, ctx: &mut Ctx<'_>) {
    ctx.api.update_status(resources::POD, pod, |p| p["status"].set("nominatedNodeName", Json::Null));
}

/// Puts the condition in its place; its transition time moves only with its status.
fn set_condition(pod: &mut Object, mut condition: Json, now: Time) {
    let old = pod.condition(condition["type"].text());
    let since =
        if old["status"] == condition["status"] { old["lastTransitionTime"].clone() } else { now.into() };
    condition.set("lastTransitionTime", since);
    condition.map_mut().insert("lastProbeTime", Json::Null);
    let list = pod["status"]["conditions"].list_mut();
    match list.iter().position(|c| c["type"] == condition["type"]) {
        Some(i) => list.make_mut()[i] = condition,
        None => list.push(condition),
    }
}
