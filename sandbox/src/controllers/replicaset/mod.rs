//! The controllers of replica sets and of replication controllers: as many pods as wanted. Models `pkg/controller/replicaset`,
//! and `pkg/controller/replication`, which is the same with other names.
//! Omits: expectations (its view is never behind), slow-start batches (a batch that fails stops at its first pod).

mod status;

use std::collections::BTreeMap;

use crate::{
    api::{Api, Change, Record, Source},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{self, REPLICA_SET, REPLICATION_CONTROLLER, Resource, workload_check},
    selector::Labels,
};

use super::{
    Work,
    claim::claim,
    common::{available_at, controller_of, is_active, is_available},
    order, pod_control,
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 8;
/// Pods made or deleted at most in one go.
const BURST: usize = 500;
/// The first pause after a failure; it doubles up to [`RETRY_MS_MAX`].
const RETRY_MS: i64 = 5;
const RETRY_MS_MAX: i64 = 1_000_000;
/// What differs between the two kinds.
struct Family {
    resource: Resource,
    kind: &'static str,
    source: Source<'static>,
    user: &'static str,
}

static FAMILIES: [Family; 2] = [
    Family {
        resource: REPLICA_SET,
        kind: "ReplicaSet",
        source: Source { component: "replicaset-controller", host: "" },
        user: origin::REPLICASET_CONTROLLER,
    },
    Family {
        resource: REPLICATION_CONTROLLER,
        kind: "ReplicationController",
        source: Source { component: "replication-controller", host: "" },
        user: origin::REPLICATION_CONTROLLER,
    },
];

fn family(resource: Resource) -> &'static Family {
    if resource == REPLICA_SET { &FAMILIES[0] } else { &FAMILIES[1] }
}

/// Both controllers.
#[derive(Clone, Debug, Default)]
pub struct ReplicaSets {
    failures: BTreeMap<(Resource, Key), u32>,
}

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    match record.resource {
        REPLICA_SET | REPLICATION_CONTROLLER if record.change != Change::Deleted => {
            queue.after_ms(LATENCY_MS, Work::Replicas(record.resource, object.key()));
        }
        resources::POD if matters(record) => {
            let states = [Some(object), record.before.as_ref()];
            for family in &FAMILIES {
                let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::Replicas(family.resource, key));
                states.into_iter().flatten().filter_map(|o| controller_of(o, family.kind)).for_each(&mut put);
                if object.controller().is_none() && record.change != Change::Deleted {
                    let sets = api.list(family.resource, object.namespace());
                    sets.filter(|rs| selector(rs).is_some_and(|s| s.selects(object)))
                        .map(Object::key)
                        .for_each(put);
                }
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
    (!rs["spec"]["selector"].is_empty()).then(|| workload_check::selector(rs))
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

impl ReplicaSets {
    /// Brings one to its size.
    pub fn sync(&mut self, resource: Resource, key: &Key, ctx: &mut Ctx<'_>) {
        let family = family(resource);
        ctx.acting(family.user);
        let at = (resource, key.clone());
        let Some(rs) = ctx.api.find(resource, key).cloned() else {
            self.failures.remove(&at);
            return;
        };
        let Some(labels) = selector(&rs) else { return };
        claim(resources::POD, &rs, &labels, is_active, ctx);
        let failure = if rs.is_terminating() { None } else { manage(&rs, family, ctx) };
        write_status(&rs, family, failure.as_ref(), ctx);
        match failure {
            Some(_) => {
                let times = self.failures.entry(at).or_default();
                let pause_ms = RETRY_MS.saturating_mul(1 << (*times).min(30)).min(RETRY_MS_MAX);
                *times += 1;
                ctx.queue.after_ms(pause_ms, Work::Replicas(resource, key.clone()));
            }
            None => {
                self.failures.remove(&at);
            }
        }
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
        Some(uid) => api.owned_by(uid, REPLICA_SET).collect(),
        None => vec![rs],
    };
    for pod in sisters.into_iter().flat_map(|rs| pods_of(api, rs)) {
        *nodes.entry(pod.at("spec.nodeName").text().to_owned()).or_default() += 1;
    }
    nodes
}

/// Creates and deletes; what failed, as reason and message.
fn manage(rs: &Object, family: &Family, ctx: &mut Ctx<'_>) -> Option<(&'static str, String)> {
    let nodes = crowding(ctx.api, rs);
    let rank = |p: &Object| nodes.get(p.at("spec.nodeName").text()).copied().unwrap_or(0);
    let plan = plan(rs, &pods_of(ctx.api, rs), rank, ctx.now());
    match plan {
        Plan::Create(n) => create(rs, n, family, ctx),
        Plan::Delete(keys) => {
            let failed = keys.iter().find_map(|key| pod_control::delete(rs, key, family.source, ctx).err());
            failed.map(|error| ("FailedDelete", error.message))
        }
    }
}

fn create(rs: &Object, n: usize, family: &Family, ctx: &mut Ctx<'_>) -> Option<(&'static str, String)> {
    let pod = pod_control::new_pod(rs, &rs["spec"]["template"]);
    for _ in 0..n {
        match pod_control::create(rs, pod.clone(), family.source, ctx) {
            Ok(_) => {}
            Err(error) if pod_control::namespace_ends(&error) => return None,
            Err(error) => return Some(("FailedCreate", error.message)),
        }
    }
    None
}

fn write_status(rs: &Object, family: &Family, failure: Option<&(&'static str, String)>, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let active = pods_of(ctx.api, rs);
    let failure = failure.map(|(reason, message)| (*reason, message.as_str()));
    let status: Json = status::status(rs, &active, failure, now);
    let min_ready_s = rs["spec"]["minReadySeconds"].int().unwrap_or(0);
    let soon = active.iter().filter(|p| !is_available(p, min_ready_s, now));
    if let Some(at) = soon.filter_map(|p| available_at(p, min_ready_s)).min() {
        ctx.queue.at(at, Work::Replicas(family.resource, rs.key()));
    }
    ctx.api.update_status(family.resource, &rs.key(), |rs| rs.set("status", status));
}
