//! How many pods a job wants now. Models `manageJob`.

use super::{
    backoff::Backoff,
    indexed, pods, policy,
    view::{View, is_suspended},
};
use crate::{
    clock::Time,
    controllers::order,
    object::{Key, Object},
};

/// Pods made or deleted at most in one go.
const BURST: i64 = 500;

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Plan {
    /// Nothing.
    Keep,
    /// Nothing before this moment.
    Wait(Time),
    /// Pods to delete.
    Delete(Vec<Key>),
    /// Pods to make.
    Create(Vec<Object>),
}

/// How many shall be active.
fn wanted(view: &View) -> i64 {
    let parallelism = view.job["spec"]["parallelism"].int().unwrap_or(1);
    match view.completions() {
        None if view.succeeded > 0 => view.active_count(),
        None => parallelism,
        Some(completions) => (completions - view.succeeded).min(parallelism).max(0),
    }
}

/// Have enough pods succeeded, with so many active?
pub fn is_complete(view: &View, active: i64) -> bool {
    active == 0 && view.succeeded >= view.completions().unwrap_or(1)
}

/// The pure part.
pub fn plan(view: &View, failures: &Backoff, now: Time) -> Plan {
    let active = view.active_count();
    if is_suspended(&view.job) {
        return delete(view.active.iter().map(Object::key).collect());
    }
    let wanted = wanted(view);
    let surplus = removable(view, active - wanted, now);
    if !surplus.is_empty() {
        return delete(surplus);
    }
    let only_ended = view.job["spec"]["podReplacementPolicy"] == "Failed";
    let terminating = if only_ended { view.terminating } else { 0 };
    let lack = (wanted - terminating - active).min(BURST);
    if lack <= 0 {
        return Plan::Keep;
    }
    if view.limit_per_index().is_none()
        && let Some(at) = failures.free_at().filter(|at| *at > now)
    {
        return Plan::Wait(at);
    }
    if !view.is_indexed() {
        let one = pods::new_pod(&view.job);
        return Plan::Create(vec![one; usize::try_from(lack).unwrap_or(0)]);
    }
    let indexes = indexed::pending(view, lack);
    match indexed::due(view, indexes, now) {
        Ok(indexes) => Plan::Create(indexes.into_iter().map(|i| new_pod(view, i)).collect()),
        Err(at) => Plan::Wait(at),
    }
}

fn new_pod(view: &View, index: i64) -> Object {
    let failed = view.held.get(&index).map(|pod| (pod, policy::counts(&view.job, pod)));
    pods::new_indexed_pod(&view.job, index, failed)
}

fn delete(mut keys: Vec<Key>) -> Plan {
    keys.truncate(usize::try_from(BURST).unwrap_or(0));
    if keys.is_empty() { Plan::Keep } else { Plan::Delete(keys) }
}

/// Pods to delete: at least so many. Models `activePodsForRemoval`.
fn removable(view: &View, least: i64, now: Time) -> Vec<Key> {
    let (mut gone, left) =
        if view.is_indexed() { indexed::surplus(view) } else { (Vec::new(), view.active.clone()) };
    let more = usize::try_from(least).unwrap_or(0).saturating_sub(gone.len());
    if more > 0 {
        let mut left: Vec<&Object> = left.iter().collect();
        order::sort(&mut left, |_| 0, now);
        gone.extend(left.into_iter().take(more).cloned());
    }
    gone.iter().map(Object::key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, json::Json};

    fn check(spec: Json, states: &[&str], failures: &Backoff, expect: &str) {
        let mut job = Object(json!({"metadata": {"name": "a"}, "status": {}}));
        job.set("spec", spec.clone());
        job["spec"].default_to("parallelism", 1i64);
        let pod = |(i, state): (usize, &&str)| {
            let (phase, index) = state.split_once(' ').unwrap_or((state, "0"));
            Object(json!({"metadata": {"name": format!("p{i}"), "uid": format!("u{i}"),
                "finalizers": ["batch.kubernetes.io/job-tracking"],
                "annotations": {"batch.kubernetes.io/job-completion-index": index}}, "status": {"phase": phase}}))
        };
        let view = View::of(job, states.iter().enumerate().map(pod).collect());
        let got = match plan(&view, failures, Time(5_000)) {
            Plan::Keep if is_complete(&view, view.active_count()) => "complete".into(),
            Plan::Keep => "keep".into(),
            Plan::Wait(at) => format!("wait {}", at.0),
            Plan::Delete(keys) => format!("delete {}", keys.len()),
            Plan::Create(pods) if view.is_indexed() => {
                let all: Vec<String> = pods.iter().filter_map(pods::index).map(|i| i.to_string()).collect();
                format!("create {}", all.join(","))
            }
            Plan::Create(pods) => format!("create {}", pods.len()),
        };
        assert_eq!(got, expect, "{spec} {states:?}");
    }

    #[test]
    fn as_many_pods_as_are_left_to_succeed() {
        let none = Backoff::default();
        let four = || json!({"completions": 4, "parallelism": 2});
        check(four(), &[], &none, "create 2");
        check(four(), &["Running", "Running"], &none, "keep");
        check(four(), &["Succeeded", "Running"], &none, "create 1");
        check(four(), &["Succeeded", "Succeeded", "Succeeded", "Running"], &none, "keep");
        check(four(), &["Succeeded", "Succeeded", "Succeeded", "Succeeded"], &none, "complete");
        check(four(), &["Running", "Running", "Running"], &none, "delete 1");
        check(json!({"parallelism": 3}), &["Succeeded", "Running"], &none, "keep");
        check(json!({"parallelism": 3}), &["Succeeded"], &none, "complete");
        check(json!({"parallelism": 3}), &["Running"], &none, "create 2");
        check(json!({"completions": 0}), &[], &none, "complete");
        check(json!({"completions": 4, "suspend": true}), &["Running"], &none, "delete 1");
        check(four(), &["Failed"], &Backoff::new(1, Time(1_000)), "wait 11000");
    }

    #[test]
    fn every_index_gets_its_pod() {
        let none = Backoff::default();
        let three = || json!({"completions": 3, "parallelism": 2, "completionMode": "Indexed"});
        check(three(), &[], &none, "create 0,1");
        check(three(), &["Succeeded 0", "Running 1"], &none, "create 2");
        check(three(), &["Running 1", "Running 1"], &none, "delete 1");
        check(three(), &["Running 7"], &none, "delete 1");
        check(three(), &["Succeeded 0", "Succeeded 1", "Succeeded 2"], &none, "complete");
    }
}
