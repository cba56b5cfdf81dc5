//! The replicaset controller: as many pods as wanted. Models `pkg/controller/replicaset`.
//! Omits: expectations (its view is never behind), slow-start batches (a batch that fails stops at its first pod).

mod order;
mod status;

use std::collections::BTreeMap;

use crate::{
    api::{Api, Change, DeleteOptions, EventType, Record, Source, Subresource},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin, resources,
    selector::Labels,
};

use super::{
    Work,
    common::{available_at, controller_of, drop_owner, is_active, is_available},
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 8;
/// Pods made or deleted at most in one go.
const BURST: usize = 500;
/// The first pause after a failure; it doubles up to [`RETRY_MS_MAX`].
const RETRY_MS: i64 = 5;
const RETRY_MS_MAX: i64 = 1_000_000;
const SOURCE: Source<'_> = Source { component: "replicaset-controller", host: "" };

/// The replicaset controller.
#[derive(Clone, Debug, Default)]
pub struct ReplicaSets {
    failures: BTreeMap<Key, u32>,
}

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::ReplicaSet(key));
    match record.resource {
        resources::REPLICA_SET if record.change != Change::Deleted => put(object.key()),
        resources::POD if matters(record) => {
            let states = [Some(object), record.before.as_ref()];
            states.into_iter().flatten().filter_map(|o| controller_of(o, "ReplicaSet")).for_each(&mut put);
            if object.controller().is_none() && record.change != Change::Deleted {
                let sets = api.list(resources::REPLICA_SET, object.namespace());
                sets.filter(|rs| selector(rs).is_some_and(|s| s.selects(object)))
                    .map(Object::key)
                    .for_each(put);
            }
        }
        _ => {}
    }
}

/// Could this change of a pod change what its set does or says? Others are not looked at, so that the cause of a new pod is
/// the end of the old one, not a condition that came before it.
fn matters(record: &Record) -> bool {
    let view = |pod: &Object| {
        let paths =
            ["status.phase", "metadata.labels", "metadata.deletionTimestamp", "metadata.ownerReferences"];
        (pod.condition("Ready").clone(), paths.map(|path| pod.at(path).clone()))
    };
    match &record.before {
        Some(before) if record.change == Change::Modified => view(before) != view(&record.object),
        _ => true,
    }
}

fn selector(rs: &Object) -> Option<Labels> {
    let selector = &rs["spec"]["selector"];
    (!selector.is_empty()).then(|| Labels::from_object(selector))
}

/// Pods to make, or to delete.
#[derive(Debug, PartialEq)]
enum Plan {
    Create(usize),
    Delete(Vec<Key>),
}

/// The pure part: `active` are the set's active pods, `rank` counts related pods on a pod's node.
fn plan(rs: &Object, active: &[&Object], rank: impl Fn(&Object) -> usize, now: crate::clock::Time) -> Plan {
    let wanted = usize::try_from(rs["spec"]["replicas"].int().unwrap_or(1)).unwrap_or(0);
    let have = active.len();
    if have <= wanted {
        return Plan::Create((wanted - have).min(BURST));
    }
    let mut pods = active.to_vec();
    order::sort(&mut pods, rank, now);
    Plan::Delete(pods.into_iter().take((have - wanted).min(BURST)).map(Object::key).collect())
}

/// A pod of this set, without a name.
fn new_pod(rs: &Object) -> Object {
    let template = &rs["spec"]["template"];
    let mut pod = Object::default();
    for field in ["labels", "annotations", "finalizers"] {
        pod["metadata"].set(field, template["metadata"][field].clone());
    }
    pod["metadata"].set("generateName", ecow::eco_format!("{}-", rs.name()));
    pod["metadata"].set("namespace", rs.namespace());
    pod["metadata"].set("ownerReferences", vec![rs.owner_reference()]);
    pod.set("spec", template["spec"].clone());
    pod
}

impl ReplicaSets {
    /// Brings one replica set to its size.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::REPLICASET_CONTROLLER);
        let Some(rs) = ctx.api.find(resources::REPLICA_SET, key).cloned() else {
            self.failures.remove(key);
            return;
        };
        let Some(labels) = selector(&rs) else { return };
        claim(&rs, &labels, ctx);
        let failure = if rs.is_terminating() { None } else { manage(&rs, ctx) };
        write_status(&rs, failure.as_ref(), ctx);
        match failure {
            Some(_) => {
                let times = self.failures.entry(key.clone()).or_default();
                let pause_ms = RETRY_MS.saturating_mul(1 << (*times).min(30)).min(RETRY_MS_MAX);
                *times += 1;
                ctx.queue.after_ms(pause_ms, Work::ReplicaSet(key.clone()));
            }
            None => {
                self.failures.remove(key);
            }
        }
    }
}

fn claim(rs: &Object, labels: &Labels, ctx: &mut Ctx<'_>) {
    let (mut adopt, mut release) = (Vec::new(), Vec::new());
    for pod in ctx.api.list(resources::POD, rs.namespace()) {
        match (pod.controller_uid(), labels.selects(pod)) {
            (None, true) if is_active(pod) && !rs.is_terminating() => adopt.push(pod.key()),
            (Some(uid), false) if uid == rs.uid() => release.push(pod.key()),
            _ => {}
        }
    }
    for key in adopt {
        ctx.api.modify(resources::POD, &key, Subresource::Main, |pod| {
            pod["metadata"]["ownerReferences"].list_mut().push(rs.owner_reference());
        });
    }
    for key in release {
        ctx.api.modify(resources::POD, &key, Subresource::Main, |pod| drop_owner(pod, rs.uid()));
    }
}

fn pods_of<'a>(api: &'a Api, rs: &Object) -> Vec<&'a Object> {
    let uid = rs.uid().clone();
    let mine = move |p: &&Object| p.controller_uid() == Some(&uid) && is_active(p);
    api.owned_by(rs.uid(), resources::POD).filter(mine).collect()
}

/// How many active pods of the set and of its sisters (sets of the same owner) are on each node.
fn crowding(api: &Api, rs: &Object) -> BTreeMap<String, usize> {
    let mut nodes = BTreeMap::new();
    let sisters: Vec<&Object> = match rs.controller_uid() {
        Some(uid) => api.owned_by(uid, resources::REPLICA_SET).collect(),
        None => vec![rs],
    };
    for pod in sisters.into_iter().flat_map(|rs| pods_of(api, rs)) {
        *nodes.entry(pod.at("spec.nodeName").text().to_owned()).or_default() += 1;
    }
    nodes
}

/// Creates and deletes; what failed, as reason and message.
fn manage(rs: &Object, ctx: &mut Ctx<'_>) -> Option<(&'static str, String)> {
    let nodes = crowding(ctx.api, rs);
    let rank = |p: &Object| nodes.get(p.at("spec.nodeName").text()).copied().unwrap_or(0);
    let plan = plan(rs, &pods_of(ctx.api, rs), rank, ctx.now());
    match plan {
        Plan::Create(n) => create(rs, n, ctx),
        Plan::Delete(keys) => delete(rs, &keys, ctx),
    }
}

fn create(rs: &Object, n: usize, ctx: &mut Ctx<'_>) -> Option<(&'static str, String)> {
    let pod = new_pod(rs);
    for _ in 0..n {
        match ctx.api.create(resources::POD, pod.clone()) {
            Ok(pod) => {
                let message = format!("Created pod: {}", pod.name());
                ctx.api.record(rs, "", EventType::Normal, "SuccessfulCreate", &message, SOURCE);
            }
            // Nothing can be made in a namespace that ends; trying again would not help.
            Err(error) if error.message.contains("because it is being terminated") => return None,
            Err(error) => {
                let message = format!("Error creating: {}", error.message);
                ctx.api.record(rs, "", EventType::Warning, "FailedCreate", &message, SOURCE);
                return Some(("FailedCreate", error.message));
            }
        }
    }
    None
}

fn delete(rs: &Object, keys: &[Key], ctx: &mut Ctx<'_>) -> Option<(&'static str, String)> {
    for key in keys {
        match ctx.api.delete(resources::POD, key, &DeleteOptions::default()) {
            Ok(_) => {
                let message = format!("Deleted pod: {}", key.name);
                ctx.api.record(rs, "", EventType::Normal, "SuccessfulDelete", &message, SOURCE);
            }
            Err(error) if error.reason == "NotFound" => {}
            Err(error) => {
                let message = format!("Error deleting: {}", error.message);
                ctx.api.record(rs, "", EventType::Warning, "FailedDelete", &message, SOURCE);
                return Some(("FailedDelete", error.message));
            }
        }
    }
    None
}

fn write_status(rs: &Object, failure: Option<&(&'static str, String)>, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let active = pods_of(ctx.api, rs);
    let failure = failure.map(|(reason, message)| (*reason, message.as_str()));
    let status: Json = status::status(rs, &active, failure, now);
    let min_ready_s = rs["spec"]["minReadySeconds"].int().unwrap_or(0);
    let soon = active.iter().filter(|p| !is_available(p, min_ready_s, now));
    if let Some(at) = soon.filter_map(|p| available_at(p, min_ready_s)).min() {
        ctx.queue.at(at, Work::ReplicaSet(rs.key()));
    }
    ctx.api.update_status(resources::REPLICA_SET, &rs.key(), |rs| rs.set("status", status));
}
