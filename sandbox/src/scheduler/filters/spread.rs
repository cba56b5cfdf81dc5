//! Models the filter of PodTopologySpread.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{NodeInfo, Rejection};
use crate::{
    object::Object,
    scheduler::{
        nodes::PodInfo,
        spread::{Constraint, constraints, has_all},
    },
};

const WORDS: &str = "node(s) didn't match pod topology spread constraints";

/// The constraints that must hold, and how many pods each domain has.
#[derive(Debug, Default)]
pub struct Spread(Vec<(Constraint, BTreeMap<EcoString, i64>)>);

impl Spread {
    /// For a pod that wants in.
    pub fn read(pod: &PodInfo, nodes: &[&NodeInfo]) -> Self {
        let all = constraints(&pod.pod, "DoNotSchedule");
        if all.is_empty() {
            return Self::default();
        }
        let mut counts: Vec<BTreeMap<EcoString, i64>> = vec![BTreeMap::new(); all.len()];
        for info in nodes.iter().filter(|info| has_all(&info.node, &all)) {
            for (constraint, counts) in all.iter().zip(&mut counts) {
                let domain = constraint.domain(&info.node);
                if let Some(domain) = domain.filter(|_| constraint.includes(&pod.pod, &info.node)) {
                    *counts.entry(domain.clone()).or_default() +=
                        constraint.count_on(info, pod.pod.namespace());
                }
            }
        }
        Self(all.into_iter().zip(counts).collect())
    }

    /// Why a node would not do.
    pub fn reject(&self, pod: &PodInfo, node: &Object) -> Option<Rejection> {
        for (constraint, counts) in &self.0 {
            let Some(domain) = constraint.domain(node) else {
                return Some(Rejection::of_spread(&format!("{WORDS} (missing required label)"), true));
            };
            let enough = counts.len() as i64 >= constraint.domains_min;
            let least = if enough { counts.values().min().copied().unwrap_or(0) } else { 0 };
            let itself = i64::from(constraint.counts(&pod.pod));
            if counts.get(domain).copied().unwrap_or(0) + itself - least > constraint.skew {
                return Some(Rejection::of_spread(WORDS, false));
            }
        }
        None
    }
}
