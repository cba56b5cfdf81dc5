//! What ends a job. Models the order in which `syncJob` looks for it.

use super::{
    conditions::is_true,
    pods, policy,
    view::{View, is_suspended},
};
use crate::{clock::Time, object::Object};

/// The condition that a job is to end with, for now or for good.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// `SuccessCriteriaMet`, `FailureTarget`, `Failed`.
    pub type_: &'static str,
    /// Reason.
    pub reason: String,
    /// Message.
    pub message: String,
}

impl Verdict {
    fn new(type_: &'static str, reason: &str, message: &str) -> Self {
        Self { type_, reason: reason.into(), message: message.into() }
    }

    /// Enough pods have succeeded.
    pub fn complete() -> Self {
        Self::new("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
    }

    fn fails(reason: &str, message: &str) -> Self {
        Self::new("FailureTarget", reason, message)
    }

    /// Is it good?
    pub fn is_success(&self) -> bool {
        self.type_ == "SuccessCriteriaMet"
    }
}

/// When the job has been active for too long.
pub fn deadline(job: &Object) -> Option<Time> {
    let allowed_s = job["spec"]["activeDeadlineSeconds"].int()?;
    let start = job["status"]["startTime"].time()?;
    (!is_suspended(job)).then(|| start.plus_ms(allowed_s * 1000))
}

/// What ends the job now, if anything does but enough successes.
pub fn verdict(view: &View, now: Time) -> Option<Verdict> {
    let job = &view.job;
    let noted = |type_: &str, as_: &'static str| {
        let condition = is_true(job, type_).then(|| job.condition(type_))?;
        Some(Verdict::new(as_, condition["reason"].text(), condition["message"].text()))
    };
    noted("SuccessCriteriaMet", "SuccessCriteriaMet")
        .or_else(|| noted("FailureTarget", "Failed"))
        .or_else(|| fails_by_policy(view))
        .or_else(|| too_many_failures(view))
        .or_else(|| deadline(job).filter(|at| *at <= now).map(|_| too_late()))
        .or_else(|| by_index(view))
}

fn too_late() -> Verdict {
    Verdict::fails("DeadlineExceeded", "Job was active longer than specified deadline")
}

fn fails_by_policy(view: &View) -> Option<Verdict> {
    let mut failed = view.pods.iter().filter(|p| view.is_failed(p));
    let why = failed.find_map(|pod| policy::fails_job(&view.job, pod))?;
    Some(Verdict::fails("PodFailurePolicy", &why))
}

fn too_many_failures(view: &View) -> Option<Verdict> {
    let spec = &view.job["spec"];
    let limit = spec["backoffLimit"].int().unwrap_or(6);
    let restarts = pods::restarts(&view.pods);
    let on_failure = spec["template"]["spec"]["restartPolicy"] == "OnFailure";
    let restarted = on_failure && restarts > 0 && restarts >= limit;
    (view.failed > limit || restarted)
        .then(|| Verdict::fails("BackoffLimitExceeded", "Job has reached the specified backoff limit"))
}

fn by_index(view: &View) -> Option<Verdict> {
    if !view.is_indexed() {
        return None;
    }
    if let Some(failed) = &view.failed_indexes {
        let most = view.job["spec"]["maxFailedIndexes"].int();
        if most.is_some_and(|most| failed.len() > most) {
            let message = "Job has exceeded the specified maximal number of failed indexes";
            return Some(Verdict::fails("MaxFailedIndexesExceeded", message));
        }
        let over = failed.len() + view.succeeded_indexes.len();
        if !failed.is_empty() && over >= view.completions().unwrap_or(0) {
            return Some(Verdict::fails("FailedIndexes", "Job has failed indexes"));
        }
    }
    let message = policy::suffices(&view.job, &view.succeeded_indexes)?;
    Some(Verdict::new("SuccessCriteriaMet", "SuccessPolicy", &message))
}
