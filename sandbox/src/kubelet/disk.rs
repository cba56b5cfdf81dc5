//! A disk that fills: images that nobody uses go before pods do, and pods go that write more than they may. Models
//! `reclaimNodeLevelResources` with `DeleteUnusedImages`, and `localStorageEviction` (`eviction_manager.go`).
//! Omits: the age below which an image stays (2 min), the image garbage collection of every five minutes, `emptyDir.sizeLimit`,
//! a disk without any room (who writes to it goes on).

use std::collections::BTreeSet;

use ecow::EcoString;

use super::{Kubelets, Work, image, pressure::Signal, run::PodRun, spec::ContainerSpec};
use crate::{
    clock::Time,
    cluster::{Ctx, Queue},
    object::Key,
    resources::{cells, quantity},
    usage::Line,
};

/// A container that may not write more than so much.
struct Bound<'a> {
    spec: &'a ContainerSpec,
    bytes: u64,
    line: Line,
}

fn bounds(run: &PodRun) -> impl Iterator<Item = Bound<'_>> {
    run.main().filter_map(|(spec, c)| {
        let bytes = spec.limit(Signal::Disk.resource())?;
        Some(Bound { spec, bytes, line: c.running()?.burden().disk })
    })
}

/// What all containers of a pod may write together: as far as they say. Models `PodLimits`.
fn bound(run: &PodRun) -> Option<u64> {
    let said = run.main().filter_map(|(spec, _)| spec.limit(Signal::Disk.resource()));
    said.reduce(u64::saturating_add)
}

/// When a pod will have written more than it may.
fn exceeds_at(run: &PodRun, now: Time) -> Option<Time> {
    let each = bounds(run).filter_map(|b| b.line.exceeds(b.bytes, now));
    let all = bound(run).and_then(|bytes| run.burden.disk.exceeds(bytes, now));
    each.chain(all).min()
}

/// Why a pod that has written more than it may is evicted.
fn excess(run: &PodRun, now: Time) -> Option<String> {
    let limit = |spec: &ContainerSpec| cells::plain(&spec.resources["limits"][Signal::Disk.resource()]);
    if let Some(bytes) = bound(run).filter(|bytes| run.burden.disk.at(now) > *bytes) {
        let mut said = run.main().map(|(spec, _)| limit(spec)).filter(|text| !text.is_empty());
        let sum = match (said.next(), said.next()) {
            (Some(only), None) => only,
            _ => quantity::format_bytes(i64::try_from(bytes).unwrap_or(i64::MAX)),
        };
        return Some(format!(
            "Pod ephemeral local storage usage exceeds the total limit of containers {sum}. "
        ));
    }
    let over = bounds(run).find(|b| b.line.at(now) > b.bytes)?;
    let (name, limit) = (&over.spec.name, limit(over.spec));
    Some(format!("Container {name} exceeded its local ephemeral storage limit {limit:?}. "))
}

impl Kubelets {
    /// Comes back when a pod will have written more than it may.
    pub(super) fn foresee_excess(&self, key: &Key, queue: &mut Queue, now: Time) {
        let Some(run) = self.pods.get(key).filter(|run| run.doom.is_none()) else { return };
        let Some(host) = self.hosts.get(&run.node).filter(|host| host.up) else { return };
        if let Some(at) = exceeds_at(run, now) {
            queue.at(host.housekeeping.look_at(at), Work::Housekeeping(run.node.clone()));
        }
    }

    /// A pod on a node that has written more than it may, and why it goes.
    pub(super) fn over_its_limit(&self, node: &EcoString, now: Time) -> Option<(Key, String)> {
        self.evictable(node).find_map(|(key, run)| Some((key.clone(), excess(run, now)?)))
    }

    /// Deletes the images that no container on a node was made from.
    pub(super) fn delete_unused_images(&mut self, node: &EcoString, ctx: &mut Ctx<'_>) {
        let here = self.pods.values().filter(|run| run.node == *node && !run.finished());
        let used: BTreeSet<EcoString> =
            here.flat_map(|run| &run.spec.containers).map(|c| image::canonical(&c.image)).collect();
        let Some(host) = self.hosts.get_mut(node) else { return };
        let before = host.images.len();
        host.images.retain(|name, _| used.contains(name));
        if host.images.len() != before {
            ctx.queue.at(host.next_status(ctx.now()), Work::NodeChange(node.clone()));
        }
    }
}
