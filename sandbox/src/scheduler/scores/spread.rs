//! Models the score of PodTopologySpread: the pod's own wishes, or the system's: host names with a skew of 3, zones with a
//! skew of 5.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::MAX;
use crate::{
    api::Api,
    object::{Key, Object},
    resources,
    scheduler::{
        nodes::{NodeInfo, PodInfo},
        spread::{Constraint, HOST, ZONE, constraints, has_all},
    },
    selector::Labels,
};

const OF_SYSTEM: [(&str, i64); 2] = [(HOST, 3), (ZONE, 5)];

/// Models `helper.DefaultSelector`: what the pod's services and its controller select; empty where there are none.
fn default_selector(pod: &Object, api: &Api) -> Labels {
    let mut all = Labels::default();
    for service in api.list(resources::SERVICE, pod.namespace()) {
        let selector = Labels::from_map(&service["spec"]["selector"]);
        if !selector.is_empty() && selector.selects(pod) {
            all.0.extend(selector.0);
        }
    }
    let Some(owner) = pod.controller() else { return all };
    let key = Key::new(pod.namespace().clone(), owner["name"].text());
    let selector = |resource| api.find(resource, &key).map(|o| o["spec"]["selector"].clone());
    let of_owner = match owner["kind"].text() {
        "ReplicaSet" => selector(resources::REPLICA_SET).map(|s| Labels::from_object(&s)),
        "StatefulSet" => selector(resources::STATEFUL_SET).map(|s| Labels::from_object(&s)),
        "ReplicationController" => selector(resources::REPLICATION_CONTROLLER).map(|s| Labels::from_map(&s)),
        _ => None,
    };
    all.0.extend(of_owner.unwrap_or_default().0);
    all
}

/// Constraints, and whether a node without their labels is out of the question.
fn wishes(pod: &Object, api: &Api) -> (Vec<Constraint>, bool) {
    if !pod["spec"]["topologySpreadConstraints"].is_empty() {
        return (constraints(pod, "ScheduleAnyway"), true);
    }
    let selector = default_selector(pod, api);
    if selector.is_empty() {
        return (Vec::new(), false);
    }
    (OF_SYSTEM.map(|(key, skew)| Constraint::of_system(key, skew, selector.clone())).into(), false)
}

/// Points of each fitting node.
pub fn score(pod: &PodInfo, fitting: &[&NodeInfo], all: &[&NodeInfo], api: &Api) -> Vec<i64> {
    let (wishes, all_labels) = wishes(&pod.pod, api);
    let counts = |info: &NodeInfo| !all_labels || has_all(&info.node, &wishes);
    if wishes.is_empty() {
        return vec![0; fitting.len()];
    }
    let counted: Vec<&NodeInfo> = fitting.iter().copied().filter(|info| counts(info)).collect();
    let mut raw = vec![0.0; counted.len()];
    for wish in &wishes {
        let domains = domains(wish, pod, &counted, all.iter().copied().filter(|info| counts(info)));
        let size = if wish.key == HOST { counted.len() } else { domains.len() };
        let weight = ((size + 2) as f64).ln();
        let mut counter = wish.counter(pod.pod.namespace());
        for (points, info) in raw.iter_mut().zip(&counted) {
            let Some(domain) = info.label(&wish.key) else { continue };
            let count = if wish.key == HOST { counter.on(info) } else { domains[domain.as_str()] };
            *points += count as f64 * weight + (wish.skew - 1) as f64;
        }
    }
    let mut points = normalize(&raw).into_iter();
    fitting.iter().map(|info| if counts(info) { points.next().unwrap_or(0) } else { 0 }).collect()
}

/// How many pods the domains of the fitting nodes have; nodes without the label are a domain in which nobody counts. Host
/// names are counted node by node.
fn domains<'a>(
    wish: &'a Constraint,
    pod: &'a PodInfo,
    fitting: &[&'a NodeInfo],
    all: impl Iterator<Item = &'a NodeInfo>,
) -> BTreeMap<&'a str, i64> {
    let mut domains: BTreeMap<&str, i64> = BTreeMap::new();
    if wish.key == HOST {
        return domains;
    }
    let name = |info: &'a NodeInfo| info.label(&wish.key).map_or("", EcoString::as_str);
    for info in fitting {
        domains.entry(name(info)).or_default();
    }
    let labelled = |info: &&NodeInfo| info.label(&wish.key).is_some();
    let mut counter = wish.counter(pod.pod.namespace());
    for info in all.filter(labelled).filter(|info| wish.includes(&pod.pod, &info.node)) {
        if let Some(n) = domains.get_mut(name(info)) {
            *n += counter.on(info);
        }
    }
    domains
}

/// The fewest pods get the most points.
fn normalize(raw: &[f64]) -> Vec<i64> {
    let raw: Vec<i64> = raw.iter().map(|p| p.round() as i64).collect();
    let (least, most) = (raw.iter().min().copied().unwrap_or(0), raw.iter().max().copied().unwrap_or(0));
    raw.iter().map(|p| if most == 0 { MAX } else { MAX * (most + least - p) / most }).collect()
}
