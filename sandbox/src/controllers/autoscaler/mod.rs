//! The horizontal pod autoscaler: as many pods as their load asks for. Models `pkg/controller/podautoscaler`.
//! Omits: several autoscalers of the same pods (`AmbiguousSelector`).

mod bounds;
mod measure;
mod metrics;
mod record;
mod replicas;
mod target;

use std::collections::BTreeMap;

use crate::{
    api::{Change, EventType, Record, Source},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::HORIZONTAL_POD_AUTOSCALER,
};

use super::{Work, common::set_condition};
use metrics::Computed;
use record::Past;
use target::Scale;

/// Between two looks.
const PERIOD_MS: i64 = 15_000;
const SOURCE: Source<'_> = Source { component: "horizontal-pod-autoscaler", host: "" };

/// The autoscaler.
#[derive(Clone, Debug, Default)]
pub struct Autoscalers {
    past: BTreeMap<Key, Past>,
}

/// Sees a change: a new one is looked at a period later. What looks at it from then on, does so because of its spec.
pub fn observe(record: &Record, queue: &mut Queue) {
    if record.resource != HORIZONTAL_POD_AUTOSCALER || record.change == Change::Deleted {
        return;
    }
    let work = Work::Autoscaler(record.object.key());
    let respec = record.before.as_ref().is_none_or(|b| b["spec"] != record.object["spec"]);
    match queue.waits_until(work.clone()) {
        None => queue.after_ms(PERIOD_MS, work),
        Some(at) if respec => {
            queue.cancel(work.clone());
            queue.at(at, work);
        }
        Some(_) => {}
    }
}

/// What a look decided.
struct Decision {
    desired: i64,
    /// Why the scale is to change; `None` if it is not.
    reason: Option<String>,
    metrics: Json,
}

impl Autoscalers {
    /// Looks at one autoscaler.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::HORIZONTAL_POD_AUTOSCALER);
        let Some(mut hpa) = ctx.api.find(HORIZONTAL_POD_AUTOSCALER, key).cloned() else {
            self.past.remove(key);
            return;
        };
        ctx.queue.after_ms(PERIOD_MS, Work::Autoscaler(key.clone()));
        self.reconcile(&mut hpa, ctx);
        let status = hpa["status"].clone();
        ctx.api.update_status(HORIZONTAL_POD_AUTOSCALER, key, |hpa| hpa.set("status", status));
    }

    fn reconcile(&mut self, hpa: &mut Object, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let scale = match target::read(hpa, ctx.api) {
            Ok(scale) => scale,
            Err(why) => {
                tell(hpa, EventType::Warning, "FailedGetScale", &why, ctx);
                let message =
                    format!("the HPA controller was unable to get the target's current scale: {why}");
                return condition(hpa, "AbleToScale", "False", "FailedGetScale", &message, now);
            }
        };
        let message = "the HPA controller was able to get the target's current scale";
        condition(hpa, "AbleToScale", "True", "SucceededGetScale", message, now);
        let past = self.past.entry(hpa.key()).or_default();
        past.begin(scale.replicas, now);
        let Some(decision) = decide(hpa, &scale, past, ctx) else { return };
        let mut rescaled = false;
        if let Some(reason) = &decision.reason {
            rescaled = rescale(hpa, &scale, decision.desired, reason, ctx);
            if rescaled {
                past.note(&hpa["spec"]["behavior"], decision.desired - scale.replicas, now);
            }
        }
        let desired = if decision.reason.is_some() && !rescaled {
            hpa["status"]["desiredReplicas"].int().unwrap_or(0)
        } else {
            decision.desired
        };
        set_status(hpa, scale.replicas, desired, decision.metrics);
        if rescaled {
            hpa["status"].set("lastScaleTime", now);
        }
    }
}

/// How many pods there should be; `None` where that cannot be told, which the status says then.
fn decide(hpa: &mut Object, scale: &Scale, past: &mut Past, ctx: &mut Ctx<'_>) -> Option<Decision> {
    let current = scale.replicas;
    let least = hpa["spec"]["minReplicas"].int().unwrap_or(1);
    let most = hpa["spec"]["maxReplicas"].int().unwrap_or(1);
    let bound = |desired: i64, reason: &str| {
        Some(Decision { desired, reason: Some(reason.into()), metrics: Json::Null })
    };
    if current == 0 && least != 0 {
        let message = "scaling is disabled since the replica count of the target is zero";
        condition(hpa, "ScalingActive", "False", "ScalingDisabled", message, ctx.now());
        return Some(Decision { desired: 0, reason: None, metrics: Json::Null });
    }
    if current > most {
        return bound(most, "Current number of replicas above Spec.MaxReplicas");
    }
    if current < least {
        return bound(least, "Current number of replicas below Spec.MinReplicas");
    }
    let Computed { replicas, name, statuses, error } = metrics::compute(hpa, scale, ctx);
    let Some(proposed) = replicas else {
        let desired = hpa["status"]["desiredReplicas"].int().unwrap_or(0);
        set_status(hpa, current, desired, statuses);
        tell(hpa, EventType::Warning, "FailedComputeMetricsReplicas", &error.unwrap_or_default(), ctx);
        return None;
    };
    let reason = match proposed.cmp(&current) {
        std::cmp::Ordering::Greater => format!("{name} above target"),
        std::cmp::Ordering::Less => "All metrics below target".to_owned(),
        // What is wanted now is what there is, and an older, higher recommendation holds.
        std::cmp::Ordering::Equal => String::new(),
    };
    let desired = bounds::normalize(hpa, past, current, proposed, ctx.now());
    Some(Decision { desired, reason: (desired != current).then_some(reason), metrics: statuses })
}

/// True if it was done. It comes of the load, where that has changed since somebody wrote the autoscaler.
fn rescale(hpa: &mut Object, scale: &Scale, to: i64, reason: &str, ctx: &mut Ctx<'_>) -> bool {
    let now = ctx.now();
    let load = ctx.api.metrics().because();
    if load.revision() > ctx.because().revision() {
        ctx.caused_by(load);
    }
    match target::write(scale, to, ctx.api) {
        Ok(()) => {
            let message = format!("the HPA controller was able to update the target scale to {to}");
            condition(hpa, "AbleToScale", "True", "SucceededRescale", &message, now);
            tell(
                hpa,
                EventType::Normal,
                "SuccessfulRescale",
                &format!("New size: {to}; reason: {reason}"),
                ctx,
            );
            true
        }
        Err(why) => {
            let message = format!("New size: {to}; reason: {reason}; error: {why}");
            tell(hpa, EventType::Warning, "FailedRescale", &message, ctx);
            let message = format!("the HPA controller was unable to update the target scale: {why}");
            condition(hpa, "AbleToScale", "False", "FailedUpdateScale", &message, now);
            false
        }
    }
}

fn tell(hpa: &Object, type_: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
    ctx.api.record(hpa, "", type_, reason, message, SOURCE);
}

fn condition(hpa: &mut Object, type_: &str, status: &str, reason: &str, message: &str, now: Time) {
    set_condition(hpa, type_, status, Some((reason, message)), now);
}

fn set_status(hpa: &mut Object, current: i64, desired: i64, metrics: Json) {
    let status = &mut hpa["status"];
    status.set("currentReplicas", (current != 0).then_some(current));
    status.set("desiredReplicas", desired);
    // Shown even where there is none.
    status.map_mut().insert("currentMetrics", metrics);
}
