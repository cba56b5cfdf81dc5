//! A job's pods. Models parts of `job_controller.go`, `indexed_job_utils.go` and `backoff_utils.go` that look at one pod or make
//! one.

use crate::{
    clock::Time,
    controllers::{
        common::{is_finished, ready_since},
        pod_control,
    },
    json,
    json::Json,
    object::Object,
    resources::pod_spec,
};

/// Holds a pod until its job has counted it.
pub const FINALIZER: &str = "batch.kubernetes.io/job-tracking";
/// Annotation and label that carry a pod's index.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
const INDEX_ENV: &str = "JOB_COMPLETION_INDEX";
/// How often pods of this index failed before it: such as count, and such as do not.
pub const FAILURES: [&str; 2] =
    ["batch.kubernetes.io/job-index-failure-count", "batch.kubernetes.io/job-index-ignored-failure-count"];

/// Is it counted as failed? One that is told to go is, unless only what has ended is replaced.
pub fn is_failed(pod: &Object, job: &Object) -> bool {
    let phase = pod.at("status.phase");
    if *phase == "Failed" {
        return true;
    }
    job["spec"]["podReplacementPolicy"] != "Failed" && pod.is_terminating() && *phase != "Succeeded"
}

/// Its index.
pub fn index(pod: &Object) -> Option<i64> {
    pod.annotation(INDEX)?.parse().ok().filter(|i| *i >= 0)
}

/// How often its index had failed before it: as counts, and in all.
pub fn failures_before(pod: &Object) -> (i64, i64) {
    let [counted, ignored] =
        FAILURES.map(|name| pod.annotation(name).and_then(|n| n.parse().ok()).unwrap_or(0));
    (counted, counted + ignored)
}

/// When it ended, as far as can be told. Models `getFinishedTime`.
pub fn finished_at(pod: &Object) -> Time {
    let statuses = pod.at("status.containerStatuses").list();
    let ends: Option<Vec<Time>> =
        statuses.iter().map(|c| c["state"]["terminated"]["finishedAt"].time()).collect();
    let from_containers = ends.unwrap_or_default().into_iter().max();
    let from_condition = || (pod.condition("Ready")["status"] == "False").then(|| ready_since(pod)).flatten();
    let from_deletion = || {
        let grace_s = pod["metadata"]["deletionGracePeriodSeconds"].int().unwrap_or(0);
        pod["metadata"]["deletionTimestamp"].time().map(|t| t.plus_ms(-grace_s * 1000))
    };
    let at = from_containers.or_else(from_condition).or_else(from_deletion).or_else(|| pod.created());
    at.unwrap_or_default()
}

/// How often containers of pods that have not ended were started again.
pub fn restarts(pods: &[Object]) -> i64 {
    let of = |pod: &Object| -> i64 {
        let lists = ["initContainerStatuses", "containerStatuses"].map(|list| pod["status"][list].clone());
        lists.iter().flat_map(Json::list).map(|c| c["restartCount"].int().unwrap_or(0)).sum()
    };
    pods.iter().filter(|p| !is_finished(p)).map(of).sum()
}

/// A pod of the job, held until it is counted.
pub fn new_pod(job: &Object) -> Object {
    let mut pod = pod_control::new_pod(job, &job["spec"]["template"]);
    let finalizers = pod["metadata"]["finalizers"].list_mut();
    if !finalizers.iter().any(|f| *f == FINALIZER) {
        finalizers.push(FINALIZER.into());
    }
    pod
}

/// A pod for an index. `failed`: the one that it replaces, and whether that one counts.
pub fn new_indexed_pod(job: &Object, index: i64, failed: Option<(&Object, bool)>) -> Object {
    let mut pod = new_pod(job);
    let text = ecow::eco_format!("{index}");
    let meta = &mut pod["metadata"];
    meta.set("generateName", ecow::eco_format!("{}-{index}-", job.name()));
    meta["annotations"].set(INDEX, &text);
    meta["labels"].set(INDEX, &text);
    if !job["spec"]["backoffLimitPerIndex"].is_null() {
        let (mut counted, mut all) = failed.map_or((0, 0), |(pod, _)| failures_before(pod));
        if let Some((_, counts)) = failed {
            counted += i64::from(counts);
            all += 1;
        }
        meta["annotations"].set(FAILURES[0], ecow::eco_format!("{counted}"));
        if all > counted {
            meta["annotations"].set(FAILURES[1], ecow::eco_format!("{}", all - counted));
        }
    }
    pod["spec"].set("hostname", ecow::eco_format!("{}-{index}", job.name()));
    for list in ["initContainers", "containers"] {
        pod_spec::each(&mut pod["spec"], list, tell_index);
    }
    pod
}

/// Lets a container know its index.
fn tell_index(container: &mut Json) {
    if container["env"].list().iter().any(|e| e["name"] == INDEX_ENV) {
        return;
    }
    let field = json!({"fieldRef": {"fieldPath": format!("metadata.labels['{INDEX}']")}});
    container["env"].list_mut().push(json!({"name": INDEX_ENV}).with("valueFrom", field));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_knows_its_index_and_its_past() {
        let mut job = Object(json!({"metadata": {"name": "a", "uid": "u"}, "spec": {"template": {
            "metadata": {"labels": {"x": "y"}}, "spec": {"containers": [{"name": "c"}]}}}}));
        let pod = new_indexed_pod(&job, 3, None);
        assert_eq!(index(&pod), Some(3));
        assert_eq!((pod["metadata"]["generateName"].text(), pod["spec"]["hostname"].text()), ("a-3-", "a-3"));
        assert_eq!(pod["spec"]["containers"][0]["env"][0]["name"], "JOB_COMPLETION_INDEX");
        assert_eq!(pod["metadata"]["finalizers"], json!([FINALIZER]));
        assert!(pod.annotation(FAILURES[0]).is_none());
        job["spec"].set("backoffLimitPerIndex", 1i64);
        for (failed, expect) in [
            (None, (0, 0)),
            (Some((json!({}), true)), (1, 1)),
            (Some((json!({FAILURES[0]: "2"}), true)), (3, 3)),
            (Some((json!({FAILURES[0]: "2"}), false)), (2, 3)),
        ] {
            let failed = failed.map(|(annotations, counts)| {
                let mut pod = Object::default();
                pod["metadata"].set("annotations", annotations);
                (pod, counts)
            });
            let pod = new_indexed_pod(&job, 0, failed.as_ref().map(|(pod, counts)| (pod, *counts)));
            assert_eq!(failures_before(&pod), expect);
        }
    }

    #[test]
    fn what_goes_has_failed_unless_only_the_ended_are_replaced() {
        for (policy, phase, going, expect) in [
            ("TerminatingOrFailed", "Running", false, false),
            ("TerminatingOrFailed", "Running", true, true),
            ("TerminatingOrFailed", "Succeeded", true, false),
            ("TerminatingOrFailed", "Failed", false, true),
            ("Failed", "Running", true, false),
            ("Failed", "Failed", true, true),
        ] {
            let job = Object(json!({"spec": {"podReplacementPolicy": policy}}));
            let mut pod = Object(json!({"metadata": {}, "status": {"phase": phase}}));
            pod["metadata"].set("deletionTimestamp", going.then_some("2026-01-01T00:00:00Z"));
            assert_eq!(is_failed(&pod, &job), expect, "{policy} {phase} {going}");
        }
    }
}
