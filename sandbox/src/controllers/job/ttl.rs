//! Jobs that are deleted some time after their end. Models `pkg/controller/ttlafterfinished`.

use super::{Work, conditions::is_finished};
use crate::{
    api::{DeleteOptions, Propagation},
    clock::Time,
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin,
    resources::JOB,
};

/// When a finished job is to go.
fn expires_at(job: &Object) -> Option<Time> {
    let ttl_s = job["spec"]["ttlSecondsAfterFinished"].int()?;
    let ends = ["Complete", "Failed"].map(|type_| job.condition(type_));
    let end = ends.iter().find(|c| c["status"] == "True")?["lastTransitionTime"].time()?;
    is_finished(job).then(|| end.plus_ms(ttl_s * 1000))
}

/// Sees a job that has changed.
pub fn observe(job: &Object, queue: &mut Queue) {
    if let Some(at) = expires_at(job).filter(|_| !job.is_terminating()) {
        queue.at(at, Work::JobTtl(job.key()));
    }
}

/// Deletes a job whose time is over.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::TTL_AFTER_FINISHED_CONTROLLER);
    let Some(job) = ctx.api.find(JOB, key).filter(|job| !job.is_terminating()) else { return };
    match expires_at(job) {
        Some(at) if at <= ctx.now() => {
            let (propagation, uid) = (Propagation::Foreground, Some(job.uid().clone()));
            // Gone already is as good.
            let _ = ctx.api.delete(JOB, key, &DeleteOptions { propagation, uid, ..DeleteOptions::default() });
        }
        Some(at) => ctx.queue.at(at, Work::JobTtl(key.clone())),
        None => {}
    }
}
