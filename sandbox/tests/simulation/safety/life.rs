//! Revisions, identities, and lives that only go on.

use sandbox::{
    api::{Change, Record},
    object::Object,
    resources,
};

use super::{Verdict, shadow::Shadow};
use crate::pods::{is_terminal, node_of};

/// Each record has the next revision, and its object carries it.
pub fn revisions_rise(record: &Record, shadow: &Shadow) -> Verdict {
    let is_next = shadow.revision == 0 || record.revision == shadow.revision + 1;
    if !is_next || record.object.revision() != record.revision {
        let (last, carried) = (shadow.revision, record.object.revision());
        return Err(format!("{} follows {last}, its object carries {carried}", record.revision));
    }
    Ok(())
}

/// What is changed is what was there, and stays itself.
pub fn identity_stays(record: &Record, shadow: &Shadow) -> Verdict {
    let (key, known) = (record.object.key(), shadow.find(record.resource, &record.object.key()));
    let before = record.before.as_ref();
    if let Some(known) = known
        && before.is_none_or(|b| b.revision() != known.revision())
    {
        return Err(format!(
            "{key} was {} and is said to have been {:?}",
            known.revision(),
            before.map(Object::revision)
        ));
    }
    let Some(before) = before.filter(|_| record.change == Change::Modified) else { return Ok(()) };
    if before.uid() != record.object.uid() {
        return Err(format!("{key} became another: {} {}", before.uid(), record.object.uid()));
    }
    if record.object.generation() < before.generation() {
        return Err(format!("the generation of {key} fell"));
    }
    if before.is_terminating() && !record.object.is_terminating() {
        return Err(format!("{key} was told to go and then was not"));
    }
    Ok(())
}

fn restarts(pod: &Object) -> i64 {
    pod.at("status.containerStatuses").list().iter().filter_map(|c| c["restartCount"].int()).sum()
}

/// A pod stays on its node, does not come back from its end, and forgets no restart.
pub fn pods_only_go_on(record: &Record, _: &Shadow) -> Verdict {
    let Some(was) = record.before.as_ref().filter(|_| record.resource == resources::POD) else {
        return Ok(());
    };
    let (now, name) = (&record.object, record.object.name());
    if !node_of(was).is_empty() && node_of(now) != node_of(was) {
        return Err(format!("pod {name} moved from {} to {}", node_of(was), node_of(now)));
    }
    if is_terminal(was) && !is_terminal(now) {
        return Err(format!("pod {name} came back from a terminal phase"));
    }
    if restarts(now) < restarts(was) {
        return Err(format!("restarts of pod {name} fell from {} to {}", restarts(was), restarts(now)));
    }
    Ok(())
}

/// A job forgets none of its pods' ends, and is complete only with enough of them.
pub fn jobs_only_go_on(record: &Record, _: &Shadow) -> Verdict {
    if record.resource != resources::JOB || record.change == Change::Deleted {
        return Ok(());
    }
    let (job, name) = (&record.object, record.object.name());
    let count = |job: &Object, field: &str| job["status"][field].int().unwrap_or(0);
    for field in ["succeeded", "failed"] {
        if record.before.as_ref().is_some_and(|was| count(job, field) < count(was, field)) {
            return Err(format!("Job {name} forgot some that {field}"));
        }
    }
    let wanted = job.at("spec.completions").int().unwrap_or(1);
    if job.condition("Complete")["status"] == "True" && count(job, "succeeded") < wanted {
        return Err(format!("Job {name} is complete with {} of {wanted}", count(job, "succeeded")));
    }
    Ok(())
}
