//! A cron job's jobs: made from its template, listed while active, kept for a while. Models `pkg/controller/cronjob/utils.go`.

use ecow::EcoString;
use jiff::{Timestamp, tz::TimeZone};

use crate::{clock::Time, json::Json, object::Object};

const SCHEDULED_AT: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// `NAME-MINUTE`, the minute since 1970.
pub fn name(cron: &Object, at: Time) -> EcoString {
    ecow::eco_format!("{}-{}", cron.name(), at.0.div_euclid(60_000))
}

/// The job for a moment.
pub fn new_job(cron: &Object, at: Time, zone: &TimeZone) -> Object {
    let template = &cron["spec"]["jobTemplate"];
    let mut job = Object::default();
    for field in ["labels", "annotations"] {
        job["metadata"].set(field, template["metadata"][field].clone());
    }
    let meta = &mut job["metadata"];
    meta["annotations"].set(SCHEDULED_AT, rfc3339(at, zone));
    meta.set("name", name(cron, at));
    meta.set("namespace", cron.namespace());
    meta.set("ownerReferences", vec![cron.owner_reference()]);
    job.set("spec", template["spec"].clone());
    job
}

fn rfc3339(at: Time, zone: &TimeZone) -> String {
    if *zone == TimeZone::UTC {
        return at.rfc3339().into();
    }
    let moment = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `Mon, 02 Jan 2006 15:04:05 +0000`.
pub fn rfc1123(at: Time) -> String {
    at.http_date().replace("GMT", "+0000")
}

/// `Complete` or `Failed`, once it is over.
pub fn end(job: &Object) -> Option<&'static str> {
    ["Complete", "Failed"].into_iter().find(|type_| job.condition(type_)["status"] == "True")
}

/// Is it on the list of active ones?
pub fn is_active(cron: &Object, uid: &str) -> bool {
    cron["status"]["active"].list().iter().any(|entry| entry["uid"] == *uid)
}

/// Takes one off the list of active ones.
pub fn forget(cron: &mut Object, uid: &str) {
    let active = cron["status"]["active"].list().iter().filter(|entry| entry["uid"] != *uid);
    let left: Vec<Json> = active.cloned().collect();
    cron["status"].set("active", (!left.is_empty()).then_some(left));
}

/// Keeps the newest moment at which a job succeeded.
pub fn note_success(cron: &mut Object, job: &Object) {
    let (at, last) = (&job["status"]["completionTime"], &cron["status"]["lastSuccessfulTime"]);
    if end(job) == Some("Complete") && !at.is_null() && (last.is_null() || at.time() > last.time()) {
        cron["status"].set("lastSuccessfulTime", at.clone());
    }
}

/// Jobs that are over and beyond the limits of the history, the oldest first.
pub fn too_old<'a>(spec: &Json, jobs: &'a [Object]) -> Vec<&'a Object> {
    let limits = [("Failed", "failedJobsHistoryLimit"), ("Complete", "successfulJobsHistoryLimit")];
    let mut old = Vec::new();
    for (how, limit) in limits {
        let Some(limit) = spec[limit].int() else { continue };
        let mut over: Vec<&Object> = jobs.iter().filter(|job| end(job) == Some(how)).collect();
        over.sort_by_key(|job| (job["status"]["startTime"].time(), job.name().clone()));
        let excess = over.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        old.extend(over.into_iter().take(excess));
    }
    old
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources::cron_schedule};

    #[test]
    fn a_job_is_named_after_its_minute() {
        let at = Time::parse("2026-11-23T18:24:00Z").unwrap();
        let cron = Object(json!({"metadata": {"name": "hello"}, "spec": {"jobTemplate": {
            "metadata": {"labels": {"a": "b"}}, "spec": {"completions": 1}}}}));
        let job = new_job(&cron, at, &TimeZone::UTC);
        assert_eq!((job.name().as_str(), job.label("a")), ("hello-29924304", Some("b")));
        assert_eq!(job.annotation(SCHEDULED_AT), Some("2026-11-23T18:24:00Z"));
        let seoul = cron_schedule::time_zone("Asia/Seoul").unwrap();
        assert_eq!(new_job(&cron, at, &seoul).annotation(SCHEDULED_AT), Some("2026-11-24T03:24:00+09:00"));
        assert_eq!(rfc1123(at), "Mon, 23 Nov 2026 18:24:00 +0000");
    }

    #[test]
    fn history_is_kept_to_its_limits() {
        let job = |name: &str, end: &str, started: i64| {
            Object(json!({"metadata": {"name": name}, "status": {
                "startTime": Time(started * 1000).rfc3339().as_str(), "conditions": [{"type": end, "status": "True"}]}}))
        };
        let jobs =
            [job("a", "Complete", 3), job("b", "Complete", 1), job("c", "Failed", 2), job("d", "Running", 0)];
        for (succeeded, failed, expect) in [(3, 1, vec![]), (1, 1, vec!["b"]), (0, 0, vec!["c", "b", "a"])] {
            let spec = json!({"successfulJobsHistoryLimit": succeeded, "failedJobsHistoryLimit": failed});
            let old: Vec<&str> = too_old(&spec, &jobs).into_iter().map(|j| j.name().as_str()).collect();
            assert_eq!(old, expect);
        }
    }
}
