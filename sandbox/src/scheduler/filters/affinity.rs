//! Models NodeAffinity: `spec.nodeSelector` and the required terms of node affinity.

use super::NodeInfo;
use crate::{object::Object, selector::nodes};

pub use nodes::term_selects as selects;

pub(super) fn filter(pod: &Object, info: &NodeInfo<'_>) -> Vec<String> {
    if nodes::takes(pod, info.node) {
        Vec::new()
    } else {
        vec!["node(s) didn't match Pod's node affinity/selector".into()]
    }
}
