//! A job with its pods, counted. Models `syncJobCtx`.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::{
    indexed,
    pods::{self, FINALIZER},
    policy,
};
use crate::{
    cluster::Ctx,
    controllers::common::{has_finalizer, is_active, is_finished, is_ready},
    json::Json,
    object::Object,
    resources::{POD, indexes::Indexes, job_check},
};

/// What one look at a job sees.
#[derive(Debug)]
pub struct View {
    /// The job; its status changes along the way.
    pub job: Object,
    /// All its pods.
    pub pods: Vec<Object>,
    /// Those that neither ended nor were told to.
    pub active: Vec<Object>,
    /// Active ones that are ready.
    pub ready: i64,
    /// Told to end, and not at their end.
    pub terminating: i64,
    /// Pods that succeeded, counted in the status or not.
    pub succeeded: i64,
    /// Pods that failed and count, in the status or not.
    pub failed: i64,
    /// Indexes that succeeded, with those seen now.
    pub succeeded_indexes: Indexes,
    /// Indexes that failed for good, where each has a limit of its own.
    pub failed_indexes: Option<Indexes>,
    /// Pods that failed and stay until another of their index is there.
    pub held: BTreeMap<i64, Object>,
}

/// Is it told to wait?
pub fn is_suspended(job: &Object) -> bool {
    job["spec"]["suspend"].bool() == Some(true)
}

impl View {
    /// Looks at a job.
    pub fn read(mut job: Object, ctx: &Ctx<'_>) -> Self {
        let owned = ctx.api.owned_by(job.uid(), POD).filter(|p| p.controller_uid() == Some(job.uid()));
        let mut pods: Vec<Object> = owned.cloned().collect();
        pods.sort_by_key(|p| (p.created(), p.name().clone()));
        job["status"].default_to("uncountedTerminatedPods", Json::object());
        if job["status"]["startTime"].is_null() && !is_suspended(&job) {
            job["status"].set("startTime", ctx.now());
        }
        Self::of(job, pods)
    }

    /// Counts.
    pub fn of(job: Object, pods: Vec<Object>) -> Self {
        let active: Vec<Object> = pods.iter().filter(|p| is_active(p)).cloned().collect();
        let count = |f: &dyn Fn(&Object) -> bool, of: &[Object]| {
            i64::try_from(of.iter().filter(|p| f(p)).count()).unwrap_or(i64::MAX)
        };
        let ready = count(&is_ready, &active);
        let terminating = count(&|p| p.is_terminating() && !is_finished(p), &pods);
        let mut view = Self {
            job,
            pods,
            active,
            ready,
            terminating,
            succeeded: 0,
            failed: 0,
            succeeded_indexes: Indexes::default(),
            failed_indexes: None,
            held: BTreeMap::new(),
        };
        let new_failed = view.newly_failed();
        let counted = new_failed.iter().filter(|p| policy::counts(&view.job, p)).count();
        let total = |field: &str, new: usize| {
            let noted = view.uncounted(field).len();
            view.counter(field) + i64::try_from(new + noted).unwrap_or(i64::MAX)
        };
        let (failed, succeeded) =
            (total("failed", counted), total("succeeded", view.newly_succeeded().len()));
        (view.failed, view.succeeded) = (failed, succeeded);
        if view.is_indexed() {
            indexed::count(&mut view);
        }
        view
    }

    /// Has each pod an index?
    pub fn is_indexed(&self) -> bool {
        job_check::is_indexed(&self.job["spec"])
    }

    /// How many pods must succeed; `None`: one says it for all.
    pub fn completions(&self) -> Option<i64> {
        self.job["spec"]["completions"].int()
    }

    /// How often each index may fail, where each has a limit of its own.
    pub fn limit_per_index(&self) -> Option<i64> {
        self.job["spec"]["backoffLimitPerIndex"].int()
    }

    /// How many are active.
    pub fn active_count(&self) -> i64 {
        i64::try_from(self.active.len()).unwrap_or(i64::MAX)
    }

    /// A count of the status.
    pub fn counter(&self, field: &str) -> i64 {
        self.job["status"][field].int().unwrap_or(0)
    }

    /// Uids of pods that are noted as ended and not yet in a count.
    pub fn uncounted(&self, field: &str) -> BTreeSet<EcoString> {
        let noted = &self.job["status"]["uncountedTerminatedPods"][field];
        noted.list().iter().filter_map(Json::eco).cloned().collect()
    }

    /// Is it counted as failed? Models `isPodFailed`.
    pub fn is_failed(&self, pod: &Object) -> bool {
        pods::is_failed(pod, &self.job)
    }

    /// Pods that succeeded and are noted nowhere.
    pub fn newly_succeeded(&self) -> Vec<&Object> {
        self.newly(|pod| pod.at("status.phase") == "Succeeded", "succeeded")
    }

    /// Pods that failed and are noted nowhere.
    pub fn newly_failed(&self) -> Vec<&Object> {
        self.newly(|pod| self.is_failed(pod), "failed")
    }

    fn newly(&self, is: impl Fn(&Object) -> bool, field: &str) -> Vec<&Object> {
        let noted = self.uncounted(field);
        let is_new = |pod: &&Object| {
            has_finalizer(pod, FINALIZER)
                && !noted.contains(pod.uid())
                && (!self.is_indexed() || self.index(pod).is_some())
                && is(pod)
        };
        self.pods.iter().filter(is_new).collect()
    }

    /// A pod's index, if it is one of the job's.
    pub fn index(&self, pod: &Object) -> Option<i64> {
        pods::index(pod).filter(|i| *i < self.completions().unwrap_or(0))
    }
}
