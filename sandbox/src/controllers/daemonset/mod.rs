//! The daemonset controller: a pod on every node that takes one. Models `pkg/controller/daemon`.
//! Omits: expectations (its view is never behind), slow-start batches.

mod nodes;
mod plan;
mod pods;
mod revisions;
mod rolling;
mod status;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, Change, EventType, Record, Source},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{CONTROLLER_REVISION, DAEMON_SET, NODE, POD},
    selector::Labels,
};

use super::{
    Work,
    claim::claim,
    common::{controller_of, is_active},
    pod_control,
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 8;
/// Pods made or deleted at most in one go.
const BURST: usize = 250;
/// Pause before a daemon's pod that failed is replaced; it doubles up to [`BACKOFF_MS_MAX`].
const BACKOFF_MS: i64 = 1_000;
const BACKOFF_MS_MAX: i64 = 900_000;
/// Pause after pods that could not be made.
const RETRY_MS: i64 = 1_000;
const SOURCE: Source<'_> = Source { component: "daemonset-controller", host: "" };

/// Pods of a daemon set by the node that they are for.
type ByNode = BTreeMap<EcoString, Vec<Object>>;

/// The daemonset controller.
#[derive(Clone, Debug, Default)]
pub struct DaemonSets {
    /// Pauses after failed pods, by set and node: how long, and since when.
    pauses: BTreeMap<(Key, EcoString), (i64, Time)>,
}

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |key: Key| queue.after_ms(LATENCY_MS, Work::DaemonSet(key));
    match record.resource {
        DAEMON_SET if record.change != Change::Deleted => put(object.key()),
        CONTROLLER_REVISION | POD => {
            let states = [Some(object), record.before.as_ref()];
            states.into_iter().flatten().filter_map(|o| controller_of(o, "DaemonSet")).for_each(&mut put);
            let orphan = object.controller().is_none() && record.change != Change::Deleted;
            if orphan && record.resource == POD {
                let takes = |ds: &&Object| Labels::from_object(&ds["spec"]["selector"]).selects(object);
                api.list(DAEMON_SET, object.namespace()).filter(takes).map(Object::key).for_each(put);
            }
        }
        NODE if record.change != Change::Deleted && nodes::matters(record) => {
            api.list(DAEMON_SET, "").map(Object::key).for_each(put);
        }
        _ => {}
    }
}

impl DaemonSets {
    /// Brings one daemon set a step nearer to its spec.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::DAEMON_SET_CONTROLLER);
        let Some(ds) = ctx.api.find(DAEMON_SET, key).cloned() else {
            self.pauses.retain(|(set, _), _| set != key);
            return;
        };
        let labels = Labels::from_object(&ds["spec"]["selector"]);
        if labels.is_empty() {
            let message = "This daemon set is selecting all pods. A non-empty selector is required.";
            return ctx.api.record(&ds, "", EventType::Warning, "SelectingAll", message, SOURCE);
        }
        if ds.is_terminating() {
            return;
        }
        claim(POD, &ds, &labels, is_active, ctx);
        claim(CONTROLLER_REVISION, &ds, &labels, |_| true, ctx);
        let Some(hash) = revisions::keep(&ds, ctx) else {
            return ctx.queue.after_ms(RETRY_MS, Work::DaemonSet(key.clone()));
        };
        let Some(failed) = self.manage(&ds, &hash, ctx) else {
            return ctx.queue.after_ms(LATENCY_MS, Work::DaemonSet(key.clone()));
        };
        if ds["spec"]["updateStrategy"]["type"] == "RollingUpdate" && !failed {
            roll(&ds, &hash, ctx);
        }
        revisions::clean_up(&ds, ctx);
        write_status(&ds, &hash, ctx);
        if failed {
            ctx.queue.after_ms(RETRY_MS, Work::DaemonSet(key.clone()));
        }
    }

    /// Makes and deletes pods so that each node has what it should: true where that failed, `None` where the client's write
    /// limit left some for later.
    fn manage(&mut self, ds: &Object, hash: &str, ctx: &mut Ctx<'_>) -> Option<bool> {
        let (nodes, pods, now) = (all_nodes(ctx.api), pods(ds, ctx.api), ctx.now());
        let plan = plan::plan(ds, &nodes, &pods, hash, now);
        let mut gone = plan.delete;
        for (node, pod) in plan.ended {
            if let Some(key) = self.replace(ds, node, &pod, ctx) {
                gone.push(key);
            }
        }
        let (mut made, mut failed) = (0, false);
        let wanted = plan.create.len().min(BURST);
        let allowed = ctx.room_for(wanted);
        for node in plan.create.into_iter().take(allowed) {
            let pod = pods::new_pod(ds, &node, hash);
            match pod_control::create(ds, pod, SOURCE, ctx) {
                Ok(_) => made += 1,
                Err(error) if pod_control::namespace_ends(&error) => break,
                Err(_) => failed = true,
            }
        }
        if made == allowed && allowed < wanted {
            return None;
        }
        gone.truncate(BURST);
        Some(failed | delete(ds, &gone, ctx))
    }

    /// A pod that ended is deleted, unless one on its node failed a moment ago.
    fn replace(&mut self, ds: &Object, node: EcoString, pod: &Object, ctx: &mut Ctx<'_>) -> Option<Key> {
        let (name, now) = (pod.name(), ctx.now());
        if pod.at("status.phase") == "Succeeded" {
            let message =
                format!("Found succeeded daemon pod {} on node {node}, will try to delete it", pod.key());
            ctx.api.record(ds, "", EventType::Normal, "SucceededDaemonPod", &message, SOURCE);
            return Some(pod.key());
        }
        let at = (ds.key(), node.clone());
        let (pause_ms, since) = self.pauses.get(&at).copied().unwrap_or((0, now));
        if now < since.plus_ms(pause_ms) {
            ctx.queue.at(since.plus_ms(pause_ms), Work::DaemonSet(ds.key()));
            return None;
        }
        let quiet = now.since_ms(since) > 2 * BACKOFF_MS_MAX;
        let next_ms = if pause_ms == 0 || quiet { BACKOFF_MS } else { (pause_ms * 2).min(BACKOFF_MS_MAX) };
        self.pauses.insert(at, (next_ms, now));
        let message =
            format!("Found failed daemon pod {}/{name} on node {node}, will try to kill it", ds.namespace());
        ctx.api.record(ds, "", EventType::Warning, "FailedDaemonPod", &message, SOURCE);
        Some(pod.key())
    }
}

fn all_nodes(api: &Api) -> Vec<Object> {
    api.list(NODE, "").cloned().collect()
}

/// Its pods by node; those that are told to go and have ended count no more.
fn pods(ds: &Object, api: &Api) -> ByNode {
    let mut all = ByNode::new();
    for pod in api.owned_by(ds.uid(), POD).filter(|p| p.controller_uid() == Some(ds.uid())) {
        let ended = matches!(pod.at("status.phase").text(), "Succeeded" | "Failed");
        if !(ended && pod.is_terminating()) {
            all.entry(pods::node_of(pod)).or_default().push(pod.clone());
        }
    }
    all
}

/// Lets old pods go, and new ones come beside them.
fn roll(ds: &Object, hash: &str, ctx: &mut Ctx<'_>) {
    let (nodes, pods, now) = (all_nodes(ctx.api), pods(ds, ctx.api), ctx.now());
    for node in rolling::second(ds, &nodes, &pods, hash, now).into_iter().take(BURST) {
        // Another try comes with the next change.
        let _ = pod_control::create(ds, pods::new_pod(ds, &node, hash), SOURCE, ctx);
    }
    delete(ds, &rolling::delete(ds, &nodes, &pods, hash, now), ctx);
}

/// True where a pod could not be deleted.
fn delete(ds: &Object, pods: &[Key], ctx: &mut Ctx<'_>) -> bool {
    pods.iter().fold(false, |failed, key| failed | pod_control::delete(ds, key, SOURCE, ctx).is_err())
}

fn write_status(ds: &Object, hash: &str, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let (nodes, pods) = (all_nodes(ctx.api), pods(ds, ctx.api));
    let status: Json = status::status(ds, &nodes, &pods, hash, now);
    let collisions = ctx.api.find(DAEMON_SET, &ds.key()).map(|d| d["status"]["collisionCount"].clone());
    if let Some(at) = status::available_soon(ds, &pods, now) {
        ctx.queue.at(at, Work::DaemonSet(ds.key()));
    }
    ctx.api.update_status(DAEMON_SET, &ds.key(), |d| {
        d.set("status", status.with("collisionCount", collisions.unwrap_or_default()));
    });
}
