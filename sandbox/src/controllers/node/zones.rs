//! How fast nodes may be given up. Models `ComputeZoneState` and the rates of the node lifecycle controller: where most
//! nodes of a zone are silent, the fault is more likely ours.

use std::collections::BTreeMap;

use crate::object::Object;

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

/// Milliseconds between two nodes of each zone being given up; `None`: none is.
pub fn pauses<'a>(nodes: impl Iterator<Item = &'a Object>) -> BTreeMap<String, Option<i64>> {
    let mut zones: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for node in nodes {
        let (all, down) = zones.entry(zone(node)).or_default();
        *all += 1;
        *down += usize::from(node.condition("Ready")["status"] != "True");
    }
    let all_down = zones.values().all(|(all, down)| all == down);
    let pause = |(all, down): (usize, usize)| {
        if all_down {
            None
        } else if all != down && down > 2 && down * 100 >= all * UNHEALTHY_PERCENT {
            (all > LARGE).then_some(SLOW_PAUSE_MS)
        } else {
            Some(PAUSE_MS)
        }
    };
    zones.into_iter().map(|(zone, counts)| (zone, pause(counts))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

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
            let mut nodes = Vec::new();
            for (z, (all, down)) in zones.iter().enumerate() {
                for i in 0..*all {
                    let status = if i < *down { "Unknown" } else { "True" };
                    nodes.push(Object(
                        json!({"metadata": {"labels": {"topology.kubernetes.io/zone": z.to_string()}},
                        "status": {"conditions": [{"type": "Ready", "status": status}]}}),
                    ));
                }
            }
            assert_eq!(pauses(nodes.iter()).into_values().collect::<Vec<_>>(), expect, "{zones:?}");
        }
    }
}
