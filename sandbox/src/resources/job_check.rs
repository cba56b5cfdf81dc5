//! What is wrong with a job, alone or in a CronJob. Models `ValidateJob`, `ValidateJobSpec` and `ValidateJobUpdate` of
//! `kubernetes/pkg/apis/batch/validation`.
//! Omits: limits on the numbers of indexes that may fail, `managedBy`.

use super::{
    cells::int,
    check::{self, Errors, invalid_go},
    job::{NAME_LABELS, UID_LABELS},
    job_policy, pod, pod_check,
};
use crate::{api::names, json::Json, object::Object, selector::Labels, status::FieldError};

/// The most pods that may run at once where each has an index.
const PARALLELISM_MAX_INDEXED: i64 = 100_000;

/// What is wrong with a Job; `old` is `None` on create.
pub fn job(job: &Object, old: Option<&Object>) -> Errors {
    let mut errors = Errors::new();
    if pod::is_spec_kept(job, old) {
        return errors;
    }
    let spec_ = &job["spec"];
    if let Some(old) = old {
        spec(spec_, "spec", &mut errors);
        kept(job, old, &mut errors);
        return errors;
    }
    own_selector(job, &mut errors);
    selector(spec_, &mut errors);
    spec(spec_, "spec", &mut errors);
    let last = spec_["completions"].int().unwrap_or(0) - 1;
    let host = format!("{}-{last}", job.name());
    if is_indexed(spec_) && last >= 0 && !names::dns1123_label(&host).is_empty() {
        let why = format!("will not able to create pod with invalid DNS label: {host}");
        errors.push(FieldError::invalid("metadata.name", &job["metadata"]["name"], &why));
    }
    errors
}

/// Has each pod an index?
pub fn is_indexed(spec: &Json) -> bool {
    spec["completionMode"] == "Indexed"
}

/// What is wrong with the spec of a job, made or to be made.
pub fn spec(spec: &Json, path: &str, errors: &mut Errors) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        check::non_negative(spec, path, field, errors);
    }
    mode(spec, path, errors);
    job_policy::failure(spec, path, errors);
    job_policy::success(spec, path, errors);
    replacement(spec, path, errors);
    pod_check::spec(&spec["template"]["spec"], &format!("{path}.template.spec"), errors);
    restart(spec, path, errors);
}

fn mode(spec: &Json, path: &str, errors: &mut Errors) {
    check::one_of(spec, path, "completionMode", &["NonIndexed", "Indexed"], errors);
    if is_indexed(spec) {
        if spec["completions"].is_null() {
            let why = "when completion mode is Indexed";
            errors.push(FieldError::required(format!("{path}.completions"), why));
        }
        if int(&spec["parallelism"]) > PARALLELISM_MAX_INDEXED {
            let why = format!(
                "must be less than or equal to {PARALLELISM_MAX_INDEXED} when completion mode is Indexed"
            );
            errors.push(FieldError::invalid(format!("{path}.parallelism"), &spec["parallelism"], &why));
        }
    } else if !spec["backoffLimitPerIndex"].is_null() {
        let (at, value) = (format!("{path}.backoffLimitPerIndex"), &spec["backoffLimitPerIndex"]);
        errors.push(FieldError::invalid(at, value, "requires indexed completion mode"));
    }
    let most = &spec["maxFailedIndexes"];
    if most.is_null() {
        return;
    }
    if spec["backoffLimitPerIndex"].is_null() {
        let why = "when maxFailedIndexes is specified";
        errors.push(FieldError::required(format!("{path}.backoffLimitPerIndex"), why));
    }
    if most.int() > spec["completions"].int() && !spec["completions"].is_null() {
        let why = "must be less than or equal to completions";
        errors.push(FieldError::invalid(format!("{path}.maxFailedIndexes"), most, why));
    }
}

fn replacement(spec: &Json, path: &str, errors: &mut Errors) {
    let supported: &[&str] =
        if spec["podFailurePolicy"].is_null() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    check::one_of(spec, path, "podReplacementPolicy", supported, errors);
}

fn restart(spec: &Json, path: &str, errors: &mut Errors) {
    let (policy, at) =
        (&spec["template"]["spec"]["restartPolicy"], format!("{path}.template.spec.restartPolicy"));
    match policy.text() {
        "" | "Always" => {
            errors.push(FieldError::required(at, "valid values: \"OnFailure\", \"Never\""));
        }
        "OnFailure" if !spec["podFailurePolicy"].is_null() => {
            let why = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.push(FieldError::invalid(at, policy, why));
        }
        _ => {}
    }
}

fn selector(spec: &Json, errors: &mut Errors) {
    let (selector, labels) = (&spec["selector"], &spec["template"]["metadata"]["labels"]);
    if selector.is_null() {
        errors.push(FieldError::required("spec.selector", ""));
        return;
    }
    check::label_selector(selector, "spec.selector", errors);
    if !Labels::from_object(selector).matches(labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(invalid_go("spec.template.metadata.labels".into(), &check::go_map(labels), why));
    }
}

/// What the API server made must not have been said otherwise. Models `validateGeneratedSelector`.
fn own_selector(job: &Object, errors: &mut Errors) {
    let spec = &job["spec"];
    if spec["manualSelector"].bool() == Some(true) || spec["selector"].is_null() {
        return;
    }
    let labels = &spec["template"]["metadata"]["labels"];
    let expected = [
        (UID_LABELS[0], job.uid()),
        (NAME_LABELS[0], job.name()),
        (UID_LABELS[1], job.uid()),
        (NAME_LABELS[1], job.name()),
    ];
    let mut own = Json::object();
    for (key, value) in expected {
        own.set(key, value);
        if labels[key] != *value.as_str() {
            let (at, why) = (format!("spec.template.metadata.labels[{key}]"), format!("must be '{value}'"));
            errors.push(invalid_go(at, &check::go_map(labels), &why));
        }
    }
    if !Labels::from_object(&spec["selector"]).matches(&own) {
        let value = check::go_selector(&spec["selector"]);
        errors.push(invalid_go("spec.selector".into(), &value, "`selector` not auto-generated"));
    }
}

fn kept(job: &Object, old: &Object, errors: &mut Errors) {
    let (new, old_spec) = (&job["spec"], &old["spec"]);
    let mut fixed = |field: &str, value: String| {
        if new[field] != old_spec[field] {
            errors.push(invalid_go(format!("spec.{field}"), &value, check::IMMUTABLE));
        }
    };
    if !may_resize(new, old_spec) {
        fixed("completions", new["completions"].to_string());
    }
    fixed("selector", check::go_selector(&new["selector"]));
    if free_of_start(&new["template"], old) != free_of_start(&old_spec["template"], old) {
        fixed("template", job_policy::go_template(&new["template"]));
    }
    for field in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"]
    {
        fixed(field, new[field].to_string());
    }
}

/// An indexed job may change its size where both numbers change alike.
fn may_resize(new: &Json, old: &Json) -> bool {
    is_indexed(new)
        && new["completions"] == new["parallelism"]
        && old["completions"] == old["parallelism"]
        && !new["completions"].is_null()
}

/// A template without what may still change while a suspended job has not started.
fn free_of_start(template: &Json, old: &Object) -> Json {
    let mut t = template.clone();
    if old["spec"]["suspend"].bool() == Some(true) && old["status"]["startTime"].is_null() {
        for field in ["nodeSelector", "affinity", "tolerations", "schedulingGates"] {
            t["spec"].remove(field);
        }
        for field in ["labels", "annotations"] {
            t["metadata"].remove(field);
        }
    }
    t
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::{json, resources};

    fn made(spec: Json) -> Object {
        let template =
            json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}});
        let mut job = Object(json!({"metadata": {"name": "a", "uid": "u"}}).with("spec", spec));
        job["spec"].default_to("template", template);
        let def = resources::JOB.def();
        (def.default)(&mut job);
        (def.prepare)(&mut job, None);
        job
    }

    #[test]
    fn specs_are_right_or_wrong() {
        let labelled = json!({"metadata": {"labels": {"job-name": "b"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}});
        for (said, expect) in [
            (json!({}), vec![]),
            (
                json!({"backoffLimit": -1, "template": {"spec": {"containers": [{"name": "c", "image": "busybox"}]}}}),
                vec![
                    "spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0",
                    "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
                ],
            ),
            (
                json!({"completionMode": "Indexed", "parallelism": 2}),
                vec!["spec.completions: Required value: when completion mode is Indexed"],
            ),
            (
                json!({"completionMode": "Sideways"}),
                vec![
                    "spec.completionMode: Unsupported value: \"Sideways\": supported values: \"NonIndexed\", \"Indexed\"",
                ],
            ),
            (
                json!({"backoffLimitPerIndex": 1}),
                vec!["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
            ),
            (
                json!({}).with("template", labelled),
                vec![
                    "spec.template.metadata.labels[job-name]: Invalid value: map[string]string{\"batch.kubernetes.io/controller-uid\":\"u\", \"batch.kubernetes.io/job-name\":\"a\", \"controller-uid\":\"u\", \"job-name\":\"b\"}: must be 'a'",
                ],
            ),
        ] {
            assert_eq!(words(&job(&made(said.clone()), None)), expect, "{said}");
        }
    }

    #[test]
    fn little_may_change() {
        let old = made(json!({"completions": 2}));
        for (field, value, wrong) in [
            ("parallelism", json!(5), None),
            ("suspend", json!(true), None),
            ("ttlSecondsAfterFinished", json!(5), None),
            ("completions", json!(9), Some("spec.completions: Invalid value: 9: field is immutable")),
            (
                "completionMode",
                json!("Indexed"),
                Some("spec.completionMode: Invalid value: \"Indexed\": field is immutable"),
            ),
        ] {
            let mut new = old.clone();
            new["spec"].set(field, value);
            assert_eq!(words(&job(&new, Some(&old))), wrong.into_iter().collect::<Vec<_>>(), "{field}");
        }
    }

    #[test]
    fn a_suspended_job_may_still_choose_its_nodes() {
        for (suspend, ok) in [(true, true), (false, false)] {
            let old = made(json!({}).with("suspend", suspend));
            let mut new = old.clone();
            new["spec"]["template"]["spec"].set("nodeSelector", json!({"a": "b"}));
            assert_eq!(job(&new, Some(&old)).is_empty(), ok);
        }
    }
}
