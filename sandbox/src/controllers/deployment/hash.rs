//! The name of a pod template. Models `controller.ComputeHash`.
//! Omits: Go's spew dump of the template; our hash is over canonical JSON, so that the middle part of names differs
//! from a real cluster's.

use ecow::EcoString;

use crate::{
    json::Json,
    rng::{fnv32, safe_encode},
};

/// `pod-template-hash` of a template. `collisions` is `status.collisionCount`, if there is one.
pub fn pod_template_hash(template: &Json, collisions: Option<i64>) -> EcoString {
    let mut bytes = template.to_bytes();
    if let Some(n) = collisions {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        bytes.extend(n.to_le_bytes());
        bytes.extend([0; 4]);
    }
    safe_encode(&fnv32(&bytes).to_string())
}

/// The same template, apart from the label that carries its hash?
pub fn same_template(a: &Json, b: &Json) -> bool {
    without_hash(a) == without_hash(b)
}

fn without_hash(template: &Json) -> Json {
    let mut t = template.clone();
    if !t["metadata"]["labels"][super::HASH_LABEL].is_null() {
        t["metadata"]["labels"].remove(super::HASH_LABEL);
    }
    if t["metadata"]["creationTimestamp"].is_null() && t["metadata"].map().is_some() {
        t["metadata"].remove("creationTimestamp");
    }
    t
}
