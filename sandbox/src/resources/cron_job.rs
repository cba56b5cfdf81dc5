//! Models batch/v1 CronJob. Omits: a time zone inside the schedule, which is refused as Kubernetes refuses it.

use super::{
    Column, ResourceDef, Row, cells,
    check::{self, Errors},
    cron_schedule, job_check, pod, pod_spec,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["cj"],
    categories: &["all"],
    status: true,
    generation: true,
    default,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("batch", "v1", "CronJob", "cronjobs", "cronjob")
};

/// Longest name: its jobs' names are eleven longer, and must be fit for labels.
const NAME_MAX: usize = 52;

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Schedule"),
    Column::new("Timezone"),
    Column::bool("Suspend"),
    Column::int("Active"),
    Column::new("Last Schedule"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

fn row(cron: &Object, now: Time) -> Row {
    let (spec, status) = (&cron["spec"], &cron["status"]);
    let [names, images] = cells::containers(&spec["jobTemplate"]["spec"]["template"]["spec"]);
    let last = &status["lastScheduleTime"];
    vec![
        cron.name().into(),
        spec["schedule"].text().into(),
        cells::or(spec["timeZone"].text(), cells::NONE).into(),
        suspended(&spec["suspend"]).into(),
        status["active"].list().len().into(),
        if last.is_null() { cells::NONE.into() } else { cells::since(last, now).into() },
        age(cron, now),
        names,
        images,
        cells::selector(&spec["jobTemplate"]["spec"]["selector"]),
    ]
}

/// A text, though its column is one of booleans.
fn suspended(value: &Json) -> &'static str {
    match value.bool() {
        None => cells::UNSET,
        Some(true) => "True",
        Some(false) => "False",
    }
}

fn default(cron: &mut Object) {
    let spec = &mut cron["spec"];
    spec.default_to("concurrencyPolicy", "Allow");
    spec.default_to("suspend", false);
    spec.default_to("successfulJobsHistoryLimit", 3i64);
    spec.default_to("failedJobsHistoryLimit", 1i64);
    let template = &mut spec["jobTemplate"];
    template["metadata"].default_to("creationTimestamp", Json::Null);
    pod_spec::default_template(&mut template["spec"]["template"]);
}

fn prepare(cron: &mut Object, old: Option<&Object>) {
    match old {
        None => cron.set("status", Json::object()),
        Some(old) => pod::share_spec(cron, old),
    }
}

fn validate(cron: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&cron["spec"], Vec::new());
    if pod::is_spec_kept(cron, old) {
        return errors;
    }
    if check::required(spec, "spec", "schedule", &mut errors) {
        schedule(&spec["schedule"], &mut errors);
    }
    check::non_negative(spec, "spec", "startingDeadlineSeconds", &mut errors);
    time_zone(&spec["timeZone"], &mut errors);
    check::one_of(spec, "spec", "concurrencyPolicy", &["Allow", "Forbid", "Replace"], &mut errors);
    let job = &spec["jobTemplate"]["spec"];
    job_check::spec(job, "spec.jobTemplate.spec", &mut errors);
    if job["manualSelector"].bool() == Some(true) {
        let at = "spec.jobTemplate.spec.manualSelector";
        errors.push(FieldError::unsupported(at, &job["manualSelector"], &["nil", "false"]));
    }
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        check::non_negative(spec, "spec", field, &mut errors);
    }
    if cron.name().len() > NAME_MAX {
        let why = format!("must be no more than {NAME_MAX} characters");
        errors.push(FieldError::invalid("metadata.name", &cron["metadata"]["name"], &why));
    }
    errors
}

fn schedule(schedule: &Json, errors: &mut Errors) {
    let mut refuse = |why: &str| errors.push(FieldError::invalid("spec.schedule", schedule, why));
    if let Err(why) = cron_schedule::parse(schedule.text()) {
        refuse(&why);
    }
    if schedule.text().contains("TZ") {
        refuse("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    }
}

fn time_zone(zone: &Json, errors: &mut Errors) {
    let Some(name) = zone.str() else { return };
    let why = if name.is_empty() {
        "timeZone must be nil or non-empty string".into()
    } else if name.eq_ignore_ascii_case("local") {
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".into()
    } else {
        match cron_schedule::time_zone(name) {
            Ok(_) => return,
            Err(why) => why,
        }
    };
    errors.push(FieldError::invalid("spec.timeZone", zone, &why));
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn schedules_and_zones_are_checked() {
        let template = json!({"spec": {"template": {"spec": {"restartPolicy": "Never",
            "containers": [{"name": "c", "image": "busybox"}]}}}});
        for (schedule, zone, policy, expect) in [
            ("*/5 * * * *", json!(null), "Allow", vec![]),
            ("@daily", json!("Asia/Seoul"), "Forbid", vec![]),
            (
                "61 * * * *",
                json!("Mars/North"),
                "Replace",
                vec![
                    "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61",
                    "spec.timeZone: Invalid value: \"Mars/North\": unknown time zone Mars/North",
                ],
            ),
            (
                "TZ=UTC 0 * * * *",
                json!(null),
                "Sometimes",
                vec![
                    "spec.schedule: Invalid value: \"TZ=UTC 0 * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead",
                    "spec.concurrencyPolicy: Unsupported value: \"Sometimes\": supported values: \"Allow\", \"Forbid\", \"Replace\"",
                ],
            ),
        ] {
            let spec = Json::object()
                .with("schedule", schedule)
                .with("timeZone", zone)
                .with("concurrencyPolicy", policy)
                .with("jobTemplate", template.clone());
            let mut cron = Object(json!({"metadata": {"name": "a"}}).with("spec", spec));
            default(&mut cron);
            assert_eq!(words(&validate(&cron, None)), expect, "{schedule}");
        }
    }
}
