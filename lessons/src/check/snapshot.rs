//! What a check looks at: a cluster's objects at one moment, as any Kubernetes client lists them.
//!
//! In CEL every kind has two names. The plural is the list: `pods`, `nodes`, `endpointslices`. The singular is
//! the same objects by name: `deployment["web"]`, `node["node-c"]`. Objects of the namespace `default` and
//! cluster-scoped ones go by their name, all others by `namespace/name`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

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

/// A cluster's objects at one moment, by the plural name of their kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Snapshot {
    /// Objects as the API gives them, in the order of the list.
    pub objects: BTreeMap<String, Vec<Value>>,
}

impl Snapshot {
    /// The same with only some kinds, and without `managedFields`: what is worth keeping.
    pub fn only(&self, plurals: &[String]) -> Snapshot {
        let mut objects = BTreeMap::new();
        for plural in plurals {
            let mut list = self.objects.get(plural).cloned().unwrap_or_default();
            for object in &mut list {
                if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
                    metadata.remove("managedFields");
                }
            }
            objects.insert(plural.clone(), list);
        }
        Snapshot { objects }
    }

    /// What a name of CEL stands for: the list, or the objects by name. `None` for a name of no kind.
    pub(crate) fn named(&self, name: &str) -> Option<Value> {
        let names = kind_named(name)?;
        let list = self.objects.get(names.plural).map(Vec::as_slice).unwrap_or_default();
        if name == names.plural {
            return Some(Value::Array(list.to_vec()));
        }
        Some(Value::Object(list.iter().filter_map(|o| Some((key(o)?, o.clone()))).collect()))
    }

    /// Every kind under both names, for `was`.
    pub(crate) fn all_names(&self) -> Value {
        let mut map = Map::new();
        for names in KINDS.iter().filter(|k| self.objects.contains_key(k.plural)) {
            for name in [names.plural, names.singular] {
                map.insert(name.to_owned(), self.named(name).unwrap_or(json!(null)));
            }
        }
        Value::Object(map)
    }
}

fn key(object: &Value) -> Option<String> {
    let metadata = object.get("metadata")?;
    let name = metadata.get("name")?.as_str()?;
    match metadata.get("namespace").and_then(Value::as_str) {
        None | Some("" | "default") => Some(name.to_owned()),
        Some(namespace) => Some(format!("{namespace}/{name}")),
    }
}
