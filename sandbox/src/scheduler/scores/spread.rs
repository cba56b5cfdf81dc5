//! Pods of one service or replica set go apart. Models PodTopologySpread with the system's default constraints: host names
//! with a skew of 3, zones with a skew of 5, both only wished for.

use std::collections::BTreeMap;

use super::MAX;
use crate::{api::Api, object::Object, resources, scheduler::nodes::NodeInfo, selector::Labels};

const HOST: &str = "kubernetes.io/hostname";
const CONSTRAINTS: [(&str, f64); 2] = [(HOST, 3.0), ("topology.kubernetes.io/zone", 5.0)];

/// Models `helper.DefaultSelector`: what the pod's services and its replica set select; empty where there are none.
pub fn default_selector(pod: &Object, api: &Api) -> Labels {
    let mut all = Labels::default();
    for service in api.list(resources::SERVICE, pod.namespace()) {
        let selector = Labels::from_map(&service["spec"]["selector"]);
        if !selector.is_empty() && selector.selects(pod) {
            all.0.extend(selector.0);
        }
    }
    let owner = pod.controller().filter(|r| r["kind"] == "ReplicaSet").map(|r| r["name"].text());
    let key = owner.map(|name| crate::object::Key::new(pod.namespace().clone(), name));
    if let Some(set) = key.and_then(|key| api.find(resources::REPLICA_SET, &key)) {
        all.0.extend(Labels::from_object(&set["spec"]["selector"]).0);
    }
    all
}

/// Points of each fitting node.
pub fn score(pod: &Object, selector: &Labels, fitting: &[&NodeInfo<'_>], all: &[NodeInfo<'_>]) -> Vec<i64> {
    if selector.is_empty() {
        return vec![0; fitting.len()];
    }
    let counts_here = |info: &NodeInfo<'_>| -> i64 {
        let same =
            |p: &&&Object| !p.is_terminating() && p.namespace() == pod.namespace() && selector.selects(p);
        info.pods.iter().filter(same).count() as i64
    };
    let mut raw = vec![0.0; fitting.len()];
    for (key, skew) in CONSTRAINTS {
        let mut domains: BTreeMap<&str, i64> = BTreeMap::new();
        let domain = |info: &NodeInfo<'_>| info.node["metadata"]["labels"][key].text().to_owned();
        for info in fitting {
            domains.entry(info.node["metadata"]["labels"][key].text()).or_default();
        }
        for info in all {
            if let Some(n) = domains.get_mut(domain(info).as_str()) {
                *n += counts_here(info);
            }
        }
        let size = if key == HOST { fitting.len() } else { domains.len() };
        let weight = ((size + 2) as f64).ln();
        for (points, info) in raw.iter_mut().zip(fitting) {
            if info.node["metadata"]["labels"][key].is_null() {
                continue;
            }
            let count = if key == HOST { counts_here(info) } else { domains[domain(info).as_str()] };
            *points += count as f64 * weight + (skew - 1.0);
        }
    }
    let raw: Vec<i64> = raw.into_iter().map(|p| p.round() as i64).collect();
    let (least, most) = (raw.iter().min().copied().unwrap_or(0), raw.iter().max().copied().unwrap_or(0));
    raw.iter().map(|p| if most == 0 { MAX } else { MAX * (most + least - p) / most }).collect()
}
