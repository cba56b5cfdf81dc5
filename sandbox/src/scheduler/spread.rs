//! How evenly pods are to be spread over nodes, zones and the like. Models the constraints of PodTopologySpread.

use ecow::EcoString;

use super::nodes::NodeInfo;
use crate::{
    json::Json,
    object::Object,
    selector::{Labels, nodes},
};

/// The label that tells one node from another.
pub const HOST: &str = "kubernetes.io/hostname";
/// The label of a node's zone.
pub const ZONE: &str = "topology.kubernetes.io/zone";

/// So many sets of labels are remembered while pods are counted.
const KNOWN_MAX: usize = 8;

/// One constraint.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// The label of nodes that tells domains apart.
    pub key: EcoString,
    /// By how much domains may differ.
    pub skew: i64,
    /// So many domains there should be, for the emptiest one to count.
    pub domains_min: i64,
    selector: Option<Labels>,
    honor_affinity: bool,
    honor_taints: bool,
}

impl Constraint {
    fn read(constraint: &Json, pod: &Object) -> Self {
        let mut selector = super::terms::selector(&constraint["labelSelector"]);
        if let Some(labels) = &mut selector {
            let same = |key: &Json| {
                let value = pod.label(key.text())?;
                Some(crate::selector::Requirement::In(key.text().into(), vec![value.into()]))
            };
            labels.0.extend(constraint["matchLabelKeys"].list().iter().filter_map(same));
        }
        Self {
            key: constraint["topologyKey"].text().into(),
            skew: constraint["maxSkew"].int().unwrap_or(1),
            domains_min: constraint["minDomains"].int().unwrap_or(1),
            selector,
            honor_affinity: constraint["nodeAffinityPolicy"] != "Ignore",
            honor_taints: constraint["nodeTaintsPolicy"] == "Honor",
        }
    }

    /// One of the system's own.
    pub fn of_system(key: &str, skew: i64, selector: Labels) -> Self {
        let selector = Some(selector);
        Self { key: key.into(), skew, domains_min: 1, selector, honor_affinity: true, honor_taints: false }
    }

    /// The domain of a node.
    pub fn domain<'a>(&self, node: &'a Object) -> Option<&'a EcoString> {
        node["metadata"]["labels"][self.key.as_str()].eco()
    }

    /// Does a pod count?
    pub fn counts(&self, pod: &Object) -> bool {
        self.selector.as_ref().is_some_and(|s| s.selects(pod))
    }

    /// How many pods count on a node.
    pub fn count_on(&self, info: &NodeInfo, namespace: &str) -> i64 {
        self.counter(namespace).on(info)
    }

    /// Counts pods of a namespace on many nodes.
    pub fn counter<'a>(&'a self, namespace: &'a str) -> Counter<'a> {
        Counter { selector: self.selector.as_ref(), namespace, known: Vec::new() }
    }

    /// Is a node looked at at all, for this pod?
    pub fn includes(&self, pod: &Object, node: &Object) -> bool {
        let keeps_out =
            |t: &Json| matches!(t["effect"].text(), "NoSchedule" | "NoExecute") && !nodes::tolerates(pod, t);
        (!self.honor_affinity || nodes::takes(pod, node))
            && (!self.honor_taints || !node["spec"]["taints"].list().iter().any(keeps_out))
    }
}

/// How many pods count on a node; labels that pods share are looked at once.
pub struct Counter<'a> {
    selector: Option<&'a Labels>,
    namespace: &'a str,
    known: Vec<(&'a Json, bool)>,
}

impl<'a> Counter<'a> {
    /// On one node.
    pub fn on(&mut self, info: &'a NodeInfo) -> i64 {
        let namespace = self.namespace;
        let here = info.sorts().iter().filter(|sort| sort.namespace == namespace);
        here.map(|sort| if self.selects(&sort.labels) { sort.count } else { 0 }).sum()
    }

    fn selects(&mut self, labels: &'a Json) -> bool {
        if let Some((_, selects)) = self.known.iter().find(|(known, _)| known.shares(labels)) {
            return *selects;
        }
        let selects = self.selector.is_some_and(|s| s.matches(labels));
        if self.known.len() < KNOWN_MAX {
            self.known.push((labels, selects));
        }
        selects
    }
}

/// The pod's own constraints with this `whenUnsatisfiable`.
pub fn constraints(pod: &Object, when_unsatisfiable: &str) -> Vec<Constraint> {
    let all = pod["spec"]["topologySpreadConstraints"].list().iter();
    all.filter(|c| c["whenUnsatisfiable"] == when_unsatisfiable).map(|c| Constraint::read(c, pod)).collect()
}

/// Has a node all the labels?
pub fn has_all(node: &Object, constraints: &[Constraint]) -> bool {
    constraints.iter().all(|c| c.domain(node).is_some())
}
