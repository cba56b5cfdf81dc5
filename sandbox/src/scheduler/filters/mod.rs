//! Which nodes would do. Models the PreFilter and Filter extension points: plugins in the order of the default profile; the
//! first that rejects a node speaks for it.

mod affinity;
mod neighbours;
mod node;
pub mod ports;
pub mod resources;
mod spread;
mod taints;

use super::{
    nodes::{NodeInfo, PodInfo},
    volumes,
};
use crate::{api::Api, selector::nodes::Wishes};

pub use affinity::selects as term_selects;
pub use node::lets_in;
pub use taints::{tolerates, untolerated};

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
    /// Constraints of spread.
    PodTopologySpread,
    /// Affinity between pods.
    InterPodAffinity,
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
    fn new(plugin: Plugin, why: &str, hopeless: bool) -> Self {
        Self { plugin, reasons: vec![why.to_owned()], hopeless, before_nodes: false }
    }

    /// What VolumeBinding says of the pod as a whole.
    pub(super) fn of_pod(why: &str) -> Self {
        Self { before_nodes: true, ..Self::of_volumes(why) }
    }

    /// What VolumeBinding says of a node.
    pub(super) fn of_volumes(why: &str) -> Self {
        Self::new(Plugin::VolumeBinding, why, true)
    }

    fn of_spread(why: &str, hopeless: bool) -> Self {
        Self::new(Plugin::PodTopologySpread, why, hopeless)
    }

    fn of_neighbours(why: &str, hopeless: bool) -> Self {
        Self::new(Plugin::InterPodAffinity, why, hopeless)
    }
}

/// What is read once for all nodes: the pod, its claims, and who is where. Models `CycleState`.
pub struct Cycle<'a> {
    /// The pod.
    pub pod: &'a PodInfo,
    api: &'a Api,
    node_name: &'a str,
    wishes: Wishes<'a>,
    volumes: Result<volumes::Wants<'a>, String>,
    spread: spread::Spread,
    neighbours: neighbours::Neighbours,
}

impl<'a> Cycle<'a> {
    /// For a pod, as the nodes are.
    pub fn read(pod: &'a PodInfo, nodes: &[&NodeInfo], api: &'a Api) -> Self {
        Self {
            pod,
            api,
            node_name: pod.pod.at("spec.nodeName").text(),
            wishes: Wishes::of(&pod.pod),
            volumes: volumes::Wants::read(&pod.pod, api),
            spread: spread::Spread::read(pod, nodes),
            neighbours: neighbours::Neighbours::read(pod, nodes, api),
        }
    }

    /// Why this node would not do; `None`: it would.
    pub fn reject(&self, info: &NodeInfo) -> Option<Rejection> {
        let wants = match &self.volumes {
            Err(why) => return Some(Rejection::of_pod(why)),
            Ok(wants) => wants,
        };
        self.by_node(info)
            .or_else(|| wants.reject(&info.node, self.api))
            .or_else(|| self.spread.reject(self.pod, &info.node))
            .or_else(|| self.neighbours.reject(self.pod, &info.node))
    }

    fn by_node(&self, info: &NodeInfo) -> Option<Rejection> {
        FILTERS.iter().find_map(|(plugin, filter, hopeless)| {
            let reasons = filter(self, info);
            let no = Rejection { plugin: *plugin, reasons, hopeless: *hopeless, before_nodes: false };
            (!no.reasons.is_empty()).then_some(no)
        })
    }
}

type Filter = fn(&Cycle<'_>, &NodeInfo) -> Vec<String>;

/// Those that look at the node alone, in order.
const FILTERS: [(Plugin, Filter, bool); 6] = [
    (Plugin::NodeUnschedulable, node::unschedulable, true),
    (Plugin::NodeName, node::name, true),
    (Plugin::TaintToleration, taints::filter, true),
    (Plugin::NodeAffinity, affinity::filter, true),
    (Plugin::NodePorts, ports::filter, false),
    (Plugin::NodeResourcesFit, resources::filter, false),
];

#[cfg(test)]
mod tests;
