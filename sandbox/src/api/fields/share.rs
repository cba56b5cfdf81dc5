//! Sets that many objects have in common, kept once: the pods of a ReplicaSet are owned alike, and so are the statuses that kubelets write,
//! whichever cluster they are in. Remembers a bounded number; what it forgets is only no longer shared.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use ecow::EcoString;

use super::set;
use crate::{
    json::{Json, Map},
    rng::fnv64,
};

/// Nodes remembered by the process.
const NODES_MAX: usize = 4096;

/// Of all clusters: what they write does not depend on it, only how often it is held.
static KNOWN: Mutex<Known> = Mutex::new(Known { nodes: BTreeMap::new() });

/// The set, sharing its parts with those before.
pub fn shared(set: Map) -> Map {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).set(set)
}

/// What was written lately.
struct Known {
    nodes: BTreeMap<u64, Map>,
}

impl Known {
    fn set(&mut self, set: Map) -> Map {
        if set.is_empty() {
            return set;
        }
        let mut hash = 0u64;
        let mut is_same = true;
        let mut parts: Vec<(EcoString, Json)> = Vec::with_capacity(set.len());
        for (step, below) in set.iter() {
            let old = set::node(below);
            let part = self.set(old.clone());
            is_same &= part.shares(old);
            // Parts that are equal are shared by now, and stand at one place.
            hash = hash.rotate_left(7) ^ fnv64(step.as_bytes()) ^ (part.place() as u64);
            parts.push((step.clone(), Json::Map(part)));
        }
        if let Some(known) = self.nodes.get(&hash).filter(|known| is_equal(known, &parts)) {
            return known.clone();
        }
        let set = if is_same { set } else { parts.into_iter().collect() };
        if self.nodes.len() == NODES_MAX {
            self.nodes.clear();
        }
        self.nodes.insert(hash, set.clone());
        set
    }
}

fn is_equal(known: &Map, parts: &[(EcoString, Json)]) -> bool {
    known.len() == parts.len()
        && known.iter().zip(parts).all(|((a, x), (b, y))| a == b && set::node(x).shares(set::node(y)))
}
