//! Could a change let a pod in that was refused? Models the queueing hints of the plugins that refused it.

use std::collections::BTreeSet;

use super::{
    cache::is_over,
    filters::{
        Plugin, lets_in,
        ports::{clash, host_ports},
        resources::missing,
        untolerated,
    },
    nodes::{NodeInfo, PodInfo},
    spread,
    terms::Terms,
};
use crate::{
    api::{Api, Change, Record},
    object::Object,
    resources::{self, pod_claims},
    selector::nodes::takes,
};

/// Does one of the plugins say so?
pub fn helps(record: &Record, pod: &Object, because_of: &BTreeSet<Plugin>, api: &Api) -> bool {
    let (object, before) = (&record.object, record.before.as_ref());
    match record.resource {
        // Without nodes nobody refused it.
        resources::NODE if because_of.is_empty() => true,
        resources::NODE => because_of.iter().any(|p| node_helps(*p, record.change, pod, object, before)),
        resources::POD if !object.at("spec.nodeName").is_empty() => {
            because_of.iter().any(|p| pod_helps(*p, record, pod, api))
        }
        resources::PERSISTENT_VOLUME_CLAIM if record.change != Change::Deleted => {
            let is_its = object.namespace() == pod.namespace()
                && pod_claims::of_pod(pod).any(|claim| claim.name == *object.name());
            is_its && because_of.contains(&Plugin::VolumeBinding)
        }
        _ => false,
    }
}

/// A node has come, has changed, or is gone.
fn node_helps(plugin: Plugin, change: Change, pod: &Object, node: &Object, before: Option<&Object>) -> bool {
    if change == Change::Deleted {
        return plugin == Plugin::PodTopologySpread;
    }
    let now_but_not_before =
        |would: &dyn Fn(&Object) -> bool| would(node) && before.is_none_or(|old| !would(old));
    let changed = |part: &dyn Fn(&Object) -> bool| before.is_none() || part(node);
    match plugin {
        Plugin::NodeUnschedulable => now_but_not_before(&|n| lets_in(pod, n)),
        Plugin::TaintToleration => now_but_not_before(&|n| untolerated(pod, n).is_none()),
        Plugin::NodeAffinity => now_but_not_before(&|n| takes(pod, n)),
        Plugin::NodeName | Plugin::NodePorts => before.is_none(),
        Plugin::NodeResourcesFit => {
            let other = |n: &Object| {
                before.is_some_and(|old| old.at("status.allocatable") != n.at("status.allocatable"))
            };
            changed(&other) && missing(&PodInfo::read(pod), &NodeInfo::new(node)).is_empty()
        }
        Plugin::VolumeBinding | Plugin::PodTopologySpread | Plugin::InterPodAffinity => {
            let other =
                |n: &Object| before.is_some_and(|old| old.at("metadata.labels") != n.at("metadata.labels"));
            changed(&other)
        }
    }
}

/// A pod has come to a node, has changed there, or has left it.
fn pod_helps(plugin: Plugin, record: &Record, pod: &Object, api: &Api) -> bool {
    let (other, before) = (&record.object, record.before.as_ref());
    let ends = is_over(other) && before.is_some_and(|b| !is_over(b));
    let leaves = ends || record.change == Change::Deleted && !is_over(other);
    let comes = before.is_none_or(|b| b.at("spec.nodeName").is_empty());
    let relabelled = before.is_some_and(|b| b["metadata"]["labels"] != other["metadata"]["labels"]);
    match plugin {
        Plugin::NodeResourcesFit => leaves,
        Plugin::NodePorts => leaves && clash(&host_ports(pod), &host_ports(other)),
        Plugin::PodTopologySpread => {
            let same = other.namespace() == pod.namespace() && (leaves || comes || relabelled);
            let all = if same { spread::constraints(pod, "DoNotSchedule") } else { Vec::new() };
            all.iter().any(|c| c.counts(other) || before.is_some_and(|b| c.counts(b)))
        }
        Plugin::InterPodAffinity => {
            let terms = Terms::read(pod);
            let minded = terms.far.iter().any(|t| t.selects(other, api))
                || Terms::read(other).far.iter().any(|t| t.selects(pod, api));
            ((comes || relabelled) && terms.all_near(other, api)) || ((leaves || relabelled) && minded)
        }
        _ => false,
    }
}
