//! Models batch/v1 Job: its defaults, the selector that the API server makes for it, its columns. What is wrong with one is in
//! `job_check`. Omits: `managedBy` (jobs of other controllers).

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    job_check, pod, pod_spec,
};
use crate::{
    api::{age, human_duration},
    clock::Time,
    json::Json,
    object::Object,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    categories: &["all"],
    status: true,
    generation: true,
    default,
    prepare,
    validate: job_check::job,
    fields: &["status.successful"],
    columns: COLUMNS,
    row,
    orphans: true,
    ..ResourceDef::plain("batch", "v1", "Job", "jobs", "job")
};

/// Labels that carry the job's name.
pub const NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
/// Labels that carry the job's uid.
pub const UID_LABELS: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Status"),
    Column::new("Completions"),
    Column::new("Duration"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

fn row(job: &Object, now: Time) -> Row {
    let spec = &job["spec"];
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        job.name().into(),
        status(job).into(),
        completions(job).into(),
        duration(&job["status"], now).into(),
        age(job, now),
        names,
        images,
        cells::selector(&spec["selector"]),
    ]
}

fn status(job: &Object) -> &'static str {
    let is = |type_: &str| job.condition(type_)["status"] == "True";
    match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if job.is_terminating() => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () => "Running",
    }
}

fn completions(job: &Object) -> String {
    let (spec, succeeded) = (&job["spec"], int(&job["status"]["succeeded"]));
    match (spec["completions"].int(), int(&spec["parallelism"])) {
        (Some(n), _) => format!("{succeeded}/{n}"),
        (None, many @ 2..) => format!("{succeeded}/1 of {many}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(status: &Json, now: Time) -> String {
    let Some(start) = status["startTime"].time() else { return String::new() };
    human_duration(status["completionTime"].time().unwrap_or(now).since_ms(start))
}

fn default(job: &mut Object) {
    label_as_template(job);
    default_spec(&mut job["spec"]);
}

/// A job without labels has those of its template.
fn label_as_template(job: &mut Object) {
    if job["metadata"]["labels"].is_empty() {
        let labels = job.at("spec.template.metadata.labels").clone();
        if !labels.is_empty() {
            job["metadata"].set("labels", labels);
        }
    }
}

fn default_spec(spec: &mut Json) {
    if spec["completions"].is_null() && spec["parallelism"].is_null() {
        spec.set("completions", 1i64);
    }
    spec.default_to("parallelism", 1i64);
    let by_index = !spec["backoffLimitPerIndex"].is_null();
    spec.default_to("backoffLimit", if by_index { i64::from(i32::MAX) } else { 6 });
    spec.default_to("completionMode", "NonIndexed");
    spec.default_to("suspend", false);
    spec.default_to("manualSelector", false);
    let policy = if spec["podFailurePolicy"].is_null() { "TerminatingOrFailed" } else { "Failed" };
    spec.default_to("podReplacementPolicy", policy);
    if !spec["podFailurePolicy"].is_null() {
        pod_spec::each(&mut spec["podFailurePolicy"], "rules", |rule| {
            pod_spec::each(rule, "onPodConditions", |pattern| pattern.default_to("status", "True"));
        });
    }
    pod_spec::default_template(&mut spec["template"]);
}

fn prepare(job: &mut Object, old: Option<&Object>) {
    match old {
        None => {
            job.set("status", Json::object());
            if job["spec"]["manualSelector"].bool() != Some(true) {
                select_own(job);
            }
            label_as_template(job);
        }
        Some(old) => pod::share_spec(job, old),
    }
}

/// Models `generateSelector`: pods carry the job's name and uid, and are selected by the uid. What is said already stays, for
/// the check to refuse.
fn select_own(job: &mut Object) {
    let (name, uid) = (job.name().clone(), job.uid().clone());
    let labels = &mut job["spec"]["template"]["metadata"]["labels"];
    NAME_LABELS.iter().for_each(|label| labels.default_to(label, &name));
    UID_LABELS.iter().for_each(|label| labels.default_to(label, &uid));
    job["spec"]["selector"]["matchLabels"].default_to(UID_LABELS[1], &uid);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn made(spec: Json) -> Object {
        let mut job = Object(json!({"metadata": {"name": "a", "uid": "u"}}).with("spec", spec));
        default(&mut job);
        prepare(&mut job, None);
        job
    }

    #[test]
    fn counts_and_limits_are_filled() {
        for (said, completions, parallelism, limit) in [
            (json!({}), Some(1), 1, 6),
            (json!({"completions": 4}), Some(4), 1, 6),
            (json!({"parallelism": 3}), None, 3, 6),
            (json!({"completions": 2, "backoffLimitPerIndex": 1}), Some(2), 1, i64::from(i32::MAX)),
        ] {
            let job = made(said.clone());
            let spec = &job["spec"];
            assert_eq!(spec["completions"].int(), completions, "{said}");
            assert_eq!(
                (spec["parallelism"].int(), spec["backoffLimit"].int()),
                (Some(parallelism), Some(limit))
            );
        }
    }

    #[test]
    fn a_job_selects_its_own_pods() {
        let all = json!({"batch.kubernetes.io/controller-uid": "u", "batch.kubernetes.io/job-name": "a",
            "controller-uid": "u", "job-name": "a"});
        let job = made(json!({}));
        assert_eq!(job["spec"]["template"]["metadata"]["labels"], all);
        assert_eq!(job["metadata"]["labels"], all);
        assert_eq!(
            job["spec"]["selector"],
            json!({"matchLabels": {"batch.kubernetes.io/controller-uid": "u"}})
        );
        let own = made(json!({"manualSelector": true, "selector": {"matchLabels": {"x": "y"}},
            "template": {"metadata": {"labels": {"x": "y"}}}}));
        assert_eq!(own["spec"]["selector"], json!({"matchLabels": {"x": "y"}}));
        assert_eq!(own["metadata"]["labels"], json!({"x": "y"}));
    }

    #[test]
    fn cells_tell_how_far_it_is() {
        let now = Time::parse("2026-01-01T00:01:00Z").unwrap();
        for (spec, status_, expect) in [
            (json!({"completions": 2}), json!({}), ["Running", "0/2", ""]),
            (
                json!({"completions": 2}),
                json!({"succeeded": 1, "startTime": "2026-01-01T00:00:50Z"}),
                ["Running", "1/2", "10s"],
            ),
            (
                json!({"parallelism": 3}),
                json!({"succeeded": 3, "startTime": "2026-01-01T00:00:50Z", "completionTime": "2026-01-01T00:00:52Z",
                    "conditions": [{"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]}),
                ["Complete", "3/1 of 3", "2s"],
            ),
            (
                json!({"parallelism": 1}),
                json!({"conditions": [{"type": "FailureTarget", "status": "True"}]}),
                ["FailureTarget", "0/1", ""],
            ),
        ] {
            let mut job = made(spec);
            job.set("status", status_);
            let row = row(&job, now);
            assert_eq!([row[1].text(), row[2].text(), row[3].text()], expect);
        }
    }
}
