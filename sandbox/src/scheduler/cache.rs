//! What the scheduler knows of nodes and their pods without asking. Models the scheduler's cache and its snapshot; pods at
//! their end are not in it, as its informer leaves them out.

use std::{collections::BTreeMap, fmt, sync::Arc};

use ecow::EcoString;

use super::nodes::{NodeInfo, PodInfo};
use crate::{
    api::{Change, Record},
    object::{Key, Object},
    resources,
};

/// Nodes by name, and where each pod is.
#[derive(Clone, Default)]
pub struct Cache {
    nodes: BTreeMap<EcoString, NodeInfo>,
    placed: BTreeMap<Key, EcoString>,
}

impl fmt::Debug for Cache {
    /// It follows from the objects, so there is nothing to tell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}

/// Has it ended?
pub fn is_over(pod: &Object) -> bool {
    matches!(pod.at("status.phase").text(), "Succeeded" | "Failed")
}

impl Cache {
    /// Sees a change.
    pub fn observe(&mut self, record: &Record) {
        let object = &record.object;
        match (record.resource, record.change) {
            (resources::NODE, Change::Deleted) => {
                self.change(object.name(), |info| info.set_node(&Object::default()))
            }
            (resources::NODE, _) => self.change(object.name(), |info| info.set_node(object)),
            (resources::POD, Change::Deleted) => self.leave(&object.key()),
            (resources::POD, _) if record.is_aside() => {}
            (resources::POD, _) => self.observe_pod(object, record.before.as_ref()),
            _ => {}
        }
    }

    fn observe_pod(&mut self, pod: &Object, before: Option<&Object>) {
        let node = pod["spec"]["nodeName"].eco().filter(|n| !n.is_empty());
        let Some(node) = node.filter(|_| !is_over(pod)) else { return self.leave(&pod.key()) };
        let key = pod.key();
        let view = |p: &Object| {
            let paths = ["spec", "metadata.labels", "metadata.deletionTimestamp", "status.startTime"];
            paths.map(|path| p.at(path).clone())
        };
        let same = |b: &Object| view(b) == view(pod);
        if before.is_some_and(same) && self.placed.contains_key(&key) {
            return;
        }
        self.placed.insert(key, node.clone());
        self.change(node, |info| info.add(Arc::new(PodInfo::read(pod).placed())));
    }

    fn leave(&mut self, key: &Key) {
        if let Some(node) = self.placed.remove(key) {
            self.change(&node, |info| drop(info.remove(key)));
        }
    }

    fn change(&mut self, name: &EcoString, change: impl FnOnce(&mut NodeInfo)) {
        let info = self.nodes.entry(name.clone()).or_default();
        change(info);
        if info.is_gone() {
            self.nodes.remove(name);
        }
    }

    /// All nodes, in the order of their names.
    pub fn nodes(&self) -> Vec<&NodeInfo> {
        self.nodes.values().filter(|info| !info.node.is_null()).collect()
    }
}
