//! Models NodeAffinity: `spec.nodeSelector` and the required terms of node affinity. Terms that all name their nodes leave
//! the others out of the cycle altogether (`PreFilterResult`).

use super::{Cycle, NodeInfo};
use crate::{json::Json, object::Object, selector::nodes};

pub use nodes::term_selects as selects;

pub(super) fn filter(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    if cycle.wishes.take(&info.node) {
        return Vec::new();
    }
    let names = named(&cycle.pod.pod);
    if names.is_some_and(|names| !names.contains(&info.node.name().as_str())) {
        return vec!["node(s) didn't satisfy plugin(s) [NodeAffinity]".into()];
    }
    vec!["node(s) didn't match Pod's node affinity/selector".into()]
}

/// The nodes that the terms name, if each of them names one.
fn named(pod: &Object) -> Option<Vec<&str>> {
    let required = pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let name = |field: &'_ Json| field["key"] == "metadata.name" && field["operator"] == "In";
    let of_term = |term| -> Option<&str> {
        let term: &Json = term;
        let field = term["matchFields"].list().iter().find(|f| name(f))?;
        field["values"][0].str()
    };
    let terms = required["nodeSelectorTerms"].list();
    if terms.is_empty() { None } else { terms.iter().map(of_term).collect() }
}
