//! Jobs and CronJobs.

use serde_json::Value;

use super::{Page, controller, flag, scalar, selector, template};
use crate::output::{
    list, number, text,
    time::{human, parse, rfc1123z},
};

fn head(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
}

/// Writes the field where it is there.
fn present(page: &mut Page, title: &str, value: &Value, unit: &str) {
    if !value.is_null() {
        page.field(0, title, format!("{}{unit}", scalar(value)));
    }
}

fn or_unset(value: &Value, unit: &str) -> String {
    if value.is_null() { "<unset>".into() } else { format!("{}{unit}", scalar(value)) }
}

/// Writes a Job but for its events.
pub fn job(page: &mut Page, it: &Value) {
    let (spec, status) = (&it["spec"], &it["status"]);
    head(page, it);
    page.field(0, "Selector", selector(&spec["selector"]));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    if let Some(owner) = controller(it) {
        page.field(0, "Controlled By", owner);
    }
    present(page, "Parallelism", &spec["parallelism"], "");
    page.field(0, "Completions", or_unset(&spec["completions"], ""));
    present(page, "Completion Mode", &spec["completionMode"], "");
    present(page, "Suspend", &spec["suspend"], "");
    present(page, "Backoff Limit", &spec["backoffLimit"], "");
    present(page, "TTL Seconds After Finished", &spec["ttlSecondsAfterFinished"], "");
    let (start, end) = (text(status, "/startTime"), text(status, "/completionTime"));
    if !start.is_empty() {
        page.field(0, "Start Time", rfc1123z(start));
    }
    if !end.is_empty() {
        page.field(0, "Completed At", rfc1123z(end));
    }
    if let (Some(start), Some(end)) = (parse(start), parse(end)) {
        page.field(0, "Duration", human(end.as_second() - start.as_second()));
    }
    present(page, "Active Deadline Seconds", &spec["activeDeadlineSeconds"], "s");
    let count = |key: &str| number(status, key);
    let ready = status.get("ready").map(|ready| format!(" ({} Ready)", scalar(ready))).unwrap_or_default();
    page.field(
        0,
        "Pods Statuses",
        format!(
            "{} Active{ready} / {} Succeeded / {} Failed",
            count("/active"),
            count("/succeeded"),
            count("/failed")
        ),
    );
    if text(spec, "/completionMode") == "Indexed" {
        page.field(0, "Completed Indexes", indexes(text(status, "/completedIndexes")));
    }
    template::write(page, &spec["template"]);
}

/// The completed indexes, cut at the first comma after fifty letters.
fn indexes(text: &str) -> String {
    const LENGTH_SOFT: usize = 50;
    match text.get(LENGTH_SOFT..).and_then(|rest| rest.find(',')) {
        _ if text.is_empty() => "<none>".into(),
        Some(comma) => format!("{}...", &text[..=LENGTH_SOFT + comma]),
        None => text.to_owned(),
    }
}

/// Writes a CronJob but for its events.
pub fn cron_job(page: &mut Page, it: &Value) {
    let spec = &it["spec"];
    head(page, it);
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Schedule", text(spec, "/schedule"));
    page.field(0, "Concurrency Policy", text(spec, "/concurrencyPolicy"));
    page.field(0, "Suspend", flag(&spec["suspend"]));
    page.field(0, "Successful Job History Limit", or_unset(&spec["successfulJobsHistoryLimit"], ""));
    page.field(0, "Failed Job History Limit", or_unset(&spec["failedJobsHistoryLimit"], ""));
    page.field(0, "Starting Deadline Seconds", or_unset(&spec["startingDeadlineSeconds"], "s"));
    let job = &spec["jobTemplate"]["spec"];
    let chosen = if job["selector"].is_object() { selector(&job["selector"]) } else { "<unset>".into() };
    page.field(0, "Selector", chosen);
    page.field(0, "Parallelism", or_unset(&job["parallelism"], ""));
    page.field(0, "Completions", or_unset(&job["completions"], ""));
    present(page, "Active Deadline Seconds", &job["activeDeadlineSeconds"], "s");
    template::write(page, &job["template"]);
    let last = match text(it, "/status/lastScheduleTime") {
        "" => "<unset>".into(),
        last => rfc1123z(last),
    };
    page.field(0, "Last Schedule Time", last);
    let active: Vec<&str> = list(it, "/status/active").iter().map(|job| text(job, "/name")).collect();
    page.field(0, "Active Jobs", if active.is_empty() { "<none>".into() } else { active.join(", ") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completed() {
        assert_eq!(indexes(""), "<none>");
        assert_eq!(indexes("0-3"), "0-3");
        let long = (0..40).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(indexes(&long), "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,...");
    }
}
