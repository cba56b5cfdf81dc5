//! Models the filter of InterPodAffinity.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{NodeInfo, Rejection};
use crate::{
    api::Api,
    object::Object,
    scheduler::{nodes::PodInfo, terms::Term},
};

type Counts = BTreeMap<(EcoString, EcoString), i64>;

/// Who is where, as far as required terms ask.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// Pods that the incoming one must be near to.
    near: Counts,
    /// Pods that it must not be near to.
    far: Counts,
    /// Pods that do not want it near.
    unwelcome: Counts,
    /// It would be the first of its own kind.
    is_first: bool,
}

fn count(counts: &mut Counts, term: &Term, node: &Object) {
    if let Some(domain) = term.domain(node) {
        *counts.entry((term.topology_key.clone(), domain.clone())).or_default() += 1;
    }
}

fn found(counts: &Counts, term: &Term, node: &Object) -> bool {
    let domain = term.domain(node).map(|d| (term.topology_key.clone(), d.clone()));
    domain.is_some_and(|d| counts.contains_key(&d))
}

impl Neighbours {
    /// For a pod that wants in.
    pub fn read(pod: &PodInfo, nodes: &[&NodeInfo], api: &Api) -> Self {
        let mut all = Self::default();
        for info in nodes {
            for other in info.particular() {
                let minds = other.terms.far.iter().filter(|t| t.selects(&pod.pod, api));
                minds.for_each(|t| count(&mut all.unwelcome, t, &info.node));
            }
            if pod.terms.near.is_empty() && pod.terms.far.is_empty() {
                continue;
            }
            for other in info.pods() {
                if pod.terms.all_near(&other.pod, api) {
                    pod.terms.near.iter().for_each(|t| count(&mut all.near, t, &info.node));
                }
                let avoided = pod.terms.far.iter().filter(|t| t.selects(&other.pod, api));
                avoided.for_each(|t| count(&mut all.far, t, &info.node));
            }
        }
        all.is_first = all.near.is_empty() && pod.terms.all_near(&pod.pod, api);
        all
    }

    /// Why a node would not do.
    pub fn reject(&self, pod: &PodInfo, node: &Object) -> Option<Rejection> {
        let near = &pod.terms.near;
        let labelled = near.iter().all(|t| t.domain(node).is_some());
        if !labelled || !(self.is_first || near.iter().all(|t| found(&self.near, t, node))) {
            return Some(Rejection::of_neighbours("node(s) didn't match pod affinity rules", true));
        }
        if pod.terms.far.iter().any(|t| found(&self.far, t, node)) {
            return Some(Rejection::of_neighbours("node(s) didn't match pod anti-affinity rules", false));
        }
        let labels = &node["metadata"]["labels"];
        if self.unwelcome.keys().any(|(key, value)| labels[key.as_str()].eco() == Some(value)) {
            let words = "node(s) didn't satisfy existing pods anti-affinity rules";
            return Some(Rejection::of_neighbours(words, false));
        }
        None
    }
}
