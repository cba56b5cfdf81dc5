//! Where a pod may be for its neighbours' sake, worked out here on its own.

use std::collections::BTreeMap;

use sandbox::{json::Json, object::Object};

use super::pods::{is_terminal, node_of};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Why `pod` may not be on `node`, beside `others`.
pub fn refusal(pod: &Object, node: &Object, nodes: &[&Object], others: &[&Object]) -> Option<String> {
    let name = node.name().as_str();
    if !is_for(pod, name) || !is_selected(pod, node) {
        return Some(format!("being for another node than {name}"));
    }
    let living = others.iter().copied().filter(|p| !is_terminal(p));
    let at = |p: &Object| nodes.iter().copied().find(|n| *n.name() == *node_of(p));
    let placed: Vec<(&Object, &Object)> = living.filter_map(|p| Some((p, at(p)?))).collect();
    let shuns = |by: &Object, whom: &Object, at: &Object| {
        terms(by, "podAntiAffinity").iter().any(|term| near(term, by, whom) && same_domain(term, node, at))
    };
    if let Some((other, _)) = placed.iter().find(|(o, at)| shuns(pod, o, at) || shuns(o, pod, at)) {
        return Some(format!("its anti-affinity to {}", other.name()));
    }
    for term in terms(pod, "podAffinity") {
        let mut friends =
            placed.iter().filter(|(o, at)| near(term, pod, o) && domain(term, at).is_some()).peekable();
        let is_first = takes(term, pod) && friends.peek().is_none() && domain(term, node).is_some();
        if !is_first && !friends.any(|(_, at)| same_domain(term, node, at)) {
            return Some("its affinity to nobody there".to_owned());
        }
    }
    let spread = pod.at("spec.topologySpreadConstraints").list().iter();
    let mut hard = spread.filter(|c| c["whenUnsatisfiable"] == "DoNotSchedule");
    hard.find_map(|constraint| skewed(constraint, pod, node, nodes, &placed))
}

/// Of the domains that the pod may be in by its labels, none may have many more than the emptiest.
fn skewed(
    constraint: &Json,
    pod: &Object,
    node: &Object,
    nodes: &[&Object],
    placed: &[(&Object, &Object)],
) -> Option<String> {
    let Some(own) = domain(constraint, node) else { return Some("a skew of a node in no domain".to_owned()) };
    let may = |n: &Object| is_for(pod, n.name()) && is_selected(pod, n);
    let eligible = nodes.iter().copied().filter(|n| may(n));
    let mut counts: BTreeMap<&str, i64> =
        eligible.filter_map(|n| Some((domain(constraint, n)?, 0))).collect();
    for (other, at) in placed {
        let count = domain(constraint, at).filter(|_| may(at)).and_then(|d| counts.get_mut(d));
        if let Some(count) = count.filter(|_| !other.is_terminating() && near(constraint, pod, other)) {
            *count += 1;
        }
    }
    let least = counts.values().min().copied().unwrap_or(0);
    // Who has lost its label counts for nobody.
    let itself = i64::from(takes(constraint, pod));
    let skew = counts.get(own).copied().unwrap_or(0) + itself - least;
    let most = constraint["maxSkew"].int().unwrap_or(1);
    (skew > most).then(|| format!("a skew of {skew}, and {most} is allowed"))
}

/// Has the node the labels that the pod wants?
fn is_selected(pod: &Object, node: &Object) -> bool {
    pod.at("spec.nodeSelector").entries().all(|(name, value)| node.label(name) == Some(value.text()))
}

/// The node's value of a term's topology.
fn domain<'a>(term: &Json, node: &'a Object) -> Option<&'a str> {
    node.label(term["topologyKey"].text())
}

fn same_domain(term: &Json, a: &Object, b: &Object) -> bool {
    domain(term, a).is_some_and(|of_a| domain(term, b) == Some(of_a))
}

/// A DaemonSet's pod is for one node.
pub fn is_for(pod: &Object, node: &str) -> bool {
    let terms = pod.at("spec.affinity.nodeAffinity").at(REQUIRED).at("nodeSelectorTerms");
    let mut fields = terms.list().iter().flat_map(|t| t["matchFields"].list());
    fields.all(|f| f["values"].list().iter().any(|v| *v == *node))
}

fn terms<'a>(pod: &'a Object, kind: &str) -> &'a [Json] {
    pod["spec"]["affinity"][kind][REQUIRED].list()
}

fn near(term: &Json, pod: &Object, other: &Object) -> bool {
    pod.namespace() == other.namespace() && takes(term, other)
}

fn takes(term: &Json, pod: &Object) -> bool {
    term.at("labelSelector.matchLabels").entries().all(|(name, value)| pod.label(name) == Some(value.text()))
}
