//! Pods that wait for a node: when they are looked at, and when again. Models the scheduling queue with its back-off and
//! queueing hints.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Work,
    filters::{Plugin, Rejection, filter},
    nodes::NodeInfo,
    volumes::claims,
};
use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::Queue,
    object::{Key, Object},
    resources,
};

/// From seeing a pod to deciding about it, and between two decisions: there is one scheduling cycle at a time.
const CYCLE_MS: i64 = 3;
/// Pause after the first failure; it doubles.
const BACKOFF_MS: i64 = 1_000;
const BACKOFF_MS_MAX: i64 = 10_000;
/// After so long a pod is looked at again, whatever happened.
const LEFTOVER_MS: i64 = 300_000;

/// What the scheduler remembers of pods without a node.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    free_at: Time,
    failed: BTreeMap<Key, Failed>,
}

#[derive(Clone, Debug)]
struct Failed {
    attempts: u32,
    at: Time,
    because_of: BTreeSet<Plugin>,
}

impl Failed {
    /// 1, 2, 4, 8, 10, 10 … seconds after the attempt.
    fn backoff_ends(&self) -> Time {
        self.at.plus_ms((BACKOFF_MS << (self.attempts - 1).min(10)).min(BACKOFF_MS_MAX))
    }
}

/// Has it no node, and does it want one from us now?
pub fn is_ours(pod: &Object) -> bool {
    let spec = &pod["spec"];
    spec["nodeName"].is_empty()
        && matches!(spec["schedulerName"].text(), "" | "default-scheduler")
        && spec["schedulingGates"].is_empty()
        && !pod.is_terminating()
        && !is_over(pod)
}

fn is_over(pod: &Object) -> bool {
    matches!(pod.at("status.phase").text(), "Succeeded" | "Failed")
}

impl Backlog {
    /// Sees a change; puts a cycle for a new pod, and for pods that it may help.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        if record.resource == resources::POD {
            self.observe_pod(record, api, queue);
        }
        let helped = |(key, failed): (&Key, &Failed)| {
            let pod = api.find(resources::POD, key)?;
            helps(record, pod, &failed.because_of).then(|| (key.clone(), failed.backoff_ends()))
        };
        let ready: Vec<(Key, Time)> = self.failed.iter().filter_map(helped).collect();
        for (key, from) in ready {
            self.put(key, from.max(api.now()), api.now(), queue);
        }
    }

    fn observe_pod(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        let (pod, key) = (&record.object, record.object.key());
        if record.change == Change::Deleted || !is_ours(pod) {
            self.forget(&key);
            queue.cancel(Work::Pod(key));
            return;
        }
        let changed = record
            .before
            .as_ref()
            .is_none_or(|b| b["spec"] != pod["spec"] || b["metadata"]["labels"] != pod["metadata"]["labels"]);
        if changed {
            let from = self.failed.get(&key).map_or(api.now(), |f| f.backoff_ends().max(api.now()));
            self.put(key, from, api.now(), queue);
        }
    }

    /// Puts a cycle, not before the one before it is over.
    fn put(&mut self, key: Key, from: Time, now: Time, queue: &mut Queue) {
        // A pod in back-off does not hold up the others.
        let in_line = from <= now;
        let at = if in_line { from.max(self.free_at) } else { from }.plus_ms(CYCLE_MS);
        if queue.waits_until(Work::Pod(key.clone())).is_some_and(|w| w <= at) {
            return;
        }
        if in_line {
            self.free_at = at;
        }
        queue.at(at, Work::Pod(key));
    }

    /// No node would do: when it will be tried again.
    pub fn failed<'a>(
        &mut self,
        key: &Key,
        rejections: impl Iterator<Item = &'a Rejection>,
        queue: &mut Queue,
        now: Time,
    ) {
        let because_of = rejections.map(|r| r.plugin).collect();
        let attempts = self.failed.get(key).map_or(1, |f| f.attempts + 1);
        self.failed.insert(key.clone(), Failed { attempts, at: now, because_of });
        queue.at(now.plus_ms(LEFTOVER_MS), Work::Pod(key.clone()));
    }

    /// The pod has a node, or is gone.
    pub fn forget(&mut self, key: &Key) {
        self.failed.remove(key);
    }
}

/// Could this change let the pod in? Models the plugins' queueing hints, and is stricter: a node helps only once nothing
/// on the node itself speaks against the pod.
fn helps(record: &Record, pod: &Object, because_of: &BTreeSet<Plugin>) -> bool {
    let object = &record.object;
    let admits = |node: &Object| filter(pod, &NodeInfo::new(node, Vec::new())).is_none();
    match (record.resource, record.change, &record.before) {
        (resources::NODE, Change::Added, _) => admits(object),
        (resources::NODE, Change::Modified, Some(before)) => {
            let grew = || before.at("status.allocatable") != object.at("status.allocatable");
            admits(object) && (grew() || !admits(before))
        }
        (resources::PERSISTENT_VOLUME_CLAIM, Change::Added | Change::Modified, _) => {
            let is_its =
                object.namespace() == pod.namespace() && claims(pod).any(|name| name == object.name());
            is_its && because_of.contains(&Plugin::VolumeBinding)
        }
        (resources::POD, change, before) if !object.at("spec.nodeName").is_empty() => {
            let ends = is_over(object) && before.as_ref().is_some_and(|b| !is_over(b));
            let room = [Plugin::NodeResourcesFit, Plugin::NodePorts];
            (change == Change::Deleted || ends) && room.iter().any(|p| because_of.contains(p))
        }
        _ => false,
    }
}
