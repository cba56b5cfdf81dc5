//! Jobs whose pods have indexes. Models `indexed_job_utils.go`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    backoff::Backoff,
    pods::{self, FINALIZER},
    policy,
    view::View,
};
use crate::{
    clock::Time,
    controllers::common::has_finalizer,
    object::Object,
    resources::indexes::{self, Indexes},
};

/// Counts by index.
pub fn count(view: &mut View) {
    let completions = view.completions().unwrap_or(0);
    let noted =
        indexes::parse(view.job["status"]["completedIndexes"].text(), completions).unwrap_or_default();
    let held = |view: &View, is: &dyn Fn(&Object) -> bool| -> Vec<i64> {
        let pods = view.pods.iter().filter(|p| has_finalizer(p, FINALIZER) && is(p));
        pods.filter_map(|p| view.index(p)).collect()
    };
    let succeeded = held(view, &|p| p.at("status.phase") == "Succeeded");
    view.succeeded_indexes = noted.plus(succeeded);
    view.succeeded = view.succeeded_indexes.len();
    let Some(limit) = view.limit_per_index() else { return };
    let noted = indexes::parse(view.job["status"]["failedIndexes"].text(), completions).unwrap_or_default();
    let failed = held(view, &|p| fails_index(view, p, limit));
    view.failed_indexes = Some(noted.plus(failed));
    view.held = held_back(view);
}

fn fails_index(view: &View, pod: &Object, limit: i64) -> bool {
    view.is_failed(pod)
        && match policy::action(&view.job, pod) {
            Some("FailIndex") => true,
            Some("Ignore") => false,
            _ => pods::failures_before(pod).0 >= limit,
        }
}

/// The last pod of each index that failed and has no other yet: it tells how often the index failed.
fn held_back(view: &View) -> BTreeMap<i64, Object> {
    let active: BTreeSet<i64> = view.active.iter().filter_map(|p| view.index(p)).collect();
    let over = |i: i64| {
        view.succeeded_indexes.contains(i) || view.failed_indexes.as_ref().is_some_and(|f| f.contains(i))
    };
    let mut held: BTreeMap<i64, Object> = BTreeMap::new();
    let failed = view.pods.iter().filter(|p| has_finalizer(p, FINALIZER) && view.is_failed(p));
    for pod in failed {
        let Some(index) = view.index(pod).filter(|i| !active.contains(i) && !over(*i)) else { continue };
        let rank = |p: &Object| (pods::failures_before(p).1, pods::finished_at(p));
        if held.get(&index).is_none_or(|other| rank(other) <= rank(pod)) {
            held.insert(index, pod.clone());
        }
    }
    held
}

/// The first `n` indexes that have no pod and no end yet.
pub fn pending(view: &View, n: i64) -> Vec<i64> {
    let active = view.active.iter().filter_map(|p| view.index(p));
    let busy: Indexes = view.succeeded_indexes.plus(active);
    let failed = view.failed_indexes.as_ref();
    let free = |i: &i64| !busy.contains(*i) && failed.is_none_or(|f| !f.contains(*i));
    let n = usize::try_from(n.max(0)).unwrap_or(0);
    (0..view.completions().unwrap_or(0)).filter(free).take(n).collect()
}

/// Of these indexes those that may start now, or when the first of them may.
pub fn due(view: &View, indexes: Vec<i64>, now: Time) -> Result<Vec<i64>, Time> {
    let free_at = |index: &i64| {
        let pod = view.held.get(index)?;
        let failures = u32::try_from(pods::failures_before(pod).1 + 1).unwrap_or(u32::MAX);
        Backoff::new(failures, pods::finished_at(pod)).free_at().filter(|at| *at > now)
    };
    let soonest = indexes.iter().filter_map(free_at).min();
    let ready: Vec<i64> = indexes.iter().copied().filter(|i| free_at(i).is_none()).collect();
    match soonest {
        Some(at) if ready.is_empty() => Err(at),
        _ => Ok(ready),
    }
}

/// Pods that are too many: several of one index, or of an index beyond the last. The rest follows.
pub fn surplus(view: &View) -> (Vec<Object>, Vec<Object>) {
    let mut seen = BTreeSet::new();
    let mut pods: Vec<Object> = view.active.clone();
    pods.sort_by_key(|p| {
        (pods::index(p), std::cmp::Reverse(p["spec"]["nodeName"].text().is_empty()), p.created())
    });
    pods.into_iter().partition(|pod| view.index(pod).is_none_or(|i| !seen.insert(i)))
}
