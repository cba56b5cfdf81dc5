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
        let counts = |p: &Object| !p.is_terminating() && p.namespace() == namespace && self.counts(p);
        info.pods().filter(|p| counts(&p.pod)).count() as i64
    }

    /// Is a node looked at at all, for this pod?
    pub fn includes(&self, pod: &Object, node: &Object) -> bool {
        let keeps_out =
            |t: &Json| matches!(t["effect"].text(), "NoSchedule" | "NoExecute") && !nodes::tolerates(pod, t);
        (!self.honor_affinity || nodes::takes(pod, node))
            && (!self.honor_taints || !node["spec"]["taints"].list().iter().any(keeps_out))
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
