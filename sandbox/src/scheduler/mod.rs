//! kube-scheduler: queue, filters, scores, preemption, and the words of FailedScheduling. Models `pkg/scheduler` with the
//! default profile.
//! Omits: extenders, several profiles, waiting in Permit; nodes are taken in the order of their names, not zone by zone.

mod amounts;
mod cache;
mod cycle;
mod filters;
mod hints;
mod nodes;
mod preemption;
pub(crate) mod quantity;
mod queue;
mod requests;
mod scores;
mod spread;
mod terms;
mod volumes;
mod words;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record, Source},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin, resources,
};

use cache::Cache;
use cycle::{Nominated, Round};
pub use filters::{Plugin, Rejection};
use nodes::PodInfo;
use preemption::Outcome;
use queue::Backlog;

const SOURCE: Source<'_> = Source { component: "default-scheduler", host: "" };
/// For so many pods it is remembered what was thought of each node.
const REMEMBERED: usize = 256;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A scheduling cycle for the next pod in line.
    Cycle,
    /// A pod has waited for long: it gets into line again.
    Leftover(Key),
}

impl Work {
    /// The user of the client that it writes by, if it writes.
    pub fn client(&self) -> Option<&'static str> {
        matches!(self, Work::Cycle).then_some(origin::SCHEDULER)
    }
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
    cache: Cache,
    /// Pods that hope for a node where others make room for them.
    hopeful: BTreeSet<Key>,
    /// The node at which the next cycle begins to look.
    start: usize,
    verdicts: BTreeMap<Key, Vec<Verdict>>,
    remembered: VecDeque<Key>,
}

impl Scheduler {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        self.cache.observe(record);
        self.backlog.observe(record, api, queue);
        if record.resource == resources::POD {
            let (pod, key) = (&record.object, record.object.key());
            let gone = record.change == Change::Deleted;
            if gone {
                self.verdicts.remove(&key);
            }
            if !gone && queue::is_ours(pod) && !pod["status"]["nominatedNodeName"].is_empty() {
                self.hopeful.insert(key);
            } else {
                self.hopeful.remove(&key);
            }
        }
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::SCHEDULER);
        match work {
            Work::Leftover(key) => self.backlog.leftover(&key, ctx.api, ctx.queue),
            Work::Cycle => {
                if let Some((key, because)) = self.backlog.pop(ctx.now()) {
                    ctx.caused_by(because);
                    self.schedule(key, ctx);
                }
                self.backlog.plan(ctx.queue);
            }
        }
    }

    fn schedule(&mut self, key: Key, ctx: &mut Ctx<'_>) {
        let Some(pod) = ctx.api.find(resources::POD, &key).filter(|p| queue::is_ours(p)).cloned() else {
            return self.backlog.forget(&key, ctx.queue);
        };
        let info = PodInfo::read(&pod);
        let (verdicts, outcome) = {
            let nominated = self.nominated(&key, info.priority, ctx.api);
            let round = Round { pod: &info, nodes: self.cache.nodes(), nominated, api: ctx.api };
            let (verdicts, looked) = round.judge(self.start);
            self.start = (self.start + looked) % round.nodes.len().max(1);
            let refused = !verdicts.is_empty() && verdicts.iter().all(|v| v.rejection.is_some());
            let outcome = refused.then(|| preemption::evaluate(&round, &verdicts));
            (verdicts, outcome)
        };
        match choose(&verdicts, ctx) {
            Some(node) => match write::bind_volumes(&pod, &node, ctx) {
                Ok(()) => {
                    write::bind(&pod, &node, ctx);
                    self.backlog.forget(&key, ctx.queue);
                }
                Err(waits) => self.backlog.failed(&key, std::iter::once(&waits), ctx.queue, ctx.api.now()),
            },
            None => {
                let rejections = verdicts.iter().filter_map(|v| v.rejection.as_ref());
                self.backlog.failed(&key, rejections, ctx.queue, ctx.api.now());
                self.refuse(&pod, &verdicts, outcome, ctx);
            }
        }
        self.remember(key, verdicts);
    }

    /// Tells why, and has others make room if that helps.
    fn refuse(&self, pod: &Object, verdicts: &[Verdict], outcome: Option<Outcome>, ctx: &mut Ctx<'_>) {
        match outcome {
            None => write::refuse(pod, "no nodes available to schedule pods", None, ctx),
            Some(Outcome::Nobody { message, keeps_hope }) => {
                let message = words::failed_scheduling(verdicts, &message);
                write::refuse(pod, &message, (!keeps_hope).then_some(""), ctx);
            }
            Some(Outcome::Nominated { node, victims }) => {
                let scheduler = pod.at("spec.schedulerName").text();
                victims.iter().for_each(|v| write::doom(v, scheduler, ctx));
                write::refuse(pod, &words::failed_scheduling(verdicts, ""), Some(&node), ctx);
                victims.iter().for_each(|v| write::preempt(v, pod, &node, ctx));
                for key in self.lesser_hopes(pod, &node, ctx.api) {
                    write::clear_hope(&key, ctx);
                }
            }
        }
    }

    /// Others of at least this priority that hope for a node.
    fn nominated(&self, key: &Key, priority: i64, api: &Api) -> Vec<Nominated> {
        let others = self.hopeful.iter().filter(|other| *other != key);
        let read = |other: &Key| {
            let pod = api.find(resources::POD, other)?;
            let node = pod.at("status.nominatedNodeName").eco()?.clone();
            Some((node, Arc::new(PodInfo::read(pod))))
        };
        others.filter_map(read).filter(|(_, pod)| pod.priority >= priority).collect()
    }

    /// Pods of lower priority that hope for the same node.
    fn lesser_hopes(&self, pod: &Object, node: &str, api: &Api) -> Vec<Key> {
        let priority = |p: &Object| p["spec"]["priority"].int().unwrap_or(0);
        let lesser = |key: &&Key| {
            let other = api.find(resources::POD, key);
            other.is_some_and(|p| p.at("status.nominatedNodeName") == node && priority(p) < priority(pod))
        };
        self.hopeful.iter().filter(lesser).cloned().collect()
    }

    fn remember(&mut self, key: Key, verdicts: Vec<Verdict>) {
        if self.verdicts.insert(key.clone(), verdicts).is_none() {
            self.remembered.push_back(key);
        }
        while self.remembered.len() > REMEMBERED {
            self.remembered.pop_front().map(|oldest| self.verdicts.remove(&oldest));
        }
    }

    /// What was thought of each node when a pod was last looked at.
    pub fn verdicts(&self, pod: &Key) -> &[Verdict] {
        self.verdicts.get(pod).map_or(&[], Vec::as_slice)
    }
}

/// The best node; among equals the seeded stream decides. Models the reservoir sampling of `selectHost`.
fn choose(verdicts: &[Verdict], ctx: &mut Ctx<'_>) -> Option<EcoString> {
    let best = verdicts.iter().filter(|v| v.rejection.is_none()).map(|v| v.score).max()?;
    let mut equals = verdicts.iter().filter(|v| v.rejection.is_none() && v.score == best);
    let mut chosen = equals.next()?;
    for (seen, other) in equals.enumerate() {
        if ctx.api.rng.stream("scheduler").below(seen as u64 + 2) == 0 {
            chosen = other;
        }
    }
    Some(chosen.node.clone())
}
