//! Sets that many objects have in common, kept once: the pods of a ReplicaSet are owned alike, and so are the statuses that one
//! kubelet writes. Remembers a bounded number; what it forgets is only no longer shared.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::set;
use crate::{
    clock::Time,
    json::{Json, Map},
    rng::fnv64,
};

/// Nodes remembered.
const NODES_MAX: usize = 512;

/// What was written lately.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    nodes: BTreeMap<u64, Map>,
    now: (i64, EcoString),
}

impl Shared {
    /// The set, sharing its parts with those before.
    pub fn set(&mut self, set: Map) -> Map {
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

    /// `now` as entries write it.
    pub fn time(&mut self, now: Time) -> EcoString {
        let second = now.0.div_euclid(1000);
        if self.now.0 != second || self.now.1.is_empty() {
            self.now = (second, now.rfc3339());
        }
        self.now.1.clone()
    }
}

fn is_equal(known: &Map, parts: &[(EcoString, Json)]) -> bool {
    known.len() == parts.len()
        && known.iter().zip(parts).all(|((a, x), (b, y))| a == b && set::node(x).shares(set::node(y)))
}
