//! Pods that wait for a node, and who is next. Models the scheduling queue: the active one by priority, the one of back-off,
//! from which pods are taken early while nobody else is active, and the unschedulable ones.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Work,
    cache::is_over,
    filters::{Plugin, Rejection},
    hints::helps,
};
use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::Queue,
    object::{Key, Object},
    origin::Cause,
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
    pending: BTreeMap<Key, Pending>,
    /// Those to be looked at: nobody in back-off before the others, then by priority, then by arrival.
    line: BTreeSet<Place>,
    arrivals: u64,
}

/// Where a pod stands in line.
type Place = (Option<Time>, Reverse<i64>, u64, Key);

#[derive(Clone, Debug, Default)]
struct Pending {
    place: Option<Place>,
    attempts: u32,
    tried: Time,
    because_of: BTreeSet<Plugin>,
    /// What put it into line.
    because: Cause,
}

impl Pending {
    /// 1, 2, 4, 8, 10, 10 … seconds after the attempt.
    fn backoff_ends(&self) -> Option<Time> {
        let doublings = self.attempts.checked_sub(1)?;
        Some(self.tried.plus_ms((BACKOFF_MS << doublings.min(10)).min(BACKOFF_MS_MAX)))
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

impl Backlog {
    /// Sees a change; puts a new pod into line, and pods that it may help.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        if record.resource == resources::POD {
            self.observe_pod(record, api.now(), queue);
        }
        let helped = |(key, pending): &(&Key, &Pending)| {
            pending.place.is_none()
                && api
                    .find(resources::POD, key)
                    .is_some_and(|pod| helps(record, pod, &pending.because_of, api))
        };
        let ready: Vec<Key> = self.pending.iter().filter(helped).map(|(key, _)| key.clone()).collect();
        for key in ready {
            self.put(&key, priority(api, &key), api.now(), Cause::Record(record.revision), queue);
        }
    }

    fn observe_pod(&mut self, record: &Record, now: Time, queue: &mut Queue) {
        let (pod, key) = (&record.object, record.object.key());
        if record.change == Change::Deleted || !is_ours(pod) {
            self.forget(&key, queue);
            return;
        }
        let changed = record
            .before
            .as_ref()
            .is_none_or(|b| b["spec"] != pod["spec"] || b["metadata"]["labels"] != pod["metadata"]["labels"]);
        if changed {
            let priority = pod["spec"]["priority"].int().unwrap_or(0);
            self.put(&key, priority, now, Cause::Record(record.revision), queue);
        }
    }

    /// Puts a pod into line, unless it stands there.
    fn put(&mut self, key: &Key, priority: i64, now: Time, because: Cause, queue: &mut Queue) {
        let pending = self.pending.entry(key.clone()).or_default();
        if pending.place.is_some() {
            return;
        }
        self.arrivals += 1;
        let rests = pending.backoff_ends().filter(|at| *at > now);
        let place = (rests, Reverse(priority), self.arrivals, key.clone());
        pending.place = Some(place.clone());
        pending.because = because;
        self.line.insert(place);
        self.plan(queue);
    }

    /// There is a cycle to come while somebody stands in line.
    pub fn plan(&self, queue: &mut Queue) {
        if !self.line.is_empty() {
            queue.after_ms(CYCLE_MS, Work::Cycle);
        }
    }

    /// The next pod, and what put it into line.
    pub fn pop(&mut self, now: Time) -> Option<(Key, Cause)> {
        self.end_rests(now);
        let (_, _, _, key) = self.line.pop_first()?;
        let pending = self.pending.get_mut(&key)?;
        pending.place = None;
        Some((key, pending.because))
    }

    fn end_rests(&mut self, now: Time) {
        while let Some(rested) = self.line.iter().find(|p| p.0.is_some_and(|at| at <= now)).cloned() {
            self.line.remove(&rested);
            let active = (None, rested.1, rested.2, rested.3);
            if let Some(pending) = self.pending.get_mut(&active.3) {
                pending.place = Some(active.clone());
            }
            self.line.insert(active);
        }
    }

    /// No node would do: when it will be tried again, whatever happens.
    pub fn failed<'a>(
        &mut self,
        key: &Key,
        rejections: impl Iterator<Item = &'a Rejection>,
        queue: &mut Queue,
        now: Time,
    ) {
        let pending = self.pending.entry(key.clone()).or_default();
        pending.because_of = rejections.map(|r| r.plugin).collect();
        pending.attempts += 1;
        pending.tried = now;
        queue.at(now.plus_ms(LEFTOVER_MS), Work::Leftover(key.clone()));
    }

    /// A pod has waited for long; it gets into line because of what put it there last.
    pub fn leftover(&mut self, key: &Key, api: &Api, queue: &mut Queue) {
        if let Some(pending) = self.pending.get(key) {
            self.put(key, priority(api, key), api.now(), pending.because, queue);
        }
    }

    /// The pod has a node, or is gone.
    pub fn forget(&mut self, key: &Key, queue: &mut Queue) {
        if let Some(pending) = self.pending.remove(key) {
            pending.place.map(|place| self.line.remove(&place));
            queue.cancel(Work::Leftover(key.clone()));
        }
    }
}

fn priority(api: &Api, key: &Key) -> i64 {
    api.find(resources::POD, key).and_then(|p| p["spec"]["priority"].int()).unwrap_or(0)
}
