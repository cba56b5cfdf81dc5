//! Models TaintToleration.

use super::NodeInfo;
use crate::{json::Json, object::Object};

pub use crate::selector::nodes::tolerates;

pub(super) fn filter(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    let keeps_out =
        |t: &&Json| matches!(t["effect"].text(), "NoSchedule" | "NoExecute") && !tolerates(pod, t);
    let taint = info.node["spec"]["taints"].list().iter().find(keeps_out);
    let words =
        |t: &Json| format!("node(s) had untolerated taint {{{}: {}}}", t["key"].text(), t["value"].text());
    taint.map(words).into_iter().collect()
}
