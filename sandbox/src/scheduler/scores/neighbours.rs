//! Models the score of InterPodAffinity: what the pod would like, and what those who are there would.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::MAX;
use crate::{
    api::Api,
    scheduler::{
        nodes::{NodeInfo, PodInfo},
        terms::Term,
    },
};

/// Points for each required term of a pod that is there, `hardPodAffinityWeight`.
const REQUIRED: i64 = 1;

#[derive(Default)]
struct Points(BTreeMap<(EcoString, EcoString), i64>);

impl Points {
    fn give(&mut self, term: &Term, points: i64, info: &NodeInfo) {
        if let Some(domain) = term.domain(&info.node) {
            *self.0.entry((term.topology_key.clone(), domain.clone())).or_default() += points;
        }
    }

    fn of(&self, info: &NodeInfo) -> i64 {
        let labels = &info.node["metadata"]["labels"];
        let here = self.0.iter().filter(|((key, value), _)| labels[key.as_str()].eco() == Some(value));
        here.map(|(_, points)| points).sum()
    }
}

/// Points of each fitting node.
pub fn score(pod: &PodInfo, fitting: &[&NodeInfo], all: &[&NodeInfo], api: &Api) -> Vec<i64> {
    let mut points = Points::default();
    let wishes = !pod.terms.rather_near.is_empty() || !pod.terms.rather_far.is_empty();
    for info in all {
        for other in wishes.then(|| info.pods()).into_iter().flatten() {
            for (terms, sign) in [(&pod.terms.rather_near, 1), (&pod.terms.rather_far, -1)] {
                let met = terms.iter().filter(|t| t.selects(&other.pod, api));
                met.for_each(|t| points.give(t, sign * t.weight, info));
            }
        }
        for other in info.particular() {
            let theirs = &other.terms;
            for (terms, sign) in [(&theirs.near, 0), (&theirs.rather_near, 1), (&theirs.rather_far, -1)] {
                let met = terms.iter().filter(|t| t.selects(&pod.pod, api));
                met.for_each(|t| points.give(t, if sign == 0 { REQUIRED } else { sign * t.weight }, info));
            }
        }
    }
    if points.0.is_empty() {
        return vec![0; fitting.len()];
    }
    let raw: Vec<i64> = fitting.iter().map(|info| points.of(info)).collect();
    let least = raw.iter().min().copied().unwrap_or(0);
    let span = raw.iter().max().copied().unwrap_or(0) - least;
    raw.iter().map(|p| if span > 0 { MAX * (p - least) / span } else { 0 }).collect()
}
