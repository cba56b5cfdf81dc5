//! Look-up tables over the objects. Models the indexers of client-go's shared informers.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use crate::{
    object::{Key, Object},
    resources::{self, Resource},
};

/// Kept in step with the objects by every write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    by_owner: BTreeMap<EcoString, BTreeSet<(Resource, Key)>>,
    pods_by_node: BTreeMap<EcoString, BTreeSet<Key>>,
}

impl Index {
    /// Objects with an owner reference (controlling or not) to this uid.
    pub fn owned_by(&self, uid: &str) -> impl Iterator<Item = &(Resource, Key)> {
        self.by_owner.get(uid).into_iter().flatten()
    }

    /// Pods bound to a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.pods_by_node.get(node).into_iter().flatten()
    }

    pub(super) fn put(
        &mut self,
        resource: Resource,
        key: &Key,
        before: Option<&Object>,
        after: Option<&Object>,
    ) {
        let owners =
            |o: Option<&Object>| o.map(|o| o["metadata"]["ownerReferences"].clone()).unwrap_or_default();
        let (old, new) = (owners(before), owners(after));
        if old != new {
            for uid in old.list().iter().filter_map(|r| r["uid"].eco()) {
                drop_from(&mut self.by_owner, uid, &(resource, key.clone()));
            }
            for uid in new.list().iter().filter_map(|r| r["uid"].eco()) {
                self.by_owner.entry(uid.clone()).or_default().insert((resource, key.clone()));
            }
        }
        if resource == resources::POD {
            let node = |o: Option<&Object>| o.and_then(|o| o["spec"]["nodeName"].eco().cloned());
            let (old, new) = (node(before), node(after));
            if old != new {
                if let Some(node) = old {
                    drop_from(&mut self.pods_by_node, &node, key);
                }
                if let Some(node) = new {
                    self.pods_by_node.entry(node).or_default().insert(key.clone());
                }
            }
        }
    }
}

fn drop_from<T: Ord>(table: &mut BTreeMap<EcoString, BTreeSet<T>>, row: &EcoString, entry: &T) {
    if let Some(set) = table.get_mut(row) {
        set.remove(entry);
        if set.is_empty() {
            table.remove(row);
        }
    }
}
