//! Jobs that nobody holds to what they say.

use sandbox::{
    api::{Api, DeleteOptions},
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    origin, resources,
};

use super::{make_for, pick};
use crate::{perform::send, pods::is_terminal};

pub fn width(cluster: &mut Cluster) -> bool {
    let is_full = |job: &Object, api: &Api| {
        let active = api
            .owned_by(job.uid(), resources::POD)
            .filter(|p| !is_terminal(p) && !p.is_terminating())
            .count();
        active as i64 == job.at("spec.parallelism").int().unwrap_or(1)
    };
    let job = pick(cluster, resources::JOB, is_full);
    job.is_some_and(|job| make_for(cluster, &job, "one-too-many"))
}

fn is_over(job: &Object) -> bool {
    ["Complete", "Failed"].iter().any(|c| job.condition(c)["status"] == "True")
}

pub fn after_the_end(cluster: &mut Cluster) -> bool {
    let job = pick(cluster, resources::JOB, |job, _| is_over(job));
    job.is_some_and(|job| make_for(cluster, &job, "one-after"))
}

pub fn overlap(cluster: &mut Cluster) -> bool {
    let forbids = |c: &Object, api: &Api| {
        c.at("spec.concurrencyPolicy") == "Forbid"
            && api.owned_by(c.uid(), resources::JOB).any(|j| !is_over(j) && !j.is_terminating())
    };
    let Some(cron_job) = pick(cluster, resources::CRON_JOB, forbids) else { return false };
    let reference = cron_job.owner_reference().with("controller", true);
    let metadata = json!({"name": "one-beside"}).with("ownerReferences", vec![reference]);
    let spec = cron_job.at("spec.jobTemplate.spec").clone();
    let job: Json =
        json!({"apiVersion": "batch/v1", "kind": "Job"}).with("metadata", metadata).with("spec", spec);
    send(cluster, "POST", &format!("/apis/batch/v1/namespaces/{}/jobs", cron_job.namespace()), &job) < 300
}

pub fn too_early(cluster: &mut Cluster) -> bool {
    let stays =
        |job: &Object, _: &Api| is_over(job) && job.at("spec.ttlSecondsAfterFinished").int() > Some(0);
    let Some(job) = pick(cluster, resources::JOB, stays) else { return false };
    let by = origin::TTL_AFTER_FINISHED_CONTROLLER;
    cluster.request(by, |api| api.delete(resources::JOB, &job.key(), &DeleteOptions::default())).is_ok()
}
