//! The store's indexes against what the records told: only where something was touched.

use std::collections::BTreeSet;

use sandbox::{
    api::{Api, Record},
    object::{Key, Object},
    resources::{self, Resource},
};

use super::{
    Verdict,
    shadow::{Shadow, owners},
};
use crate::{faults::Lie, pods::node_of};

/// Nodes whose pods changed, and owners whose dependents did.
#[derive(Debug, Default)]
pub struct Touched {
    nodes: BTreeSet<String>,
    owners: BTreeSet<String>,
}

impl Touched {
    pub fn note(&mut self, record: &Record) {
        for object in [Some(&record.object), record.before.as_ref()].into_iter().flatten() {
            if record.resource == resources::POD {
                self.nodes.insert(node_of(object).to_owned());
            }
            if record.resource != resources::EVENT {
                self.owners.extend(owners(object));
            }
        }
    }

    /// `lie`: what is told instead of an index.
    pub fn agree(&self, shadow: &Shadow, api: &Api, lie: Option<&Lie>) -> Verdict {
        for node in self.nodes.iter().filter(|node| !node.is_empty()) {
            let mut indexed: Vec<Key> = api.pods_on(node).map(Object::key).collect();
            if lie.is_some_and(Lie::loses_pods) {
                indexed.pop();
            }
            let told = shadow.keys_on(node);
            if indexed.iter().ne(told.iter().copied()) {
                return Err(format!("{indexed:?} on node {node}, there are {told:?}"));
            }
        }
        for owner in &self.owners {
            let mut indexed: Vec<&(Resource, Key)> = api.index().owned_by(owner).collect();
            if lie.is_some_and(Lie::loses_dependents) {
                indexed.pop();
            }
            let told = shadow.owned_by(owner);
            if indexed != told {
                return Err(format!("{indexed:?} of owner {owner}, there are {told:?}"));
            }
        }
        Ok(())
    }
}
