//! How fast nodes may be given up. Models `ComputeZoneState` and the rates of the node lifecycle controller: where most
//! nodes of a zone are silent, the fault is more likely ours.

use std::collections::BTreeMap;

use crate::{
    api::{Change, Record},
    object::Object,
};

/// `--unhealthy-zone-threshold`, in percent.
const UNHEALTHY_PERCENT: usize = 55;
/// `--large-cluster-size-threshold`.
const LARGE: usize = 50;
/// `--node-eviction-rate` 0.1 a second.
const PAUSE_MS: i64 = 10_000;
/// `--secondary-node-eviction-rate` 0.01 a second.
const SLOW_PAUSE_MS: i64 = 100_000;

/// A node's zone.
pub fn zone(node: &Object) -> String {
    let label = |name: &str| node.label(name).unwrap_or_default().to_owned();
    let (region, zone) = (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"));
    if region.is_empty() && zone.is_empty() { String::new() } else { format!("{region}:\0:{zone}") }
}

/// How many nodes each zone has, kept from change to change: the monitor asks for every node in every pass.
#[derive(Clone, Debug, Default)]
pub struct Census(BTreeMap<String, Zone>);

#[derive(Clone, Copy, Debug, Default)]
struct Zone {
    all: usize,
    down: usize,
}

fn is_down(node: &Object) -> bool {
    node.condition("Ready")["status"] != "True"
}

impl Census {
    /// Sees a change of a node.
    pub fn observe(&mut self, record: &Record) {
        let after = (record.change != Change::Deleted).then_some(&record.object);
        let before = record.before.as_ref();
        let same = |a: &Object, b: &Object| {
            a["metadata"]["labels"].shares(&b["metadata"]["labels"]) && is_down(a) == is_down(b)
        };
        if matches!((before, after), (Some(a), Some(b)) if same(a, b)) {
            return;
        }
        if let Some(before) = before {
            let name = zone(before);
            if let Some(zone) = self.0.get_mut(&name) {
                zone.all -= 1;
                zone.down -= usize::from(is_down(before));
            }
            self.0.retain(|_, zone| zone.all > 0);
        }
        if let Some(after) = after {
            let zone = self.0.entry(zone(after)).or_default();
            zone.all += 1;
            zone.down += usize::from(is_down(after));
        }
    }

    /// Is no node ready?
    pub fn all_down(&self) -> bool {
        self.0.values().all(|zone| zone.all == zone.down)
    }

    /// Milliseconds between two nodes of a zone being given up; `None`: none is.
    pub fn pause_ms(&self, zone: &str) -> Option<i64> {
        let Zone { all, down } = self.0.get(zone).copied().unwrap_or_default();
        if self.all_down() {
            None
        } else if all != down && down > 2 && down * 100 >= all * UNHEALTHY_PERCENT {
            (all > LARGE).then_some(SLOW_PAUSE_MS)
        } else {
            Some(PAUSE_MS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, origin::Origin, resources::NODE};

    fn node(zone: usize, ready: &str) -> Object {
        Object(json!({
            "metadata": {"labels": {"topology.kubernetes.io/zone": zone.to_string()}},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        }))
    }

    fn record(change: Change, before: Option<Object>, object: Object) -> Record {
        let (at, origin) = (Time(0), Origin::user("kubelet"));
        Record { revision: 1, at, resource: NODE, change, object, before, origin }
    }

    #[test]
    fn nodes_are_given_up_slowly_or_not_at_all_when_many_are_silent() {
        for (zones, expect) in [
            (vec![(3, 1)], vec![Some(10_000)]),
            (vec![(3, 3)], vec![None]),
            (vec![(1, 1)], vec![None]),
            (vec![(5, 3)], vec![None]),
            (vec![(60, 40)], vec![Some(100_000)]),
            (vec![(2, 2), (2, 0)], vec![Some(10_000), Some(10_000)]),
            (vec![(2, 2), (2, 2)], vec![None, None]),
        ] {
            let mut census = Census::default();
            for (z, (all, down)) in zones.iter().enumerate() {
                for i in 0..*all {
                    census.observe(&record(Change::Added, None, node(z, "True")));
                    if i < *down {
                        let before = Some(node(z, "True"));
                        census.observe(&record(Change::Modified, before, node(z, "Unknown")));
                    }
                }
            }
            let pauses = |census: &Census| -> Vec<_> {
                (0..zones.len()).map(|z| census.pause_ms(&zone(&node(z, "True")))).collect()
            };
            assert_eq!(pauses(&census), expect, "{zones:?}");
            // One more comes and goes again, and one moves between zones.
            census.observe(&record(Change::Added, None, node(0, "True")));
            census.observe(&record(Change::Modified, Some(node(0, "True")), node(9, "True")));
            census.observe(&record(Change::Deleted, Some(node(9, "True")), node(9, "True")));
            assert_eq!(pauses(&census), expect, "{zones:?}");
        }
    }
}
