//! How long kubelets may keep what they read of Secrets and ConfigMaps: an annotation of every node, that grows with the
//! cluster. Models `pkg/controller/ttl`.
//! Omits: nodes annotated again when the number of nodes passes a boundary.

use ecow::{EcoString, eco_format};

use crate::{
    api::{Change, Record, Subresource},
    cluster::{Ctx, Queue},
    object::Key,
    origin,
    resources::NODE,
};

use super::Work;

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 5;
const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";

/// Up to how many nodes which time holds.
const BOUNDARIES: [(usize, i64); 5] = [(100, 0), (500, 15), (1000, 30), (2000, 60), (usize::MAX, 300)];

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    let lost = || record.object.annotation(ANNOTATION).is_none();
    if record.resource == NODE && record.change != Change::Deleted && lost() {
        queue.after_ms(LATENCY_MS, Work::NodeTtl(record.object.name().clone()));
    }
}

/// Seconds for a cluster of so many nodes.
fn ttl_s(nodes: usize) -> i64 {
    BOUNDARIES.iter().find(|(most, _)| nodes <= *most).map_or(0, |(_, ttl_s)| *ttl_s)
}

/// Brings the annotation of one node up to date.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::TTL_CONTROLLER);
    let ttl = eco_format!("{}", ttl_s(ctx.api.list(NODE, "").count()));
    ctx.api.modify(NODE, &Key::cluster(name.clone()), Subresource::Main, |node| {
        node["metadata"]["annotations"].set(ANNOTATION, ttl);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_clusters_are_asked_less_often() {
        for (nodes, expect) in [(1, 0), (100, 0), (101, 15), (800, 30), (2000, 60), (5000, 300)] {
            assert_eq!(ttl_s(nodes), expect, "{nodes}");
        }
    }
}
