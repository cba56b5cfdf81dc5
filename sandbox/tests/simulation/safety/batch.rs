//! Jobs and CronJobs: no more pods than wanted and none when none are, no Job beside another that is not over where that is
//! forbidden, none taken away before its time.

use sandbox::{
    api::{Change, Record},
    object::Object,
    origin, resources,
};

use super::{Verdict, shadow::Shadow};
use crate::pods::is_terminal;

fn is_over(job: &Object) -> bool {
    ["Complete", "Failed"].iter().any(|c| job.condition(c)["status"] == "True")
}

/// The Job that a new pod is of.
fn job_of<'a>(record: &Record, shadow: &'a Shadow) -> Option<&'a Object> {
    let is_new = record.resource == resources::POD && record.change == Change::Added;
    let uid = record.object.controller_uid().filter(|_| is_new)?;
    shadow.list(resources::JOB, "").find(|job| job.uid() == uid)
}

/// No more pods of a job at a time than it wants.
pub fn jobs_keep_their_width(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(job) = job_of(record, shadow) else { return Ok(()) };
    let of_it =
        shadow.list(resources::POD, job.namespace()).filter(|p| p.controller_uid() == Some(job.uid()));
    let active = of_it.filter(|p| !is_terminal(p) && !p.is_terminating()).count() as i64;
    let width = job.at("spec.parallelism").int().unwrap_or(1);
    if active > width {
        return Err(format!("Job {} has {active} pods and wants {width} at a time", job.name()));
    }
    Ok(())
}

/// A job that is over or suspended gets no pod.
pub fn jobs_rest(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(job) = job_of(record, shadow) else { return Ok(()) };
    if is_over(job) || job.at("spec.suspend").bool() == Some(true) {
        return Err(format!("Job {} is over or suspended and got {}", job.name(), record.object.name()));
    }
    Ok(())
}

/// With `Forbid`, a CronJob starts no Job while one of it is not over.
pub fn cron_jobs_wait(record: &Record, shadow: &Shadow) -> Verdict {
    let job = &record.object;
    if record.resource != resources::JOB || record.change != Change::Added {
        return Ok(());
    }
    let mut all = shadow.list(resources::CRON_JOB, job.namespace());
    let of =
        all.find(|c| job.controller_uid() == Some(c.uid()) && c.at("spec.concurrencyPolicy") == "Forbid");
    let Some(cron_job) = of else { return Ok(()) };
    let mut jobs = shadow.list(resources::JOB, job.namespace());
    match jobs.find(|j| j.controller_uid() == Some(cron_job.uid()) && !is_over(j) && !j.is_terminating()) {
        Some(other) => Err(format!("Job {} was started beside {}", job.name(), other.name())),
        None => Ok(()),
    }
}

/// A job that is over stays for as long as it is to.
pub fn jobs_live_their_time(record: &Record, _: &Shadow) -> Verdict {
    let by_it = record.origin.user == origin::TTL_AFTER_FINISHED_CONTROLLER;
    if !by_it || record.resource != resources::JOB {
        return Ok(());
    }
    let job = record.before.as_ref().unwrap_or(&record.object);
    let ended = ["Complete", "Failed"].iter().find_map(|c| job.condition(c)["lastTransitionTime"].time());
    let ttl_s = job.at("spec.ttlSecondsAfterFinished").int().unwrap_or(0);
    if ended.is_none_or(|ended| record.at.since_ms(ended) < ttl_s * 1000) {
        return Err(format!("Job {} was to stay for {ttl_s} s: {}", job.name(), job["status"]));
    }
    Ok(())
}
