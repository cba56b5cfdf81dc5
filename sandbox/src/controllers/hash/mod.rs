//! The hash in the names of what is made from a pod template. Models `controller.ComputeHash`: FNV-1a over the template as
//! Go prints it, and over the count of collisions.

mod dump;
mod quantity;
#[cfg(test)]
mod tests;

use ecow::EcoString;

use crate::{
    json::Json,
    rng::{fnv32, safe_encode},
};

/// The label of pods and replica sets that carries the hash.
pub const HASH_LABEL: &str = "pod-template-hash";

/// `pod-template-hash` of a template. `collisions` is `status.collisionCount`, if there is one.
pub fn pod_template_hash(template: &Json, collisions: Option<i64>) -> EcoString {
    let mut bytes = dump::pod_template(template).into_bytes();
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
    if !t["metadata"]["labels"][HASH_LABEL].is_null() {
        t["metadata"]["labels"].remove(HASH_LABEL);
    }
    if t["metadata"]["creationTimestamp"].is_null() && t["metadata"].map().is_some() {
        t["metadata"].remove("creationTimestamp");
    }
    t
}
