//! Models TaintToleration and `ToleratesTaint` of component-helpers.

use super::NodeInfo;
use crate::{json::Json, object::Object};

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

pub(super) fn filter(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let keeps_out =
        |t: &&Json| matches!(t["effect"].text(), "NoSchedule" | "NoExecute") && !tolerates(pod, t);
    let taint = info.node["spec"]["taints"].list().iter().find(keeps_out);
    let words =
        |t: &Json| format!("node(s) had untolerated taint {{{}: {}}}", t["key"].text(), t["value"].text());
    taint.map(words).into_iter().collect()
}
