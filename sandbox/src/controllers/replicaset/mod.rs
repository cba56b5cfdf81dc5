//! The controllers of replica sets and of replication controllers: as many pods as wanted. Models `pkg/controller/replicaset`,
//! and `pkg/controller/replication`, which is the same with other names.
//! Omits: expectations (its view is never behind).

mod batch;
mod status;
mod tally;

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
    claim::{adopt, claim},
    common::{controller_of, is_active, is_ready},
    order, pod_control,
};
use batch::{Batches, Left, Turn};
use status::Census;
use tally::Tally;

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

/// As whom the controller of a kind writes.
pub fn user(resource: Resource) -> &'static str {
    family(resource).user
}

/// Both controllers.
#[derive(Clone, Debug, Default)]
pub struct ReplicaSets {
    failures: BTreeMap<(Resource, Key), u32>,
    /// Sets in the middle of a sync.
    busy: BTreeMap<(Resource, Key), Batches>,
    tally: Tally,
}

/// Puts work for the sets that a change may matter to.
fn put_work(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    if record.resource == resources::POD && record.is_aside() {
        return;
    }
    if record.resource == resources::POD
        && let Some((resource, key, after_ms)) = available_later(record, api)
    {
        queue.after_ms(after_ms, Work::ReplicasLater(resource, key));
    }
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

/// A pod has become ready: when its set may count it as available, a second later than need be.
fn available_later(record: &Record, api: &Api) -> Option<(Resource, Key, i64)> {
    let became = is_ready(&record.object) && record.before.as_ref().is_some_and(|b| !is_ready(b));
    let of = |family: &Family| Some((family.resource, controller_of(&record.object, family.kind)?));
    let (resource, key) = FAMILIES.iter().find_map(of).filter(|_| became)?;
    let min_ready_s = api.find(resource, &key).map_or(0, min_ready_s);
    (min_ready_s > 0).then_some((resource, key, (min_ready_s + 1) * 1000))
}

fn min_ready_s(rs: &Object) -> i64 {
    rs["spec"]["minReadySeconds"].int().unwrap_or(0)
}

fn selector(rs: &Object) -> Option<Labels> {
    (!rs["spec"]["selector"].is_empty()).then(|| workload_check::selector(rs))
}

fn size(rs: &Object) -> usize {
    usize::try_from(rs["spec"]["replicas"].int().unwrap_or(1)).unwrap_or(0)
}

/// Which pods go, so that no more than `keep` of the active ones stay. `rank` counts related pods on a pod's node.
fn surplus(
    mut active: Vec<&Object>,
    keep: usize,
    rank: impl Fn(&Object) -> usize,
    now: crate::clock::Time,
) -> Vec<Key> {
    order::sort(&mut active, rank, now);
    let gone = active.len().saturating_sub(keep).min(BURST);
    active.into_iter().take(gone).map(Object::key).collect()
}

impl ReplicaSets {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        self.tally.observe(record);
        put_work(record, api, queue);
    }

    /// Brings one to its size.
    pub fn sync(&mut self, resource: Resource, key: &Key, ctx: &mut Ctx<'_>) {
        let at = (resource, key.clone());
        if let Some(batches) = self.busy.get_mut(&at) {
            batches.again = true;
            return;
        }
        let family = family(resource);
        ctx.acting(family.user);
        let Some(rs) = ctx.api.find(resource, key).cloned() else {
            self.failures.remove(&at);
            return;
        };
        let Some(labels) = selector(&rs) else { return };
        let census = self.count(&rs, &labels, ctx);
        let left = if rs.is_terminating() { Left::Create(0) } else { wanted(&rs, census.replicas, ctx) };
        if left == Left::Create(0) {
            self.failures.remove(&at);
            return write_status(&rs, &census, family, None, ctx);
        }
        self.busy.insert(at, Batches::new(left, (rs, census)));
        self.batch(resource, key, ctx);
    }

    /// Claims the set's pods and counts them.
    fn count(&self, rs: &Object, labels: &Labels, ctx: &mut Ctx<'_>) -> Census {
        let claimed = if self.tally.all_selected(rs, labels) {
            adopt(resources::POD, rs, labels, is_active, ctx)
        } else {
            claim(resources::POD, rs, labels, is_active, ctx)
        };
        // What was claimed just now is not in the tally yet.
        if claimed || min_ready_s(rs) != 0 {
            return Census::of(rs, &pods_of(ctx.api, rs));
        }
        self.tally.census(rs)
    }

    /// The next batch of a sync, or its end.
    pub fn batch(&mut self, resource: Resource, key: &Key, ctx: &mut Ctx<'_>) {
        let family = family(resource);
        ctx.acting(family.user);
        let Some(batches) = self.busy.get_mut(&(resource, key.clone())) else { return };
        let (turn, next) = batches.turn(|wanted| ctx.room_for(wanted), ctx.now());
        let rs = batches.began.0.clone();
        match turn {
            Turn::Create(n) => create(&rs, n, family, batches, ctx),
            Turn::Delete(keys) => {
                for error in
                    keys.iter().filter_map(|key| pod_control::delete(&rs, key, family.source, ctx).err())
                {
                    batches.fail(("FailedDelete", error.message));
                }
            }
            Turn::Finish => return self.finish(resource, key, ctx),
        }
        ctx.queue.at(next, Work::ReplicasBatch(resource, key.clone()));
    }

    /// Tells what was known when the sync began, as the controller does: its own pods come back to it later.
    fn finish(&mut self, resource: Resource, key: &Key, ctx: &mut Ctx<'_>) {
        let at = (resource, key.clone());
        let Some(batches) = self.busy.remove(&at) else { return };
        let (rs, census) = &batches.began;
        write_status(rs, census, family(resource), batches.failure.as_ref(), ctx);
        if batches.again {
            ctx.queue.after_ms(LATENCY_MS, Work::Replicas(resource, key.clone()));
        }
        if batches.failure.is_none() {
            self.failures.remove(&at);
            return;
        }
        let times = self.failures.entry(at).or_default();
        let pause_ms = RETRY_MS.saturating_mul(1 << (*times).min(30)).min(RETRY_MS_MAX);
        *times += 1;
        ctx.queue.after_ms(pause_ms, Work::Replicas(resource, key.clone()));
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

/// What is to be done to have as many pods as wanted.
fn wanted(rs: &Object, have: usize, ctx: &Ctx<'_>) -> Left {
    if let Some(lack) = size(rs).checked_sub(have) {
        return Left::Create(lack.min(BURST));
    }
    let nodes = crowding(ctx.api, rs);
    let rank = |p: &Object| nodes.get(p.at("spec.nodeName").text()).copied().unwrap_or(0);
    Left::Delete(surplus(pods_of(ctx.api, rs), size(rs), rank, ctx.now()))
}

/// Makes a batch of pods: all of them are tried, whatever becomes of the first.
fn create(rs: &Object, n: usize, family: &Family, batches: &mut Batches, ctx: &mut Ctx<'_>) {
    let pod = pod_control::new_pod(rs, &rs["spec"]["template"]);
    for _ in 0..n {
        match pod_control::create(rs, pod.clone(), family.source, ctx) {
            Ok(_) => {}
            // Nothing can be made in a namespace that ends; trying again would not help.
            Err(error) if pod_control::namespace_ends(&error) => batches.stop(),
            Err(error) => batches.fail(("FailedCreate", error.message)),
        }
    }
}

fn write_status(
    rs: &Object,
    census: &Census,
    family: &Family,
    failure: Option<&(&'static str, String)>,
    ctx: &mut Ctx<'_>,
) {
    let now = ctx.now();
    let failure = failure.map(|(reason, message)| (*reason, message.as_str()));
    let status: Json = status::status(rs, census, failure, now);
    let min_ready_s = min_ready_s(rs);
    let count = |field: &str| status[field].int().unwrap_or(0);
    let wanted = rs["spec"]["replicas"].int().unwrap_or(1);
    if min_ready_s > 0 && count("readyReplicas") == wanted && count("availableReplicas") != wanted {
        let later = Work::ReplicasLater(family.resource, rs.key());
        ctx.queue.at(now.plus_ms(min_ready_s * 1000), later);
    }
    ctx.api.update_status(family.resource, &rs.key(), |rs| rs.set("status", status));
}
