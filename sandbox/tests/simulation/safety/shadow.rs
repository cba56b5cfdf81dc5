//! The objects as the records tell of them, with look-ups of its own.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{
    api::{Api, Change, Record},
    object::{Key, Object},
    resources::{self, Resource},
};

use super::Verdict;
use crate::pods::node_of;

/// All objects that have records.
#[derive(Debug, Default)]
pub struct Shadow {
    /// The newest revision that was looked at.
    pub revision: u64,
    objects: BTreeMap<Resource, BTreeMap<Key, Object>>,
    on_node: BTreeMap<String, BTreeSet<Key>>,
    owned: BTreeMap<String, BTreeSet<(Resource, Key)>>,
}

impl Shadow {
    pub fn find(&self, resource: Resource, key: &Key) -> Option<&Object> {
        self.objects.get(&resource)?.get(key)
    }

    /// In key order; all namespaces for `""`.
    pub fn list<'a>(&'a self, resource: Resource, namespace: &'a str) -> impl Iterator<Item = &'a Object> {
        let all = self.objects.get(&resource).into_iter().flat_map(BTreeMap::values);
        all.filter(move |o| namespace.is_empty() || *o.namespace() == *namespace)
    }

    pub fn pods_on<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Object> + Clone + use<'a> {
        let keys = self.on_node.get(node).into_iter().flatten();
        keys.filter_map(move |key| self.find(resources::POD, key))
    }

    pub fn keys_on(&self, node: &str) -> Vec<&Key> {
        self.on_node.get(node).into_iter().flatten().collect()
    }

    pub fn owned_by(&self, uid: &str) -> Vec<&(Resource, Key)> {
        self.owned.get(uid).into_iter().flatten().collect()
    }

    /// Takes a record in.
    pub fn apply(&mut self, record: &Record) {
        self.revision = record.revision;
        let key = record.object.key();
        let gone = record.change == Change::Deleted;
        let of_kind = self.objects.entry(record.resource).or_default();
        let before =
            if gone { of_kind.remove(&key) } else { of_kind.insert(key.clone(), record.object.clone()) };
        let after = (!gone).then_some(&record.object);
        if record.resource == resources::POD {
            move_in(&mut self.on_node, before.as_ref().map(node_of), after.map(node_of), &key);
        }
        let at = (record.resource, key);
        for uid in before.iter().flat_map(owners) {
            self.owned.entry(uid).or_default().remove(&at);
        }
        for uid in after.into_iter().flat_map(owners) {
            self.owned.entry(uid).or_default().insert(at.clone());
        }
    }

    /// Are the stored objects those that the records told of?
    pub fn is_what_is_stored(&self, api: &Api) -> Verdict {
        for (resource, of_kind) in &self.objects {
            for (key, object) in of_kind {
                if api.find(*resource, key) != Some(object) {
                    let stored = api.find(*resource, key).map(Object::revision);
                    let told = object.revision();
                    return Err(format!(
                        "{key}: the records told of revision {told}, the store has {stored:?}"
                    ));
                }
            }
        }
        for resource in [resources::POD, resources::REPLICA_SET, resources::JOB] {
            let (told, stored) = (self.list(resource, "").count(), api.list(resource, "").count());
            if stored != told {
                return Err(format!("the records told of {told} objects of a kind, the store has {stored}"));
            }
        }
        Ok(())
    }
}

/// The uids of an object's owners.
pub fn owners(object: &Object) -> Vec<String> {
    let refs = object.at("metadata.ownerReferences").list();
    refs.iter().map(|r| r["uid"].text().to_owned()).collect()
}

fn move_in(map: &mut BTreeMap<String, BTreeSet<Key>>, from: Option<&str>, to: Option<&str>, key: &Key) {
    if from == to {
        return;
    }
    if let Some(from) = from.filter(|n| !n.is_empty()) {
        map.entry(from.to_owned()).or_default().remove(key);
    }
    if let Some(to) = to.filter(|n| !n.is_empty()) {
        map.entry(to.to_owned()).or_default().insert(key.clone());
    }
}
