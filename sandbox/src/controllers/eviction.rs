//! The taint eviction controller: pods leave nodes with `NoExecute` taints, at once or when their patience ends. Models
//! `pkg/controller/tainteviction`.

use std::collections::BTreeMap;

use crate::{
    api::{Change, DeleteOptions, EventType, Record, Source},
    clock::Time,
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin, resources,
};

use super::{Work, common::set_condition};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 10;
const SOURCE: Source<'_> = Source { component: "taint-eviction-controller", host: "" };

/// The taint eviction controller.
#[derive(Clone, Debug, Default)]
pub struct Evictions {
    timers: BTreeMap<Key, Timer>,
}

#[derive(Clone, Debug)]
struct Timer {
    started: Time,
    /// When the pod goes; `None`: it was told to.
    ends: Option<Time>,
}

/// What taints mean for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// It stays.
    Endless,
    /// It goes after so many milliseconds; 0: now.
    Ms(i64),
}

/// The pure rule: models `getMatchingTolerations` and `getMinTolerationTime`.
fn patience(pod: &Object, taints: &[&Json]) -> Patience {
    let tolerations = pod.at("spec.tolerations").list();
    let mut least: Option<i64> = None;
    for taint in taints {
        let Some(toleration) = tolerations.iter().find(|t| covers(t, taint)) else { return Patience::Ms(0) };
        if let Some(s) = toleration["tolerationSeconds"].int() {
            least = Some(least.unwrap_or(i64::MAX).min(s.max(0)));
        }
    }
    least.map_or(Patience::Endless, |s| Patience::Ms(s.saturating_mul(1000)))
}

fn covers(toleration: &Json, taint: &Json) -> bool {
    let same = |field: &str| toleration[field].text() == taint[field].text();
    (toleration["effect"].is_empty() || same("effect"))
        && (toleration["key"].is_empty() || same("key"))
        && (toleration["operator"] == "Exists" || same("value"))
}

fn no_execute(node: &Object) -> Vec<&Json> {
    node["spec"]["taints"].list().iter().filter(|t| t["effect"] == "NoExecute").collect()
}

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    let (object, before) = (&record.object, record.before.as_ref());
    match record.resource {
        resources::NODE
            if record.change != Change::Deleted
                && no_execute(object) != before.map(no_execute).unwrap_or_default() =>
        {
            queue.after_ms(LATENCY_MS, Work::NodeEvictions(object.name().clone()));
        }
        resources::POD => {
            let view = |p: &Object| (p.at("spec.nodeName").clone(), p.at("spec.tolerations").clone());
            if record.change == Change::Deleted || before.map(view) != Some(view(object)) {
                queue.after_ms(LATENCY_MS, Work::PodEviction(object.key()));
            }
        }
        _ => {}
    }
}

/// Looks at all pods of a node whose taints changed.
pub fn node(name: &str, ctx: &mut Ctx<'_>) {
    for key in ctx.api.pods_on(name).map(Object::key) {
        ctx.queue.after_ms(0, Work::PodEviction(key));
    }
}

impl Evictions {
    /// Looks at one pod.
    pub fn pod(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::TAINT_EVICTION_CONTROLLER);
        let Some(pod) = ctx.api.find(resources::POD, key) else { return self.cancel(key, ctx) };
        let node = ctx.api.find(resources::NODE, &Key::cluster(pod.at("spec.nodeName").text()));
        let taints = node.map(no_execute).unwrap_or_default();
        if taints.is_empty() {
            return self.cancel(key, ctx);
        }
        match patience(pod, &taints) {
            Patience::Endless => self.cancel(key, ctx),
            Patience::Ms(ms) => self.schedule(key, ms, ctx),
        }
    }

    fn schedule(&mut self, key: &Key, ms: i64, ctx: &mut Ctx<'_>) {
        let started = match self.timers.get(key) {
            Some(timer) if ms > 0 => timer.started,
            _ => ctx.now(),
        };
        let ends = started.plus_ms(ms);
        if self.timers.get(key).is_some_and(|t| t.ends.is_none_or(|e| e <= ends)) {
            return;
        }
        self.timers.insert(key.clone(), Timer { started, ends: Some(ends) });
        if ms == 0 { self.evict(key, ctx) } else { ctx.queue.at(ends, Work::Evict(key.clone())) }
    }

    fn cancel(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.queue.cancel(Work::Evict(key.clone()));
        if self.timers.remove(key).is_some_and(|t| t.ends.is_some()) {
            let message = format!("Cancelling deletion of Pod {key}");
            ctx.api.record(&reference(key), "", EventType::Normal, "TaintManagerEviction", &message, SOURCE);
        }
    }

    /// A pod's patience is at its end.
    pub fn evict(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::TAINT_EVICTION_CONTROLLER);
        let now = ctx.now();
        if let Some(timer) = self.timers.get_mut(key) {
            timer.ends = None;
        }
        let message = format!("Marking for deletion Pod {key}");
        ctx.api.record(&reference(key), "", EventType::Normal, "TaintManagerEviction", &message, SOURCE);
        ctx.api.update_status(resources::POD, key, |p| {
            let why = ("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
            set_condition(p, "DisruptionTarget", "True", Some(why), now);
        });
        // Gone already is as good.
        let _ = ctx.api.delete(resources::POD, key, &DeleteOptions::default());
    }
}

/// The pod as this controller's events name it: without a uid.
fn reference(key: &Key) -> Object {
    Object(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": key.name.as_str(), "namespace": key.namespace.as_str()}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_patient_toleration_decides() {
        let unreachable = json!({"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"});
        let evict = json!({"key": "evict", "value": "now", "effect": "NoExecute"});
        for (tolerations, taints, expect) in [
            (json!([]), vec![&evict], Patience::Ms(0)),
            (json!([{"operator": "Exists"}]), vec![&evict, &unreachable], Patience::Endless),
            (json!([{"key": "evict", "value": "now"}]), vec![&evict], Patience::Endless),
            (json!([{"key": "evict", "value": "later"}]), vec![&evict], Patience::Ms(0)),
            (
                json!([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]),
                vec![&unreachable],
                Patience::Ms(300_000),
            ),
            (
                json!([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300},
                    {"key": "evict", "operator": "Exists", "tolerationSeconds": 10}]),
                vec![&unreachable, &evict],
                Patience::Ms(10_000),
            ),
            (json!([{"operator": "Exists", "tolerationSeconds": -1}]), vec![&evict], Patience::Ms(0)),
            (json!([{"operator": "Exists", "effect": "NoSchedule"}]), vec![&evict], Patience::Ms(0)),
        ] {
            let mut pod = Object::default();
            pod["spec"].set("tolerations", tolerations.clone());
            assert_eq!(patience(&pod, &taints), expect, "{tolerations}");
        }
    }
}
