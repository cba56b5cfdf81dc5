//! The cronjob controller: a job each time that the schedule says. Models `pkg/controller/cronjob` (version 2).

mod due;
mod jobs;

use crate::{
    api::{Change, DeleteOptions, EventType, Propagation, Record, Source},
    clock::Time,
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin::{self, Timer},
    resources::{CRON_JOB, JOB, cron_schedule},
    status::Status,
};

use super::{Work, common::controller_of};
use due::Due;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 3;
/// From a scheduled moment to acting on it.
const DELAY_MS: i64 = 100;
const SOURCE: Source<'_> = Source { component: "cronjob-controller", host: "" };

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    let object = &record.object;
    match record.resource {
        CRON_JOB if record.change != Change::Deleted => {
            if record.before.as_ref().is_none_or(|b| b["spec"] != object["spec"]) {
                // Its timer is set anew, by this change.
                queue.cancel(Work::CronJobDue(object.key()));
            }
            queue.after_ms(LATENCY_MS, Work::CronJob(object.key()));
        }
        JOB => {
            if let Some(key) = controller_of(object, "CronJob") {
                queue.after_ms(LATENCY_MS, Work::CronJob(key));
            }
        }
        _ => {}
    }
}

/// Looks at one cron job.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::CRONJOB_CONTROLLER);
    let Some(mut cron) = ctx.api.find(CRON_JOB, key).cloned() else { return };
    let before = cron["status"].clone();
    let all = ctx.api.owned_by(cron.uid(), JOB).filter(|j| j.controller_uid() == Some(cron.uid()));
    let all: Vec<Object> = all.cloned().collect();
    follow(&mut cron, &all, ctx);
    if !cron.is_terminating() && cron["spec"]["suspend"].bool() != Some(true) {
        start(&mut cron, ctx);
    }
    for job in jobs::too_old(&cron["spec"], &all) {
        delete(&mut cron, &job.key(), job.uid(), ctx);
    }
    if cron["status"] != before {
        let status = cron["status"].clone();
        ctx.api.update_status(CRON_JOB, key, |cron| cron.set("status", status));
    }
}

fn tell(cron: &Object, type_: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
    ctx.api.record(cron, "", type_, reason, message, SOURCE);
}

/// Brings the list of active jobs up to date with the jobs.
fn follow(cron: &mut Object, all: &[Object], ctx: &mut Ctx<'_>) {
    for job in all {
        let (known, end) = (jobs::is_active(cron, job.uid()), jobs::end(job));
        match (known, end) {
            (false, None) => {
                let message =
                    format!("Saw a job that the controller did not create or forgot: {}", job.name());
                tell(cron, EventType::Warning, "UnexpectedJob", &message, ctx);
            }
            (true, Some(end)) => {
                jobs::forget(cron, job.uid());
                let message = format!("Saw completed job: {}, condition: {end}", job.name());
                tell(cron, EventType::Normal, "SawCompletedJob", &message, ctx);
            }
            (false, Some("Complete")) => {}
            _ => continue,
        }
        jobs::note_success(cron, job);
    }
    for entry in cron["status"]["active"].clone().list() {
        if !all.iter().any(|job| entry["uid"] == *job.uid().as_str()) {
            let message = format!("Active job went missing: {}", entry["name"].text());
            tell(cron, EventType::Normal, "MissingJob", &message, ctx);
            jobs::forget(cron, entry["uid"].text());
        }
    }
}

/// Starts a job if one is due, and comes again when the next is.
fn start(cron: &mut Object, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let zone = match cron_schedule::time_zone(cron["spec"]["timeZone"].text()) {
        Ok(zone) => zone,
        Err(why) => {
            let message = format!("invalid timeZone: {:?}: {why}", cron["spec"]["timeZone"].text());
            return tell(cron, EventType::Warning, "UnknownTimeZone", &message, ctx);
        }
    };
    let schedule = match cron_schedule::parse(cron["spec"]["schedule"].text()) {
        Ok(schedule) => schedule,
        Err(why) => {
            let message = format!("unparseable schedule: {:?} : {why}", cron["spec"]["schedule"].text());
            return tell(cron, EventType::Warning, "UnparseableSchedule", &message, ctx);
        }
    };
    let due = due::due(cron, &schedule, &zone, now);
    if due.many {
        let message =
            "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        tell(cron, EventType::Warning, "TooManyMissedTimes", message, ctx);
    }
    launch(cron, &due, &zone, ctx);
    if let Some(next) = due.next {
        let after_ms = next.plus_ms(DELAY_MS).since_ms(ctx.now());
        ctx.queue.by_itself(Timer::Schedule, after_ms, Work::CronJobDue(cron.key()));
    }
}

fn launch(cron: &mut Object, due: &Due, zone: &jiff::tz::TimeZone, ctx: &mut Ctx<'_>) {
    let Some(at) = due.now else { return };
    if let Some(deadline_s) = cron["spec"]["startingDeadlineSeconds"].int()
        && at.plus_ms(deadline_s * 1000) < ctx.now()
    {
        let message = format!("Missed scheduled time to start a job: {}", jobs::rfc1123(at));
        return tell(cron, EventType::Warning, "MissSchedule", &message, ctx);
    }
    let name = jobs::name(cron, at);
    let listed = cron["status"]["active"].list().iter().any(|entry| entry["name"] == *name);
    if listed || cron["status"]["lastScheduleTime"].time() == Some(at) {
        return;
    }
    let active = cron["status"]["active"].clone();
    match cron["spec"]["concurrencyPolicy"].text() {
        "Forbid" if !active.is_empty() => {
            let message =
                "Not starting job because prior execution is running and concurrency policy is Forbid";
            return tell(cron, EventType::Normal, "JobAlreadyActive", message, ctx);
        }
        "Replace" => {
            for entry in active.list() {
                let key = Key::new(cron.namespace().clone(), entry["name"].text());
                delete(cron, &key, entry["uid"].text(), ctx);
            }
        }
        _ => {}
    }
    match ctx.api.create(JOB, jobs::new_job(cron, at, zone)) {
        Ok(job) => {
            tell(cron, EventType::Normal, "SuccessfulCreate", &format!("Created job {name}"), ctx);
            cron["status"]["active"].list_mut().push(reference(&job));
            cron["status"].set("lastScheduleTime", at);
        }
        Err(error) => refused(cron, &name, at, &error, ctx),
    }
}

fn refused(cron: &mut Object, name: &str, at: Time, error: &Status, ctx: &mut Ctx<'_>) {
    if super::pod_control::namespace_ends(error) {
        return;
    }
    let key = Key::new(cron.namespace().clone(), name);
    let own = ctx.api.find(JOB, &key).is_some_and(|job| job.controller_uid() == Some(cron.uid()));
    if error.reason == "AlreadyExists" && own {
        cron["status"].set("lastScheduleTime", at);
        return;
    }
    let message = format!("Error creating job: {}", error.message);
    tell(cron, EventType::Warning, "FailedCreate", &message, ctx);
}

fn reference(job: &Object) -> Json {
    let mut r = json!({"apiVersion": "batch/v1", "kind": "Job"});
    for field in ["name", "namespace", "uid", "resourceVersion"] {
        r.set(field, job["metadata"][field].clone());
    }
    r
}

fn delete(cron: &mut Object, key: &Key, uid: &str, ctx: &mut Ctx<'_>) {
    let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
    match ctx.api.delete(JOB, key, &options) {
        Err(error) if error.reason != "NotFound" => {
            let message = format!("Deleted job: {}", error.message);
            tell(cron, EventType::Warning, "FailedDelete", &message, ctx);
        }
        _ => {
            jobs::forget(cron, uid);
            tell(cron, EventType::Normal, "SuccessfulDelete", &format!("Deleted job {}", key.name), ctx);
        }
    }
}
