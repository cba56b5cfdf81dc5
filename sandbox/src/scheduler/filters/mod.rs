//! Which nodes would do. Models the Filter extension point: plugins in the order of the default profile; the first that
//! rejects a node speaks for it.

mod affinity;
mod node;
mod resources;
mod taints;

use super::nodes::NodeInfo;
use crate::object::Object;

pub use affinity::selects as term_selects;
pub use taints::tolerates;

/// A plugin of the Filter extension point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// Cordoned nodes.
    NodeUnschedulable,
    /// `spec.nodeName`.
    NodeName,
    /// Taints.
    TaintToleration,
    /// Node selector and affinity.
    NodeAffinity,
    /// Host ports.
    NodePorts,
    /// CPU, memory, number of pods, and the rest.
    NodeResourcesFit,
    /// Claims of volumes.
    VolumeBinding,
}

/// A plugin's no.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// Who said it.
    pub plugin: Plugin,
    /// In its words; resources may give several.
    pub reasons: Vec<String>,
    /// Removing pods would not help (`UnschedulableAndUnresolvable`).
    pub hopeless: bool,
    /// Said of the pod before any node was looked at.
    pub before_nodes: bool,
}

impl Rejection {
    /// What VolumeBinding says of the pod as a whole.
    pub(super) fn of_pod(why: String) -> Self {
        Self { plugin: Plugin::VolumeBinding, reasons: vec![why], hopeless: true, before_nodes: true }
    }

    /// What VolumeBinding says of a node.
    pub(super) fn of_volumes(why: &str) -> Self {
        Self { before_nodes: false, ..Self::of_pod(why.to_owned()) }
    }
}

type Filter = fn(&Object, &NodeInfo<'_>) -> Vec<String>;

/// In order; PodTopologySpread and InterPodAffinity come after these.
const FILTERS: [(Plugin, Filter, bool); 6] = [
    (Plugin::NodeUnschedulable, node::unschedulable, true),
    (Plugin::NodeName, node::name, true),
    (Plugin::TaintToleration, taints::filter, true),
    (Plugin::NodeAffinity, affinity::filter, true),
    (Plugin::NodePorts, node::ports, false),
    (Plugin::NodeResourcesFit, resources::filter, false),
];

/// Why this node would not do; `None`: it would.
pub fn filter(pod: &Object, node: &NodeInfo<'_>) -> Option<Rejection> {
    FILTERS.iter().find_map(|(plugin, filter, hopeless)| {
        let reasons = filter(pod, node);
        (!reasons.is_empty()).then_some(Rejection {
            plugin: *plugin,
            reasons,
            hopeless: *hopeless,
            before_nodes: false,
        })
    })
}

#[cfg(test)]
mod tests;
