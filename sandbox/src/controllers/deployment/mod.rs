//! The deployment controller: replica sets by template, moved step by step. Models `pkg/controller/deployment`.
//! Omits: `rollbackTo` of the extensions API.

mod arithmetic;
mod claim;
mod revision;
mod rolling;
mod scaling;
mod status;

use std::collections::BTreeMap;

use crate::{
    api::{Change, DeleteOptions, EventType, Record, Source, Subresource},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
};

use super::{
    Work, common,
    hash::{self, HASH_LABEL},
};
use arithmetic::{is_rolling, replicas};
use rolling::Scale;

const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";

/// From seeing a change to acting on it: what a quiet control plane takes, and long enough to see several at once.
const LATENCY_MS: i64 = 8;
/// After noting a new replica set in a deployment: a status written before that note has come back conflicts with it.
const CONFLICT_MS: i64 = 71;
/// Pause after a replica set that could not be created.
const RETRY_MS: i64 = 1_000;
const SOURCE: Source<'_> = Source { component: "deployment-controller", host: "" };

/// Sees a change.
pub fn observe(record: &Record, api: &crate::api::Api, queue: &mut Queue) {
    let object = &record.object;
    match record.resource {
        resources::DEPLOYMENT if record.change != Change::Deleted => {
            queue.after_ms(LATENCY_MS, Work::Deployment(object.key()));
        }
        resources::REPLICA_SET => {
            let owners = [Some(object), record.before.as_ref()];
            for key in owners.into_iter().flatten().filter_map(|o| common::controller_of(o, "Deployment")) {
                queue.after_ms(LATENCY_MS, Work::Deployment(key));
            }
            if object.controller().is_none() && record.change != Change::Deleted {
                for key in claim::candidates(api, object) {
                    queue.after_ms(LATENCY_MS, Work::Deployment(key));
                }
            }
        }
        // Recreate waits for the last old pod.
        resources::POD if record.change == Change::Deleted => {
            let set = common::controller_of(object, "ReplicaSet");
            let set = set.and_then(|key| api.find(resources::REPLICA_SET, &key));
            if let Some(key) = set.and_then(|rs| common::controller_of(rs, "Deployment")) {
                queue.after_ms(LATENCY_MS, Work::Deployment(key));
            }
        }
        _ => {}
    }
}

/// The replica sets of a deployment.
struct Sets {
    new: Option<Object>,
    old: Vec<Object>,
}

impl Sets {
    fn read(ctx: &Ctx<'_>, d: &Object) -> Self {
        let mut all: Vec<Object> = ctx
            .api
            .owned_by(d.uid(), resources::REPLICA_SET)
            .filter(|rs| rs.controller_uid() == Some(d.uid()))
            .cloned()
            .collect();
        all.sort_by_key(|rs| (rs.created(), rs.name().clone()));
        let template = &d["spec"]["template"];
        let new = all.iter().position(|rs| hash::same_template(&rs["spec"]["template"], template));
        let new = new.map(|i| all.remove(i));
        Self { new, old: all }
    }

    fn old(&self) -> Vec<&Object> {
        self.old.iter().collect()
    }

    fn all(&self) -> Vec<&Object> {
        self.old.iter().chain(&self.new).collect()
    }
}

/// The deployment controller.
#[derive(Clone, Debug, Default)]
pub struct Deployments {
    /// Until when its view of a deployment is behind its own note.
    behind: BTreeMap<Key, Time>,
}

impl Deployments {
    /// Brings one deployment a step nearer to its spec.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let until = self.behind.remove(key).filter(|until| *until > ctx.now());
        let Some(d) = ctx.api.find(resources::DEPLOYMENT, key).cloned() else { return };
        if let Some(until) = until {
            self.behind.insert(key.clone(), until);
            return ctx.queue.at(until, Work::Deployment(key.clone()));
        }
        if Json::is_empty(&d["spec"]["selector"]) {
            return;
        }
        ctx.acting(origin::DEPLOYMENT_CONTROLLER);
        if sync(d, ctx) == Told::Later {
            let until = ctx.now().plus_ms(CONFLICT_MS);
            self.behind.insert(key.clone(), until);
            ctx.queue.at(until, Work::Deployment(key.clone()));
        }
    }
}

/// Was the status written?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// It was.
    Now,
    /// It conflicts with what was noted in the same turn.
    Later,
}

fn sync(d: Object, ctx: &mut Ctx<'_>) -> Told {
    claim::claim(&d, ctx);
    if d.is_terminating() {
        write_status(&d, &Sets::read(ctx, &d), false, ctx);
        return Told::Now;
    }
    let d = match status::pause_noted(&d, ctx.now()) {
        Some(s) => put_status(&d, s, ctx).unwrap_or(d),
        None => d,
    };
    let mut sets = Sets::read(ctx, &d);
    let paused = d["spec"]["paused"].bool() == Some(true);
    if paused || scaling::is_scaling(&d, &sets.all()) {
        let d = keep_new_set(d, &mut sets, false, ctx);
        let plan = scaling::scale(&d, sets.new.as_ref(), &sets.old());
        apply(&d, &plan, ctx);
        if paused {
            clean_up(&d, &sets, ctx);
        }
        write_status(&d, &Sets::read(ctx, &d), false, ctx);
        return Told::Now;
    }
    if is_rolling(&d) { roll(d, sets, ctx) } else { recreate(d, sets, ctx) }
}

fn roll(d: Object, mut sets: Sets, ctx: &mut Ctx<'_>) -> Told {
    let before = d.revision();
    let d = keep_new_set(d, &mut sets, true, ctx);
    let plan = sets.new.as_ref().map(|new| rolling::rolling(&d, new, &sets.old())).unwrap_or_default();
    finish(before, &d, &sets, &plan, ctx)
}

fn recreate(d: Object, mut sets: Sets, ctx: &mut Ctx<'_>) -> Told {
    let before = d.revision();
    let d = keep_new_set(d, &mut sets, false, ctx);
    let down: Vec<Scale> =
        sets.old.iter().filter(|rs| replicas(rs) > 0).map(|rs| Scale::new(rs, 0)).collect();
    let old_runs = |rs: &Object| ctx.api.owned_by(rs.uid(), resources::POD).any(|p| !common::is_finished(p));
    if !down.is_empty() || sets.old.iter().any(old_runs) {
        return finish(before, &d, &sets, &down, ctx);
    }
    let d = keep_new_set(d, &mut sets, true, ctx);
    let up = sets.new.iter().filter(|rs| replicas(rs) != replicas(&d)).map(|rs| Scale::new(rs, replicas(&d)));
    finish(before, &d, &sets, &up.collect::<Vec<_>>(), ctx)
}

/// `before`: the deployment's revision when the turn began.
fn finish(before: u64, d: &Object, sets: &Sets, plan: &[Scale], ctx: &mut Ctx<'_>) -> Told {
    apply(d, plan, ctx);
    if d.revision() != before {
        return Told::Later;
    }
    if plan.is_empty() && status::is_complete(d, &d["status"]) {
        clean_up(d, sets, ctx);
    }
    write_status(d, &Sets::read(ctx, d), true, ctx);
    Told::Now
}

/// Makes (if `create`) the replica set of the current template and keeps its annotations; the deployment as it then is.
fn keep_new_set(d: Object, sets: &mut Sets, create: bool, ctx: &mut Ctx<'_>) -> Object {
    let next = sets.old.iter().map(revision::revision).max().unwrap_or(0) + 1;
    let (set, reason, message) = match sets.new.take() {
        Some(rs) => {
            let rs = update_set(&d, rs, next, ctx);
            let message = format!("Found new replica set {:?}", rs.name().as_str());
            (rs, "FoundNewReplicaSet", message)
        }
        None if create => match create_set(&d, sets, next, ctx) {
            Ok(rs) => {
                let message = format!("Created new replica set {:?}", rs.name().as_str());
                (rs, "NewReplicaSetCreated", message)
            }
            Err(d) => return *d,
        },
        None => return d,
    };
    let news = reason == "NewReplicaSetCreated" || d.condition("Progressing").is_null();
    let number = ecow::eco_format!("{}", revision::revision(&set));
    sets.new = Some(set);
    let mut s = d["status"].clone();
    if news && status::deadline_s(&d).is_some() {
        status::set_condition(&mut s, "Progressing", "True", reason, &message, ctx.now());
    }
    let written = ctx.api.update_status(resources::DEPLOYMENT, &d.key(), |d| {
        d["metadata"]["annotations"].set(REVISION, number);
        d.set("status", s);
    });
    written.unwrap_or(d)
}

fn update_set(d: &Object, rs: Object, next: i64, ctx: &mut Ctx<'_>) -> Object {
    let annotations = revision::annotations(d, &rs, next, false);
    let written = ctx.api.modify(resources::REPLICA_SET, &rs.key(), Subresource::Main, |rs| {
        rs["metadata"].set("annotations", annotations);
        rs["spec"].set("minReadySeconds", d["spec"]["minReadySeconds"].clone());
    });
    written.unwrap_or(rs)
}

/// A replica set as the deployment wants it now.
fn new_set(d: &Object, sets: &Sets, next: i64) -> Object {
    let hash = hash::pod_template_hash(&d["spec"]["template"], d["status"]["collisionCount"].int());
    let mut rs = Object::default();
    let mut template = d["spec"]["template"].clone();
    template["metadata"]["labels"].set(HASH_LABEL, &hash);
    let mut selector = d["spec"]["selector"].clone();
    selector["matchLabels"].set(HASH_LABEL, &hash);
    rs["metadata"].set("name", ecow::eco_format!("{}-{hash}", d.name()));
    rs["metadata"].set("namespace", d.namespace());
    rs["metadata"].set("labels", template["metadata"]["labels"].clone());
    rs["metadata"].set("ownerReferences", vec![d.owner_reference()]);
    let annotations = revision::annotations(d, &rs, next, true);
    rs["metadata"].set("annotations", annotations);
    rs["spec"].set("replicas", rolling::new_size(d, &sets.old(), 0));
    rs["spec"].set("minReadySeconds", d["spec"]["minReadySeconds"].clone());
    rs["spec"].set("selector", selector);
    rs["spec"].set("template", template);
    rs
}

/// The replica set, or the deployment after a collision of hashes (then the next sync tries another name).
fn create_set(d: &Object, sets: &Sets, next: i64, ctx: &mut Ctx<'_>) -> Result<Object, Box<Object>> {
    let rs = new_set(d, sets, next);
    match ctx.api.create(resources::REPLICA_SET, rs) {
        Ok(rs) => {
            if replicas(&rs) > 0 {
                record(d, rs.name(), 0, replicas(&rs), ctx);
            }
            Ok(rs)
        }
        Err(error) => {
            ctx.queue.after_ms(RETRY_MS, Work::Deployment(d.key()));
            let mut s = d["status"].clone();
            if error.reason == "AlreadyExists" {
                let collisions = s["collisionCount"].int().unwrap_or(0) + 1;
                s.set("collisionCount", collisions);
            } else if status::deadline_s(d).is_some() {
                let now = ctx.now();
                status::set_condition(
                    &mut s,
                    "Progressing",
                    "False",
                    "ReplicaSetCreateError",
                    &error.message,
                    now,
                );
            }
            Err(Box::new(put_status(d, s, ctx).unwrap_or_else(|| d.clone())))
        }
    }
}

fn apply(d: &Object, plan: &[Scale], ctx: &mut Ctx<'_>) {
    for step in plan {
        ctx.api.modify(resources::REPLICA_SET, &step.key, Subresource::Main, |rs| {
            rs["spec"].set("replicas", step.to);
            revision::sizes(d, &mut rs["metadata"]["annotations"]);
        });
        if step.from != step.to {
            record(d, &step.key.name, step.from, step.to, ctx);
        }
    }
}

fn record(d: &Object, set: &str, from: i64, to: i64, ctx: &mut Ctx<'_>) {
    let way = if to > from { "up" } else { "down" };
    let message = format!("Scaled {way} replica set {set} from {from} to {to}");
    ctx.api.record(d, "", EventType::Normal, "ScalingReplicaSet", &message, SOURCE);
}

fn clean_up(d: &Object, sets: &Sets, ctx: &mut Ctx<'_>) {
    for rs in revision::too_old(d, &sets.old()) {
        // Gone already is as good.
        let _ = ctx.api.delete(resources::REPLICA_SET, &rs.key(), &DeleteOptions::default());
    }
}

fn write_status(d: &Object, sets: &Sets, rollout: bool, ctx: &mut Ctx<'_>) {
    let Some(d) = ctx.api.find(resources::DEPLOYMENT, &d.key()).cloned() else { return };
    let s = status::status(&d, &sets.all(), sets.new.as_ref(), rollout, ctx.now());
    if let Some(at) = status::late_at(&d, &s) {
        ctx.queue.at(at.plus_ms(1000).max(ctx.now().plus_ms(1000)), Work::Deployment(d.key()));
    } else if let Some(at) = status::look_again_at(&d, &s).filter(|at| *at > ctx.now()) {
        ctx.queue.at(at.plus_ms(1000), Work::Deployment(d.key()));
    }
    put_status(&d, s, ctx);
}

fn put_status(d: &Object, status: Json, ctx: &mut Ctx<'_>) -> Option<Object> {
    ctx.api.update_status(resources::DEPLOYMENT, &d.key(), |d| d.set("status", status))
}
