//! Jobs and CronJobs at rest.

use sandbox::{api::Api, clock::Time, object::Object, resources};

use super::Verdict;
use crate::pods::is_terminal;

/// How much later than it may a time-to-live or a deadline is noticed.
const LATE_MS: i64 = 2_000;

/// When a Job was over, and whether it failed.
fn end(job: &Object) -> Option<(Time, bool)> {
    let of = |type_: &str| Some(job.condition(type_)).filter(|c| c["status"] == "True");
    let at = |condition: &sandbox::json::Json| condition["lastTransitionTime"].time();
    of("Complete").and_then(at).map(|at| (at, false)).or_else(|| Some((of("Failed").and_then(at)?, true)))
}

/// It is over, or a pod of it is on its way, or somebody suspended it; and it does not stay for longer than it may.
pub fn job(api: &Api, job: &Object) -> Verdict {
    let (name, status, spec) = (job.name(), &job["status"], &job["spec"]);
    let mut active = api.owned_by(job.uid(), resources::POD).filter(|p| !is_terminal(p));
    let Some((ended, _)) = end(job) else {
        let suspended = spec["suspend"].bool() == Some(true);
        if suspended {
            let left = active.find(|p| !p.is_terminating());
            return left.map_or(Ok(()), |p| Err(format!("Job {name} is suspended and has pod {}", p.name())));
        }
        if active.next().is_none() && !job.is_terminating() {
            return Err(format!("Job {name} is not over, and no pod of it is on its way: {status}"));
        }
        let deadline_s = spec["activeDeadlineSeconds"].int();
        let deadline =
            deadline_s.zip(status["startTime"].time()).map(|(s, at)| at.plus_ms(s * 1000 + LATE_MS));
        if deadline.is_some_and(|at| at < api.now())
            && !status["conditions"].list().iter().any(|c| c["type"] == "FailureTarget")
        {
            return Err(format!("Job {name} is not over, and its deadline is: {status}"));
        }
        return Ok(());
    };
    let Some(ttl_s) = spec["ttlSecondsAfterFinished"].int() else { return Ok(()) };
    if ended.plus_ms(ttl_s * 1000 + LATE_MS) < api.now() && !job.is_terminating() {
        return Err(format!(
            "Job {name} was over at {}, was to stay for {ttl_s} s and is there",
            ended.rfc3339()
        ));
    }
    Ok(())
}

/// It keeps no more Jobs that are over than it says.
pub fn cron_job(api: &Api, cron_job: &Object) -> Verdict {
    for (field, or, failed) in [("successfulJobsHistoryLimit", 3, false), ("failedJobsHistoryLimit", 1, true)]
    {
        let limit = cron_job["spec"][field].int().unwrap_or(or);
        let jobs = api.owned_by(cron_job.uid(), resources::JOB).filter(|j| !j.is_terminating());
        let over = jobs.filter(|j| end(j).is_some_and(|(_, f)| f == failed)).count() as i64;
        if over > limit {
            return Err(format!("CronJob {} keeps {over} Jobs, and {field} is {limit}", cron_job.name()));
        }
    }
    Ok(())
}
