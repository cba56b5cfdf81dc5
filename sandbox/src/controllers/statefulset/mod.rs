//! The statefulset controller: pods with names that stay, one after another. Models `pkg/controller/statefulset`.
//! Omits: `maxUnavailable` of a rolling update (an alpha feature), claims of a pod's former self that are being deleted.

mod claims;
mod pods;
mod revisions;
mod status;
mod step;

use crate::{
    api::{Api, Change, DeleteOptions, EventType, Record, Source},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin,
    resources::{CONTROLLER_REVISION, POD, STATEFUL_SET},
    selector::Labels,
    status::Status,
};

use super::{
    Work,
    claim::claim,
    common::{available_at, controller_of, is_available},
};
use revisions::Revisions;
use step::Step;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 8;
/// Pause after what the API refused.
const RETRY_MS: i64 = 1_000;
const SOURCE: Source<'_> = Source { component: "statefulset-controller", host: "" };

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::StatefulSet(key));
    match record.resource {
        STATEFUL_SET if record.change != Change::Deleted => put(object.key()),
        POD => {
            let states = [Some(object), record.before.as_ref()];
            states.into_iter().flatten().filter_map(|o| controller_of(o, "StatefulSet")).for_each(&mut put);
            if object.controller().is_none() && record.change != Change::Deleted {
                let takes = |set: &&Object| Labels::from_object(&set["spec"]["selector"]).selects(object);
                api.list(STATEFUL_SET, object.namespace()).filter(takes).map(Object::key).for_each(put);
            }
        }
        _ => {}
    }
}

/// Brings one stateful set a step nearer to its spec.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::STATEFULSET_CONTROLLER);
    let Some(set) = ctx.api.find(STATEFUL_SET, key).cloned() else { return };
    let labels = Labels::from_object(&set["spec"]["selector"]);
    claim(CONTROLLER_REVISION, &set, &labels, |_| true, ctx);
    claim(POD, &set, &labels, |pod| pods::ordinal(&set, pod).is_some(), ctx);
    let Some(revisions) = Revisions::keep(&set, ctx) else {
        return ctx.queue.after_ms(RETRY_MS, Work::StatefulSet(key.clone()));
    };
    let failed = work(&set, &revisions, ctx).is_err();
    revisions.clean_up(&set, ctx);
    if failed {
        ctx.queue.after_ms(RETRY_MS, Work::StatefulSet(key.clone()));
    }
}

/// Makes and deletes pods, and tells how far it is.
fn work(set: &Object, revisions: &Revisions, ctx: &mut Ctx<'_>) -> Result<(), Status> {
    // What is made in this step is counted in the next, when it is seen.
    let pods = own_pods(set, ctx.api);
    let steps = if set.is_terminating() { Vec::new() } else { step::steps(set, revisions, &pods, ctx.now()) };
    let mut done = Ok(());
    let mut status = status::status(set, revisions, &pods, ctx.now());
    for step in steps {
        if step.is_update() && done.is_ok() {
            status::one_less(&mut status);
        }
        done = take(set, step, ctx);
        if done.is_err() {
            break;
        }
    }
    let min_ready_s = set["spec"]["minReadySeconds"].int().unwrap_or(0);
    let waits = pods.iter().filter(|p| !is_available(p, min_ready_s, ctx.now()));
    if let Some(at) = waits.filter_map(|p| available_at(p, min_ready_s)).min() {
        ctx.queue.at(at, Work::StatefulSet(set.key()));
    }
    ctx.api.update_status(STATEFUL_SET, &set.key(), |set| status::write(set, status));
    done
}

fn own_pods(set: &Object, api: &Api) -> Vec<Object> {
    let all = api.owned_by(set.uid(), POD).filter(|p| p.controller_uid() == Some(set.uid()));
    let mut all: Vec<Object> = all.filter(|p| pods::ordinal(set, p).is_some()).cloned().collect();
    all.sort_by_key(|p| pods::ordinal(set, p));
    all
}

fn take(set: &Object, step: Step, ctx: &mut Ctx<'_>) -> Result<(), Status> {
    match step {
        Step::Claims(pod) => claims::make(set, &pod, ctx),
        Step::Create(pod) => {
            claims::make(set, &pod, ctx)?;
            let name = pod.name().clone();
            let made = ctx.api.create(POD, *pod).map(drop);
            tell(set, "create", &name, &made, ctx);
            claims::keep_owners(set, &name, ctx);
            made
        }
        Step::Keep(pod) => {
            let key = pod.key();
            let identity = |p: &mut Object| pods::identify(set, p);
            let done = ctx.api.modify(POD, &key, crate::api::Subresource::Main, identity);
            let done = done.map(drop).ok_or_else(|| Status::not_found(POD.def(), &key.name));
            tell(set, "update", &key.name, &done, ctx);
            done
        }
        Step::Delete(key) | Step::Condemn(key) | Step::Update(key) => {
            claims::keep_owners(set, &key.name, ctx);
            let done = match ctx.api.delete(POD, &key, &DeleteOptions::default()) {
                Err(error) if error.reason == "NotFound" => return Ok(()),
                done => done.map(drop),
            };
            tell(set, "delete", &key.name, &done, ctx);
            done
        }
    }
}

/// Models `recordPodEvent`.
fn tell(set: &Object, verb: &str, pod: &str, done: &Result<(), Status>, ctx: &mut Ctx<'_>) {
    let name = set.name();
    let (type_, reason, message) = match done {
        Ok(()) => {
            (EventType::Normal, "Successful", format!("{verb} Pod {pod} in StatefulSet {name} successful"))
        }
        Err(error) => (
            EventType::Warning,
            "Failed",
            format!("{verb} Pod {pod} in StatefulSet {name} failed error: {}", error.message),
        ),
    };
    let capital = verb[..1].to_uppercase() + &verb[1..];
    ctx.api.record(set, "", type_, &format!("{reason}{capital}"), &message, SOURCE);
}
