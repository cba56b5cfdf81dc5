//! The pod garbage collector: pods whose node is no more. Models `pkg/controller/podgc`.
//! Omits: the limit on terminated pods (12,500), the out-of-service taint.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use crate::{
    api::{Api, Change, DeleteOptions, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin, resources,
};

use super::{
    Work,
    common::{is_finished, next_on_grid, set_condition},
};

/// Between two passes.
const PERIOD_MS: i64 = 20_000;
/// A missing node may be a cache that lags: so long its pods are left alone.
const QUARANTINE_MS: i64 = 40_000;

/// The pod garbage collector. Only passes in which something may be due are run.
#[derive(Clone, Debug, Default)]
pub struct PodGc {
    started: Time,
    /// Nodes that are gone, and when a pass first missed them.
    missing: BTreeMap<EcoString, Time>,
}

fn node_is_missing(pod: &Object, api: &Api) -> bool {
    let node = pod.at("spec.nodeName").text();
    !node.is_empty() && api.find(resources::NODE, &Key::cluster(node)).is_none()
}

impl PodGc {
    /// The grid of its passes starts here.
    pub fn start(&mut self, now: Time) {
        self.started = now;
    }

    /// Sees a change.
    pub fn observe(&self, record: &Record, api: &Api, queue: &mut Queue) {
        let due = match (record.resource, record.change) {
            (resources::NODE, Change::Deleted) => api.pods_on(record.object.name()).next().is_some(),
            (resources::POD, Change::Added | Change::Modified) => node_is_missing(&record.object, api),
            _ => false,
        };
        if due {
            queue.at(next_on_grid(self.started, PERIOD_MS, record.at), Work::PodGc);
        }
    }

    /// One pass.
    pub fn sync(&mut self, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::POD_GARBAGE_COLLECTOR);
        let now = ctx.now();
        let lost: Vec<Object> =
            ctx.api.list(resources::POD, "").filter(|p| node_is_missing(p, ctx.api)).cloned().collect();
        let nodes: BTreeSet<EcoString> = lost.iter().map(|p| p.at("spec.nodeName").text().into()).collect();
        self.missing.retain(|node, _| nodes.contains(node));
        for node in nodes {
            self.missing.entry(node).or_insert(now);
        }
        let (mut left, mut go) = (false, Vec::new());
        for pod in lost {
            let since = self.missing.get(pod.at("spec.nodeName").text()).copied().unwrap_or(now);
            if now.since_ms(since) >= QUARANTINE_MS { go.push(pod) } else { left = true }
        }
        go.iter().for_each(|pod| collect(pod, ctx));
        if left {
            ctx.queue.at(next_on_grid(self.started, PERIOD_MS, now), Work::PodGc);
        }
    }
}

fn collect(pod: &Object, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    if !is_finished(pod) {
        ctx.api.update_status(resources::POD, &pod.key(), |p| {
            p["status"].set("phase", "Failed");
            let why = ("DeletionByPodGC", "PodGC: node no longer exists");
            set_condition(p, "DisruptionTarget", "True", Some(why), now);
        });
    }
    let options = DeleteOptions { grace_s: Some(0), ..DeleteOptions::default() };
    // Gone already is as good.
    let _ = ctx.api.delete(resources::POD, &pod.key(), &options);
}
