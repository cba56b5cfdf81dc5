//! Models TaintToleration.

use super::{Cycle, NodeInfo};
use crate::{json::Json, object::Object};

pub use crate::selector::nodes::tolerates;

pub(super) fn filter(cycle: &Cycle<'_>, info: &NodeInfo) -> Vec<String> {
    let words =
        |t: &Json| format!("node(s) had untolerated taint {{{}: {}}}", t["key"].text(), t["value"].text());
    first(&cycle.pod.pod, &info.taints).map(words).into_iter().collect()
}

/// The first taint that keeps the pod out.
pub fn untolerated<'a>(pod: &Object, node: &'a Object) -> Option<&'a Json> {
    first(pod, &node["spec"]["taints"])
}

fn first<'a>(pod: &Object, taints: &'a Json) -> Option<&'a Json> {
    let keeps_out =
        |t: &&Json| matches!(t["effect"].text(), "NoSchedule" | "NoExecute") && !tolerates(pod, t);
    taints.list().iter().find(keeps_out)
}
