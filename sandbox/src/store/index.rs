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
    orphans: BTreeMap<Resource, BTreeSet<Key>>,
}

/// Kinds of which controllers adopt what has no controller.
const ADOPTED: [Resource; 3] = [resources::POD, resources::REPLICA_SET, resources::CONTROLLER_REVISION];

impl Index {
    /// Objects with an owner reference (controlling or not) to this uid.
    pub fn owned_by(&self, uid: &str) -> impl Iterator<Item = &(Resource, Key)> {
        self.by_owner.get(uid).into_iter().flatten()
    }

    /// Pods bound to a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.pods_by_node.get(node).into_iter().flatten()
    }

    /// Objects in a namespace that have no controller, of a kind that controllers adopt.
    pub fn orphans<'a>(&'a self, resource: Resource, namespace: &'a str) -> impl Iterator<Item = &'a Key> {
        debug_assert!(ADOPTED.contains(&resource), "nobody keeps the orphans of {resource:?}");
        let from = Key::new(namespace, "");
        let all = self.orphans.get(&resource).into_iter().flat_map(move |keys| keys.range(from.clone()..));
        all.take_while(move |key| key.namespace == namespace)
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
        if ADOPTED.contains(&resource) {
            let orphans = self.orphans.entry(resource).or_default();
            if after.is_some_and(|o| o.controller_uid().is_none()) {
                orphans.insert(key.clone());
            } else {
                orphans.remove(key);
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
