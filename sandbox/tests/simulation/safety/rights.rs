//! Bounds that somebody set: a quota, the width of a job.

use sandbox::{
    api::{Change, Record},
    object::Object,
    resources,
};

use super::{Verdict, shadow::Shadow};
use crate::pods::{asked, is_terminal, millis};

pub fn quotas_are_kept(record: &Record, shadow: &Shadow) -> Verdict {
    if record.resource != resources::POD || record.change == Change::Deleted {
        return Ok(());
    }
    let namespace = record.object.namespace();
    for quota in shadow.list(resources::RESOURCE_QUOTA, namespace) {
        let hard = quota.at("spec.hard");
        let pods: Vec<&Object> = shadow.list(resources::POD, namespace).filter(|p| !is_terminal(p)).collect();
        let (pods_max, cpu_max) = (millis(&hard["pods"]) / 1000, millis(&hard["requests.cpu"]));
        let cpu: i64 = pods.iter().map(|p| asked(p).0).sum();
        if pods.len() as i64 > pods_max || cpu > cpu_max {
            return Err(format!("{} pods with {cpu}m in a namespace with a quota of {hard}", pods.len()));
        }
    }
    Ok(())
}

/// No more pods of a job at a time than it wants.
pub fn jobs_keep_their_width(record: &Record, shadow: &Shadow) -> Verdict {
    if record.resource != resources::POD || record.change != Change::Added {
        return Ok(());
    }
    let Some(uid) = record.object.controller_uid() else { return Ok(()) };
    let mut jobs = shadow.list(resources::JOB, record.object.namespace());
    let Some(job) = jobs.find(|job| job.uid() == uid) else { return Ok(()) };
    let of_it = shadow.list(resources::POD, job.namespace()).filter(|p| p.controller_uid() == Some(uid));
    let active = of_it.filter(|p| !is_terminal(p) && !p.is_terminating()).count() as i64;
    let width = job.at("spec.parallelism").int().unwrap_or(1);
    if active > width {
        return Err(format!("Job {} has {active} pods and wants {width} at a time", job.name()));
    }
    Ok(())
}
