//! The job controller: pods until enough have succeeded, or too many failed. Models `pkg/controller/job`.
//! Omits: expectations (its view is never behind), slow-start batches, the limit on uncounted pods (500), jobs that another
//! controller manages. Where Kubernetes waits for its own write between counting pods and letting them go, this comes back later.

mod backoff;
mod conditions;
mod indexed;
mod manage;
mod pods;
mod policy;
mod track;
mod ttl;
mod verdict;
mod view;

use std::collections::BTreeMap;

use crate::{
    api::{Api, Change, EventType, Record, Source, Subresource},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin,
    resources::{JOB, POD},
    selector::Labels,
};

use super::{
    Work,
    claim::claim,
    common::{controller_of, drop_finalizer, has_finalizer, is_active},
    pod_control,
};
use backoff::Backoff;
use manage::Plan;
use pods::FINALIZER;
use verdict::Verdict;
use view::View;

pub use ttl::sync as expire;

/// From seeing a new job, or another spec, to acting on it.
const LATENCY_MS: i64 = 8;
/// Changes of pods are looked at together, a second after the first of them was seen.
const BATCH_MS: i64 = 1_000 + LATENCY_MS;
/// From counting pods that ended to letting them go.
const WRITE_MS: i64 = 12;
const SOURCE: Source<'_> = Source { component: "job-controller", host: "" };

/// The job controller.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    failures: BTreeMap<Key, Backoff>,
}

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    match record.resource {
        JOB if record.change == Change::Deleted => {
            let held = api.owned_by(object.uid(), POD).filter(|p| has_finalizer(p, FINALIZER));
            held.for_each(|pod| queue.after_ms(LATENCY_MS, Work::JobOrphan(pod.key())));
        }
        JOB => {
            let same = record.before.as_ref().is_some_and(|old| old.generation() == object.generation());
            queue.after_ms(if same { BATCH_MS } else { LATENCY_MS }, Work::Job(object.key()));
            ttl::observe(object, queue);
        }
        POD => {
            let states = [Some(object), record.before.as_ref()];
            for key in states.into_iter().flatten().filter_map(|o| controller_of(o, "Job")) {
                queue.after_ms(BATCH_MS, Work::Job(key));
            }
            if object.controller().is_none() && record.change != Change::Deleted {
                let takes = |job: &&Object| Labels::from_object(&job["spec"]["selector"]).selects(object);
                let jobs = api.list(JOB, object.namespace()).filter(takes).map(Object::key);
                jobs.for_each(|key| queue.after_ms(BATCH_MS, Work::Job(key)));
            }
        }
        _ => {}
    }
}

/// Lets a pod go whose job is gone.
pub fn release(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::JOB_CONTROLLER);
    let Some(pod) = ctx.api.find(POD, key).filter(|p| has_finalizer(p, FINALIZER)) else { return };
    let job = controller_of(pod, "Job").and_then(|key| ctx.api.find(JOB, &key));
    if job.is_none_or(|job| Some(job.uid()) != pod.controller_uid()) {
        ctx.api.modify(POD, key, Subresource::Main, |pod| drop_finalizer(pod, FINALIZER));
    }
}

impl Jobs {
    /// Brings one job a step nearer to its end.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::JOB_CONTROLLER);
        let job = ctx.api.find(JOB, key).filter(|job| !conditions::is_finished(job)).cloned();
        let Some(job) = job else {
            self.failures.remove(key);
            return;
        };
        claim(POD, &job, &Labels::from_object(&job["spec"]["selector"]), is_active, ctx);
        let before = job["status"].clone();
        let mut view = View::read(job, ctx);
        let failures = self.failures.get(key).cloned().unwrap_or_default().with(&view);
        let mut verdict = verdict::verdict(&view, ctx.now());
        if verdict.is_none() {
            let deadline = verdict::deadline(&view.job).filter(|at| *at > ctx.now());
            deadline.into_iter().for_each(|at| ctx.queue.at(at, Work::Job(key.clone())));
        }
        let active = match &verdict {
            Some(_) => {
                delete(&mut view, false, ctx);
                0
            }
            None => match work(&mut view, &failures, &mut verdict, ctx) {
                Some(active) => active,
                None => return ctx.queue.after_ms(LATENCY_MS, Work::Job(key.clone())),
            },
        };
        let status = &mut view.job["status"];
        status.set("active", (active != 0).then_some(active));
        status.set("ready", view.ready);
        status.set("terminating", view.terminating);
        if track::track(&mut view, verdict, &before, ctx) {
            self.failures.insert(key.clone(), failures);
        }
    }
}

/// Makes and deletes pods; how many are active then, `None` where the client's write limit left some for later. Enough that
/// succeeded are a verdict.
fn work(
    view: &mut View,
    failures: &Backoff,
    verdict: &mut Option<Verdict>,
    ctx: &mut Ctx<'_>,
) -> Option<i64> {
    let mut active = view.active_count();
    let managed = !view.job.is_terminating();
    if managed {
        active = match manage::plan(view, failures, ctx.now()) {
            Plan::Keep => active,
            Plan::Wait(at) => {
                ctx.queue.at(at, Work::Job(view.job.key()));
                0
            }
            Plan::Delete(pods) => {
                let left = active - i64::try_from(pods.len()).unwrap_or(0);
                view.active.retain(|p| pods.iter().any(|key| *key == p.key()));
                delete(view, true, ctx);
                left
            }
            Plan::Create(mut pods) => {
                let (wanted, allowed) = (pods.len(), ctx.room_for(pods.len()));
                pods.truncate(allowed);
                let made = create(&view.job, pods, ctx);
                if allowed < wanted && made == allowed as i64 {
                    return None;
                }
                active + made
            }
        };
    }
    if manage::is_complete(view, active) {
        *verdict = Some(Verdict::complete());
    } else if managed {
        tell_of_pause(view, ctx);
    }
    Some(active)
}

fn create(job: &Object, pods: Vec<Object>, ctx: &mut Ctx<'_>) -> i64 {
    let mut made = 0;
    for pod in pods {
        match pod_control::create(job, pod, SOURCE, ctx) {
            Ok(_) => made += 1,
            Err(error) => {
                if !pod_control::namespace_ends(&error) {
                    ctx.queue.after_ms(BATCH_MS, Work::Job(job.key()));
                }
                break;
            }
        }
    }
    made
}

/// Deletes the pods that are active. `free`: without counting them.
fn delete(view: &mut View, free: bool, ctx: &mut Ctx<'_>) {
    for pod in std::mem::take(&mut view.active) {
        let key = pod.key();
        if free {
            ctx.api.modify(POD, &key, Subresource::Main, |pod| drop_finalizer(pod, FINALIZER));
        }
        if pod_control::delete(&view.job, &key, SOURCE, ctx).is_ok() {
            view.ready -= i64::from(super::common::is_ready(&pod));
            view.terminating += 1;
        }
    }
}

/// Condition `Suspended`, and what follows from its end.
fn tell_of_pause(view: &mut View, ctx: &mut Ctx<'_>) {
    let (now, job) = (ctx.now(), &mut view.job);
    let (status, reason, message, event) = if view::is_suspended(job) {
        ("True", "JobSuspended", "Job suspended", "Suspended")
    } else {
        ("False", "JobResumed", "Job resumed", "Resumed")
    };
    if !conditions::set(&mut job["status"], "Suspended", status, reason, message, now) {
        return;
    }
    if status == "False" {
        job["status"].set("startTime", now);
    }
    ctx.api.record(job, "", EventType::Normal, event, message, SOURCE);
}
