//! Counts pods that ended, lets them go, and ends the job. Models `trackJobStatusAndRemoveFinalizers`, `enactJobFinished` and
//! `recordJobFinished`: pods are noted by uid, then let go, then counted, so that none is counted twice or not at all.

use super::{SOURCE, WRITE_MS, Work, conditions, pods::FINALIZER, policy, verdict::Verdict, view::View};
use crate::{
    api::{EventType, Subresource},
    clock::Time,
    cluster::Ctx,
    controllers::common::{drop_finalizer, has_finalizer},
    json::Json,
    object::Object,
    resources::{JOB, POD},
};

/// True if what ended since was noted in the status.
pub fn track(view: &mut View, verdict: Option<Verdict>, before: &Json, ctx: &mut Ctx<'_>) -> bool {
    let now = ctx.now();
    let free = freed(view, verdict.as_ref());
    note(view, &free, verdict.as_ref());
    note_indexes(view);
    let verdict = verdict.map(|v| announce(view, v, now));
    if view.job["status"] != *before {
        write(view, ctx);
        if !free.is_empty() || verdict.is_some() {
            ctx.queue.after_ms(WRITE_MS, Work::Job(view.job.key()));
        }
        return true;
    }
    for pod in &free {
        ctx.api.modify(POD, &pod.key(), Subresource::Main, |pod| drop_finalizer(pod, FINALIZER));
    }
    count(view, &free);
    let ended = verdict.filter(|_| may_end(view));
    if let Some(v) = &ended {
        end(view, v, now);
    }
    if view.job["status"] != *before {
        write(view, ctx);
    }
    if let Some(v) = ended {
        tell(view, &v, ctx);
    }
    false
}

fn write(view: &View, ctx: &mut Ctx<'_>) {
    let status = view.job["status"].clone();
    ctx.api.update_status(JOB, &view.job.key(), |job| job.set("status", status));
}

/// Pods that nothing holds any more. Models `canRemoveFinalizer`.
fn freed(view: &View, verdict: Option<&Verdict>) -> Vec<Object> {
    let over = view.job.is_terminating() || verdict.is_some();
    let held = |p: &Object| view.held.values().any(|h| h.uid() == p.uid());
    let free = |p: &&Object| {
        has_finalizer(p, FINALIZER)
            && (over || p.at("status.phase") == "Succeeded" || view.is_failed(p) && !held(p))
    };
    view.pods.iter().filter(free).cloned().collect()
}

/// Notes pods that ended, by uid. Indexes that succeeded need no such note.
fn note(view: &mut View, free: &[Object], verdict: Option<&Verdict>) {
    let lost = verdict.is_some_and(|v| !v.is_success());
    let (succeeded, failed) = (view.uncounted("succeeded"), view.uncounted("failed"));
    let indexed = view.is_indexed();
    for pod in free {
        let uid = pod.uid();
        let field = if pod.at("status.phase") == "Succeeded" && !failed.contains(uid) {
            (!indexed && !succeeded.contains(uid)).then_some("succeeded")
        } else if view.is_failed(pod) || lost {
            let ours = !indexed || view.index(pod).is_some();
            (ours && !failed.contains(uid) && policy::counts(&view.job, pod)).then_some("failed")
        } else {
            None
        };
        if let Some(field) = field {
            view.job["status"]["uncountedTerminatedPods"][field].list_mut().push(uid.into());
        }
    }
}

fn note_indexes(view: &mut View) {
    if !view.is_indexed() {
        return;
    }
    let (count, text) = (view.succeeded_indexes.len(), view.succeeded_indexes.to_string());
    let status = &mut view.job["status"];
    status.set("succeeded", (count != 0).then_some(count));
    status.set("completedIndexes", (!text.is_empty()).then_some(text));
    if let Some(failed) = &view.failed_indexes {
        status.set("failedIndexes", failed.to_string());
    }
}

/// Tells in the status that the end is near; the verdict that it will end with.
fn announce(view: &mut View, verdict: Verdict, now: Time) -> Verdict {
    let type_ = if verdict.is_success() { "Complete" } else { "Failed" };
    let interim = if verdict.is_success() { "SuccessCriteriaMet" } else { "FailureTarget" };
    if !conditions::is_true(&view.job, interim) {
        conditions::push(&mut view.job["status"], interim, &verdict.reason, &verdict.message, now);
    }
    Verdict { type_, ..verdict }
}

/// Counts the pods that were noted and are let go.
fn count(view: &mut View, free: &[Object]) {
    for field in ["succeeded", "failed"] {
        let held = |uid: &Json| {
            let mut pods =
                view.pods.iter().filter(|p| *uid == *p.uid().as_str() && has_finalizer(p, FINALIZER));
            pods.any(|p| !free.iter().any(|f| f.uid() == p.uid()))
        };
        let noted = view.job["status"]["uncountedTerminatedPods"][field].clone();
        let (left, gone): (Vec<Json>, Vec<Json>) = noted.list().iter().cloned().partition(held);
        let total = view.counter(field) + i64::try_from(gone.len()).unwrap_or(0);
        let status = &mut view.job["status"];
        status.set(field, (total != 0).then_some(total));
        let left = if left.is_empty() { Json::Null } else { left.into() };
        status["uncountedTerminatedPods"].set(field, left);
    }
}

/// All are counted, and none is on its way out.
fn may_end(view: &View) -> bool {
    view.job["status"]["uncountedTerminatedPods"].is_empty()
        && view.counter("active") == 0
        && view.counter("terminating") == 0
}

fn end(view: &mut View, verdict: &Verdict, now: Time) {
    let status = &mut view.job["status"];
    conditions::set(status, verdict.type_, "True", &verdict.reason, &verdict.message, now);
    if verdict.type_ == "Complete" {
        status.set("completionTime", now);
    }
}

fn tell(view: &View, verdict: &Verdict, ctx: &mut Ctx<'_>) {
    let job = &view.job;
    if verdict.type_ != "Complete" {
        return ctx.api.record(job, "", EventType::Warning, &verdict.reason, &verdict.message, SOURCE);
    }
    if view.completions().is_some_and(|n| view.counter("succeeded") > n) {
        let message = "Too many succeeded pods running after completion count reached";
        ctx.api.record(job, "", EventType::Warning, "TooManySucceededPods", message, SOURCE);
    }
    ctx.api.record(job, "", EventType::Normal, "Completed", "Job completed", SOURCE);
}
