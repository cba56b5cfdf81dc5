//! Which of the fitting nodes is best. Models the Score extension point with the default profile's weights.

pub mod images;
mod neighbours;
mod spread;

use super::{
    filters::{term_selects, tolerates},
    nodes::{NodeInfo, PodInfo},
};
use crate::{api::Api, object::Object};

/// Points a plugin gives at most.
const MAX: i64 = 100;

/// Weighted points of each fitting node, in their order.
pub fn score(pod: &PodInfo, fitting: &[&NodeInfo], all: &[&NodeInfo], api: &Api) -> Vec<i64> {
    if fitting.len() < 2 {
        return vec![0; fitting.len()];
    }
    let plugins = [
        (3, normalize(fitting.iter().map(|n| hostile_taints(&pod.pod, n)).collect(), true)),
        (2, normalize(preferences(&pod.pod, fitting), false)),
        (2, spread::score(pod, fitting, all, api)),
        (2, neighbours::score(pod, fitting, all, api)),
        (1, fitting.iter().map(|n| least_allocated(pod, n)).collect()),
        (1, fitting.iter().map(|n| balanced(pod, n)).collect()),
        (1, images::score(pod, fitting, all)),
    ];
    (0..fitting.len()).map(|i| plugins.iter().map(|(weight, points)| weight * points[i]).sum()).collect()
}

/// Models `DefaultNormalizeScore`: the largest becomes 100, or 0 if `reverse`.
fn normalize(points: Vec<i64>, reverse: bool) -> Vec<i64> {
    let largest = points.iter().copied().max().unwrap_or(0);
    let scaled = |p: i64| if largest == 0 { 0 } else { MAX * p / largest };
    points.into_iter().map(|p| if reverse { MAX - scaled(p) } else { scaled(p) }).collect()
}

/// Models TaintToleration: soft taints that the pod does not tolerate.
fn hostile_taints(pod: &Object, info: &NodeInfo) -> i64 {
    info.taints.list().iter().filter(|t| t["effect"] == "PreferNoSchedule" && !tolerates(pod, t)).count()
        as i64
}

/// Models NodeAffinity's preferred terms.
fn preferences(pod: &Object, fitting: &[&NodeInfo]) -> Vec<i64> {
    let terms = pod.at("spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution").list();
    let points = |info: &&NodeInfo| {
        let fits = terms.iter().filter(|t| term_selects(&t["preference"], &info.node));
        fits.map(|t| t["weight"].int().unwrap_or(0)).sum()
    };
    fitting.iter().map(points).collect()
}

/// Models NodeResourcesFit's LeastAllocated over CPU and memory.
fn least_allocated(pod: &PodInfo, info: &NodeInfo) -> i64 {
    let wanted = &pod.requests_for_scores;
    let part = |name: &str| {
        let has = info.allocatable.get(name).unwrap_or(0);
        let used = info.requested_for_scores.get(name).unwrap_or(0) + wanted.get(name).unwrap_or(0);
        (has > 0).then(|| if used > has { 0 } else { ((has - used) as i128 * 100 / has as i128) as i64 })
    };
    let parts = ["cpu", "memory"].map(part);
    let known = parts.iter().flatten().count() as i64;
    if known == 0 { 0 } else { parts.iter().flatten().sum::<i64>() / known }
}

/// Models NodeResourcesBalancedAllocation: CPU and memory used to the same degree is best. Says nothing about a pod that
/// asks for neither.
fn balanced(pod: &PodInfo, info: &NodeInfo) -> i64 {
    let wanted = &pod.requests;
    let asks = |name: &str| wanted.get(name).unwrap_or(0);
    if asks("cpu") == 0 && asks("memory") == 0 {
        return 0;
    }
    let fraction = |name: &str| {
        let has = info.allocatable.get(name).filter(|n| *n > 0)?;
        let used = info.requested.get(name).unwrap_or(0) + asks(name);
        Some((used as f64 / has as f64).min(1.0))
    };
    match (fraction("cpu"), fraction("memory")) {
        (Some(cpu), Some(memory)) => ((1.0 - (cpu - memory).abs() / 2.0) * MAX as f64) as i64,
        _ => MAX,
    }
}
