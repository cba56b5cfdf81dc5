//! Where a pod may be for its neighbours' sake, worked out here on its own. Of topologies these worlds know hosts alone.

use sandbox::{json::Json, object::Object};

use super::pods::{is_terminal, node_of};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Why `pod` may not be on `node`, beside `others`.
pub fn refusal(pod: &Object, node: &Object, nodes: &[&Object], others: &[&Object]) -> Option<String> {
    let name = node.name().as_str();
    let living: Vec<&Object> = others.iter().copied().filter(|p| !is_terminal(p)).collect();
    let here: Vec<&Object> = living.iter().copied().filter(|p| node_of(p) == name).collect();
    if !is_for(pod, name) {
        return Some(format!("being for another node than {name}"));
    }
    if let Some(other) = here.iter().find(|o| keeps_off(pod, o) || keeps_off(o, pod)) {
        return Some(format!("its anti-affinity to {}", other.name()));
    }
    for term in terms(pod, "podAffinity") {
        let is_first =
            takes(term, pod) && !living.iter().any(|o| !node_of(o).is_empty() && near(term, pod, o));
        if !is_first && !here.iter().any(|o| near(term, pod, o)) {
            return Some("its affinity to nobody there".to_owned());
        }
    }
    let spread = pod.at("spec.topologySpreadConstraints").list().iter();
    let mut hard = spread.filter(|c| c["whenUnsatisfiable"] == "DoNotSchedule");
    hard.find_map(|constraint| {
        let counts = |o: &&Object| !o.is_terminating() && near(constraint, pod, o);
        let on =
            |node: &str| living.iter().copied().filter(|o| node_of(o) == node).filter(counts).count() as i64;
        let least = nodes.iter().map(|n| on(n.name())).min().unwrap_or(0);
        let skew = on(name) + 1 - least;
        let most = constraint["maxSkew"].int().unwrap_or(1);
        (skew > most).then(|| format!("a skew of {skew}, and {most} is allowed"))
    })
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

fn keeps_off(pod: &Object, other: &Object) -> bool {
    terms(pod, "podAntiAffinity").iter().any(|term| near(term, pod, other))
}

fn near(term: &Json, pod: &Object, other: &Object) -> bool {
    pod.namespace() == other.namespace() && takes(term, other)
}

fn takes(term: &Json, pod: &Object) -> bool {
    term.at("labelSelector.matchLabels").entries().all(|(name, value)| pod.label(name) == Some(value.text()))
}
