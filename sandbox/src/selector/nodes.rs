//! Which nodes a pod takes: node selector terms, and taints that it tolerates. Models `nodeaffinity` and `ToleratesTaint` of
//! `k8s.io/component-helpers/scheduling/corev1`.

use super::{Labels, Requirement};
use crate::{json::Json, object::Object};

/// Does the pod's node selector, and its required node affinity, take this node?
pub fn takes(pod: &Object, node: &Object) -> bool {
    Wishes::of(pod).take(node)
}

/// What a pod wants of its node, read once for many nodes.
pub struct Wishes<'a> {
    labels: Labels,
    required: &'a Json,
}

impl<'a> Wishes<'a> {
    /// A pod's.
    pub fn of(pod: &'a Object) -> Self {
        let required = pod.at("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
        Self { labels: Labels::from_map(pod.at("spec.nodeSelector")), required }
    }

    /// Are they met?
    pub fn take(&self, node: &Object) -> bool {
        let terms = || self.required["nodeSelectorTerms"].list().iter();
        (self.labels.is_empty() || self.labels.matches(&node["metadata"]["labels"]))
            && (self.required.is_null() || terms().any(|term| term_selects(term, node)))
    }
}

/// Does a term select this node? An empty term selects none.
pub fn term_selects(term: &Json, node: &Object) -> bool {
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

/// Does some toleration of the pod cover this taint?
pub fn tolerates(pod: &Object, taint: &Json) -> bool {
    pod.at("spec.tolerations").list().iter().any(|t| covers(t, taint))
}

fn covers(toleration: &Json, taint: &Json) -> bool {
    let same = |field: &str| toleration[field].text() == taint[field].text();
    (toleration["effect"].is_empty() || same("effect"))
        && (toleration["key"].is_empty() || same("key"))
        && match toleration["operator"].text() {
            "Exists" => true,
            "" | "Equal" => same("value"),
            _ => false,
        }
}
