//! Models NodeAffinity: `spec.nodeSelector` and the required terms of node affinity.

use super::NodeInfo;
use crate::{
    json::Json,
    object::Object,
    selector::{Labels, Requirement},
};

pub(super) fn filter(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let labels = &info.node["metadata"]["labels"];
    let required = pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let fits = Labels::from_map(pod.at("spec.nodeSelector")).matches(labels)
        && (required.is_null() || required["nodeSelectorTerms"].list().iter().any(|t| selects(t, info.node)));
    if fits { Vec::new() } else { vec!["node(s) didn't match Pod's node affinity/selector".into()] }
}

/// Does a term select this node? An empty term selects none.
pub fn selects(term: &Json, node: &Object) -> bool {
    let (labels, fields) = (term["matchExpressions"].list(), term["matchFields"].list());
    let mut named = Json::object();
    named.set("metadata.name", node.name());
    !(labels.is_empty() && fields.is_empty())
        && Labels(labels.iter().map(requirement).collect()).matches(&node["metadata"]["labels"])
        && Labels(fields.iter().map(requirement).collect()).matches(&named)
}

fn requirement(e: &Json) -> Requirement {
    let key = e["key"].text().into();
    let values = || e["values"].list().iter().map(|v| v.text().into()).collect();
    let number = || e["values"][0].text().parse().unwrap_or(i64::MAX);
    match e["operator"].text() {
        "In" => Requirement::In(key, values()),
        "NotIn" => Requirement::NotIn(key, values()),
        "Exists" => Requirement::Exists(key),
        "Gt" => Requirement::Greater(key, number()),
        "Lt" => Requirement::Less(key, e["values"][0].text().parse().unwrap_or(i64::MIN)),
        _ => Requirement::Missing(key),
    }
}
