//! What a stateful set does next: pure. Models `updateStatefulSet` of `stateful_set_control.go`.

use std::collections::BTreeMap;

use super::{
    pods::{self, is_running_and_ready},
    revisions::Revisions,
};
use crate::{
    clock::Time,
    controllers::common::is_available,
    object::{Key, Object},
};

/// Steps taken at most in one go, where order does not matter.
const BURST: usize = 500;

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Makes a pod, and its claims.
    Create(Box<Object>),
    /// Makes what claims a pod lacks.
    Claims(Box<Object>),
    /// Gives a pod its identity back.
    Keep(Box<Object>),
    /// Deletes a pod that ended; it comes again.
    Delete(Key),
    /// Deletes a pod that is one too many.
    Condemn(Key),
    /// Deletes a pod of an old revision.
    Update(Key),
}

impl Step {
    /// Does it make way for the new revision?
    pub fn is_update(&self) -> bool {
        matches!(self, Step::Update(_))
    }
}

/// What is looked at.
struct View<'a> {
    set: &'a Object,
    revisions: &'a Revisions,
    pods: BTreeMap<i64, &'a Object>,
    /// One after another, or all at once?
    ordered: bool,
    min_ready_s: i64,
    now: Time,
}

/// The steps to take now.
pub fn steps(set: &Object, revisions: &Revisions, pods: &[Object], now: Time) -> Vec<Step> {
    let view = View {
        set,
        revisions,
        pods: pods.iter().filter_map(|p| Some((pods::ordinal(set, p)?, p))).collect(),
        ordered: set["spec"]["podManagementPolicy"] != "Parallel",
        min_ready_s: set["spec"]["minReadySeconds"].int().unwrap_or(0),
        now,
    };
    let mut steps = Vec::new();
    if view.living(&mut steps) || view.condemned(&mut steps) {
        return steps;
    }
    view.update(&mut steps);
    steps
}

impl View<'_> {
    fn ordinals(&self) -> std::ops::Range<i64> {
        let start = pods::start(self.set);
        start..start + pods::replicas(self.set)
    }

    fn is_available(&self, pod: &Object) -> bool {
        is_running_and_ready(pod) && is_available(pod, self.min_ready_s, self.now)
    }

    /// Those that shall be; true where there is something to wait for.
    fn living(&self, steps: &mut Vec<Step>) -> bool {
        for ordinal in self.ordinals() {
            let Some(pod) = self.pods.get(&ordinal) else {
                steps.push(Step::Create(Box::new(self.new_pod(ordinal))));
                if self.ordered || steps.len() >= BURST {
                    return true;
                }
                continue;
            };
            if matches!(pod.at("status.phase").text(), "Failed" | "Succeeded") {
                if !pod.is_terminating() {
                    steps.push(Step::Delete(pod.key()));
                }
                if self.ordered {
                    return true;
                }
                continue;
            }
            if pod.at("status.phase") == "Pending" {
                steps.push(Step::Claims(Box::new((*pod).clone())));
            }
            if self.ordered && (pod.is_terminating() || !self.is_available(pod)) {
                return true;
            }
            if !pod.is_terminating() && !pods::is_identified(self.set, pod) {
                steps.push(Step::Keep(Box::new((*pod).clone())));
            }
        }
        false
    }

    /// Those that are too many, the last first; true where there is something to wait for.
    fn condemned(&self, steps: &mut Vec<Step>) -> bool {
        let sick = |p: &&&Object| p.is_terminating() || !self.is_available(p);
        let first_sick = self.pods.values().find(sick).map(|p| p.key());
        let surplus = self.pods.iter().rev().filter(|(n, _)| !pods::is_wanted(self.set, **n));
        for (_, pod) in surplus {
            if pod.is_terminating() {
                if self.ordered {
                    return true;
                }
                continue;
            }
            // The last one waits for those before it, unless it is itself what is not well.
            if self.ordered && !self.is_available(pod) && first_sick != Some(pod.key()) {
                return true;
            }
            steps.push(Step::Condemn(pod.key()));
            if self.ordered {
                return true;
            }
        }
        false
    }

    /// Pods of an old revision go, the last first, and none before the partition.
    fn update(&self, steps: &mut Vec<Step>) {
        let strategy = &self.set["spec"]["updateStrategy"];
        if strategy["type"] == "OnDelete" {
            return;
        }
        let first = pods::start(self.set).max(self.partition());
        for ordinal in (first..self.ordinals().end).rev() {
            let Some(pod) = self.pods.get(&ordinal) else { return };
            if pods::revision(pod) != self.revisions.update.name().as_str() && !pod.is_terminating() {
                steps.push(Step::Update(pod.key()));
                return;
            }
            if pod.is_terminating() || !self.is_available(pod) {
                return;
            }
        }
    }

    /// The first number that is updated.
    fn partition(&self) -> i64 {
        let partition = &self.set["spec"]["updateStrategy"]["rollingUpdate"]["partition"];
        pods::start(self.set) + partition.int().unwrap_or(0)
    }

    fn new_pod(&self, ordinal: i64) -> Object {
        let rolling = self.set["spec"]["updateStrategy"]["type"] == "RollingUpdate";
        let kept = rolling && ordinal < self.partition();
        let revision = if kept { &self.revisions.current } else { &self.revisions.update };
        pods::new_pod(self.set, &Revisions::template(revision), revision.name(), ordinal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, json::Json};

    fn check(spec: Json, have: &[(i64, &str)], expect: &[&str]) {
        let mut set = Object(json!({"metadata": {"name": "a"}}).with("spec", spec.clone()));
        set["spec"]["updateStrategy"].default_to("type", "RollingUpdate");
        let revision =
            |name: &str| Object(json!({"metadata": {"name": name}, "data": {"spec": {"template": {}}}}));
        let revisions = Revisions { current: revision("old"), update: revision("new") };
        let pod = |(ordinal, state): &(i64, &str)| {
            let old = state.starts_with("old");
            let ready = if state.ends_with("sick") { "False" } else { "True" };
            let phase = if *state == "failed" { "Failed" } else { "Running" };
            let mut pod = Object(json!({"metadata": {"name": format!("a-{ordinal}"), "labels": {
                "controller-revision-hash": if old { "old" } else { "new" }}},
                "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]}}));
            pods::identify(&set, &mut pod);
            pod["metadata"].set("deletionTimestamp", (*state == "going").then_some("2026-01-01T00:00:00Z"));
            pod
        };
        let pods: Vec<Object> = have.iter().map(pod).collect();
        let steps = steps(&set, &revisions, &pods, Time::default());
        let words: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Create(p) => format!("create {} {}", p.name(), pods::revision(p)),
                Step::Claims(p) => format!("claims {}", p.name()),
                Step::Keep(p) => format!("keep {}", p.name()),
                Step::Delete(k) => format!("delete {}", k.name),
                Step::Condemn(k) => format!("condemn {}", k.name),
                Step::Update(k) => format!("update {}", k.name),
            })
            .collect();
        assert_eq!(words, expect, "{spec} {have:?}");
    }

    #[test]
    fn pods_come_one_after_another() {
        let three = || json!({"replicas": 3});
        check(three(), &[], &["create a-0 new"]);
        check(three(), &[(0, "sick")], &[]);
        check(three(), &[(0, "new")], &["create a-1 new"]);
        check(three(), &[(0, "new"), (2, "new")], &["create a-1 new"]);
        check(three(), &[(0, "failed")], &["delete a-0"]);
        check(three(), &[(0, "going"), (1, "new")], &[]);
        let parallel = json!({"replicas": 3, "podManagementPolicy": "Parallel"});
        check(parallel, &[(1, "sick")], &["create a-0 new", "create a-2 new"]);
    }

    #[test]
    fn too_many_go_the_last_first() {
        let one = || json!({"replicas": 1});
        check(one(), &[(0, "new"), (1, "new"), (2, "new")], &["condemn a-2"]);
        check(one(), &[(0, "new"), (1, "new"), (2, "going")], &[]);
        check(one(), &[(0, "new"), (1, "sick"), (2, "sick")], &[]);
        check(one(), &[(0, "new"), (1, "sick")], &["condemn a-1"]);
        let parallel = json!({"replicas": 1, "podManagementPolicy": "Parallel"});
        check(parallel, &[(0, "new"), (1, "new"), (2, "new")], &["condemn a-2", "condemn a-1"]);
    }

    #[test]
    fn updates_go_down_to_the_partition() {
        let with = |partition: i64| {
            json!({"replicas": 3, "updateStrategy": {"type": "RollingUpdate"}}).with(
                "updateStrategy",
                json!({"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}),
            )
        };
        let old = [(0, "old"), (1, "old"), (2, "old")];
        check(with(0), &old, &["update a-2"]);
        check(with(0), &[(0, "old"), (1, "old"), (2, "new")], &["update a-1"]);
        check(with(0), &[(0, "old"), (1, "old"), (2, "new-sick")], &[]);
        check(with(3), &old, &[]);
        check(with(2), &[(0, "old"), (1, "old"), (2, "new")], &[]);
        check(with(2), &[(0, "old"), (2, "new")], &["create a-1 old"]);
        check(json!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}}), &old, &[]);
    }
}
