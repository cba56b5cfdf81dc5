//! What a check looks at: a cluster's objects at one moment, as any Kubernetes client lists them.
//!
//! In CEL every kind has two names. The plural is the list: `pods`, `nodes`, `endpointslices`. The singular is
//! the same objects by name: `deployment["web"]`, `node["node-c"]`. Objects of the namespace `default` and
//! cluster-scoped ones go by their name, all others by `namespace/name`.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The names of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindNames {
    /// As in URLs, and the name of the list in CEL.
    pub plural: &'static str,
    /// The name of the map in CEL.
    pub singular: &'static str,
    /// As in `kind:`.
    pub kind: &'static str,
}

const fn kind(plural: &'static str, singular: &'static str, kind: &'static str) -> KindNames {
    KindNames { plural, singular, kind }
}

/// The kinds that checks can speak of.
pub const KINDS: &[KindNames] = &[
    kind("composecommands", "composecommand", "ComposeCommand"),
    kind("composecontainers", "composecontainer", "ComposeContainer"),
    kind("composeprojects", "composeproject", "ComposeProject"),
    kind("configmaps", "configmap", "ConfigMap"),
    kind("cronjobs", "cronjob", "CronJob"),
    kind("daemonsets", "daemonset", "DaemonSet"),
    kind("deployments", "deployment", "Deployment"),
    kind("endpointslices", "endpointslice", "EndpointSlice"),
    kind("events", "event", "Event"),
    kind("horizontalpodautoscalers", "horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    kind("images", "image", "Image"),
    kind("jobs", "job", "Job"),
    kind("leases", "lease", "Lease"),
    kind("machines", "machine", "Machine"),
    kind("namespaces", "namespace", "Namespace"),
    kind("networkpolicies", "networkpolicy", "NetworkPolicy"),
    kind("nodes", "node", "Node"),
    kind("poddisruptionbudgets", "poddisruptionbudget", "PodDisruptionBudget"),
    kind("pods", "pod", "Pod"),
    kind("replicasets", "replicaset", "ReplicaSet"),
    kind("services", "service", "Service"),
    kind("signals", "signal", "Signal"),
    kind("statefulsets", "statefulset", "StatefulSet"),
    kind("traffics", "traffic", "Traffic"),
];

/// The kind with this plural or singular name.
pub(crate) fn kind_named(name: &str) -> Option<KindNames> {
    KINDS.iter().copied().find(|k| k.plural == name || k.singular == name)
}

/// One kind's objects in the order in which the API lists them: by `namespace/name`, cluster-scoped ones by `name`.
pub type Objects = BTreeMap<String, Arc<Value>>;

/// A kind that has no objects.
pub(super) static NO_OBJECTS: Objects = Objects::new();

/// A cluster's objects at one moment. Cheap to clone: all of it is shared.
///
/// As long as a kind's `Arc` is the same, checks that speak of no other kind are not judged again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Lists", into = "Lists")]
pub struct Snapshot {
    kinds: BTreeMap<&'static str, Arc<Objects>>,
}

/// As it is stored: the objects by the plural name of their kind.
type Lists = BTreeMap<String, Vec<Arc<Value>>>;

impl Snapshot {
    /// Puts a kind's objects in, by the kind's plural name. A kind that checks can't speak of is left out.
    pub fn set(&mut self, plural: &str, objects: Arc<Objects>) {
        if let Some(names) = kind_named(plural) {
            self.kinds.insert(names.plural, objects);
        }
    }

    /// The same with only some kinds, by plural name.
    pub fn only(&self, plurals: &[&'static str]) -> Snapshot {
        let of = |plural: &&'static str| (*plural, self.kinds.get(plural).cloned().unwrap_or_default());
        Snapshot { kinds: plurals.iter().map(of).collect() }
    }

    /// A kind's objects, by its plural name; `None` where the snapshot has nothing to say of the kind.
    pub(super) fn of(&self, plural: &str) -> Option<&Arc<Objects>> {
        self.kinds.get(plural)
    }

    /// The kinds in it.
    pub(super) fn kinds(&self) -> impl Iterator<Item = KindNames> {
        self.kinds.keys().copied().filter_map(kind_named)
    }
}

/// A list of the API as objects by their keys.
pub fn keyed(list: impl IntoIterator<Item = Arc<Value>>) -> Objects {
    list.into_iter().map(|object| (key(&object), object)).collect()
}

fn key(object: &Value) -> String {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    match (text("namespace"), text("name")) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

const DEFAULT: &str = "default/";

/// The name that CEL has for the object with this key.
pub(super) fn cel_name(key: &str) -> &str {
    key.strip_prefix(DEFAULT).unwrap_or(key)
}

/// The object that CEL knows by this name.
pub(super) fn by_name<'o>(objects: &'o Objects, name: &str) -> Option<&'o Arc<Value>> {
    let other = || objects.get(name).filter(|_| !name.starts_with(DEFAULT));
    objects.get(&format!("{DEFAULT}{name}")).or_else(other)
}

impl From<Lists> for Snapshot {
    fn from(lists: Lists) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (plural, list) in lists {
            snapshot.set(&plural, Arc::new(keyed(list)));
        }
        snapshot
    }
}

impl From<Snapshot> for Lists {
    fn from(snapshot: Snapshot) -> Lists {
        let list = |objects: &Objects| objects.values().cloned().collect();
        snapshot.kinds.iter().map(|(plural, objects)| ((*plural).to_owned(), list(objects))).collect()
    }
}
