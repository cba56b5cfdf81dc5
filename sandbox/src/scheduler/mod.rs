//! kube-scheduler: queue, filters, scores, and the words of FailedScheduling. Models `pkg/scheduler` with the default
//! profile.
//! Omits: preemption, inter-pod affinity, explicit topology spread constraints, image locality, extenders;
//! pods are taken in the order of arrival whatever their priority.

mod filters;
mod nodes;
mod quantity;
mod queue;
mod requests;
mod scores;
mod volumes;
mod words;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, EventType, Record, Source, WriteOptions},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin, resources,
};

pub use filters::{Plugin, Rejection};
use nodes::NodeInfo;
use queue::Backlog;

const SOURCE: Source<'_> = Source { component: "default-scheduler", host: "" };

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A scheduling cycle for one pod.
    Pod(Key),
}

/// What the scheduler thought of a node, for one pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The node.
    pub node: EcoString,
    /// Why not; `None`: it would do.
    pub rejection: Option<Rejection>,
    /// Points of the scoring plugins, weighted; 0 where it is rejected or the only choice.
    pub score: i64,
}

/// The scheduler.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    backlog: Backlog,
    verdicts: BTreeMap<Key, Vec<Verdict>>,
}

impl Scheduler {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        self.backlog.observe(record, api, queue);
        if record.resource == resources::POD && record.change == crate::api::Change::Deleted {
            self.verdicts.remove(&record.object.key());
        }
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        let Work::Pod(key) = work;
        ctx.acting(origin::SCHEDULER);
        let Some(pod) = ctx.api.find(resources::POD, &key).filter(|p| queue::is_ours(p)).cloned() else {
            return self.backlog.forget(&key);
        };
        let mut verdicts = judge(&pod, ctx.api);
        match choose(&mut verdicts, ctx) {
            Some(node) if bind_volumes(&pod, &node, ctx) => {
                bind(&pod, &node, ctx);
                self.backlog.forget(&key);
            }
            Some(_) => {
                let waits = Rejection::of_volumes("");
                self.backlog.failed(&key, std::iter::once(&waits), ctx.queue, ctx.api.now());
            }
            None => {
                refuse(&pod, &verdicts, ctx);
                let rejections = verdicts.iter().filter_map(|v| v.rejection.as_ref());
                self.backlog.failed(&key, rejections, ctx.queue, ctx.api.now());
            }
        }
        self.verdicts.insert(key, verdicts);
    }

    /// What was thought of each node when a pod was last looked at.
    pub fn verdicts(&self, pod: &Key) -> &[Verdict] {
        self.verdicts.get(pod).map_or(&[], Vec::as_slice)
    }
}

/// All nodes, filtered and scored, in the order of their names. Changes nothing.
fn judge(pod: &Object, api: &Api) -> Vec<Verdict> {
    let nodes: Vec<NodeInfo<'_>> =
        api.list(resources::NODE, "").map(|node| NodeInfo::read(node, api)).collect();
    let wants = volumes::Wants::read(pod, api);
    let reject = |node: &NodeInfo<'_>| match &wants {
        Err(why) => Some(Rejection::of_pod(why.clone())),
        Ok(wants) => filters::filter(pod, node).or_else(|| wants.reject(node.node, api)),
    };
    let rejections: Vec<_> = nodes.iter().map(reject).collect();
    let fitting: Vec<&NodeInfo<'_>> =
        nodes.iter().zip(&rejections).filter(|(_, r)| r.is_none()).map(|(n, _)| n).collect();
    let mut scores = scores::score(pod, &fitting, &nodes, api).into_iter();
    let verdict = |(node, rejection): (&NodeInfo<'_>, Option<Rejection>)| {
        let score = if rejection.is_none() { scores.next().unwrap_or(0) } else { 0 };
        Verdict { node: node.node.name().clone(), rejection, score }
    };
    nodes.iter().zip(rejections).map(verdict).collect()
}

/// The best node; among equals the seeded stream decides.
fn choose(verdicts: &mut [Verdict], ctx: &mut Ctx<'_>) -> Option<EcoString> {
    let best = verdicts.iter().filter(|v| v.rejection.is_none()).map(|v| v.score).max()?;
    let equals: Vec<&Verdict> =
        verdicts.iter().filter(|v| v.rejection.is_none() && v.score == best).collect();
    let i = ctx.api.rng.stream("scheduler").below(equals.len() as u64) as usize;
    Some(equals[i].node.clone())
}

/// Has the pod all its volumes? If not they are asked for on the node, and the pod waits for them.
fn bind_volumes(pod: &Object, node: &EcoString, ctx: &mut Ctx<'_>) -> bool {
    let chosen = {
        let Ok(wants) = volumes::Wants::read(pod, ctx.api) else { return true };
        let found = ctx.api.find(resources::NODE, &Key::cluster(node.clone()));
        let Some(found) = found.filter(|_| !wants.are_met()) else { return true };
        wants.choose(found, ctx.api)
    };
    for (claim, volume) in chosen {
        volumes::assume(&claim, volume.as_ref(), node, ctx);
    }
    false
}

fn bind(pod: &Object, node: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.api.bind(pod.clone(), node, WriteOptions::default());
    let message = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
    ctx.api.record(pod, "", EventType::Normal, "Scheduled", &message, SOURCE);
}

fn refuse(pod: &Object, verdicts: &[Verdict], ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let message = words::failed_scheduling(pod, verdicts);
    ctx.api.record(pod, "", EventType::Warning, "FailedScheduling", &message, SOURCE);
    let condition =
        json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message});
    ctx.api.update_status(resources::POD, &pod.key(), |p| set_scheduled(p, condition, now));
}

/// Puts the condition in its place; its transition time moves only with its status.
fn set_scheduled(pod: &mut Object, mut condition: Json, now: crate::clock::Time) {
    let old = pod.condition("PodScheduled");
    let since =
        if old["status"] == condition["status"] { old["lastTransitionTime"].clone() } else { now.into() };
    condition.set("lastTransitionTime", since);
    condition.map_mut().insert("lastProbeTime", Json::Null);
    let list = pod["status"]["conditions"].list_mut();
    match list.iter().position(|c| c["type"] == "PodScheduled") {
        Some(i) => list.make_mut()[i] = condition,
        None => list.push(condition),
    }
}
