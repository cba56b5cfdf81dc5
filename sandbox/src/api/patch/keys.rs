//! How strategic merge patch takes each list: a table of our own in place of Kubernetes' struct tags.

use crate::resources::{self, Resource};

/// How a list is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListMerge {
    /// Replaced as a whole.
    Atomic,
    /// A set of plain values.
    Set,
    /// Maps, told apart by a key.
    Keyed(&'static str),
}

/// How the list `field` under `parent` of a resource is merged.
pub fn list_merge(resource: Resource, parent: &str, field: &str) -> ListMerge {
    let pods = matches!(resource, resources::POD | resources::REPLICA_SET | resources::DEPLOYMENT);
    match (parent, field) {
        ("metadata", "ownerReferences") => ListMerge::Keyed("uid"),
        ("metadata", "finalizers") => ListMerge::Set,
        ("status", "conditions") => ListMerge::Keyed("type"),
        ("status", "addresses") if resource == resources::NODE => ListMerge::Keyed("type"),
        ("spec", "podCIDRs") if resource == resources::NODE => ListMerge::Set,
        ("spec", "ports") if resource == resources::SERVICE => ListMerge::Keyed("port"),
        ("status", "podIPs" | "hostIPs") if resource == resources::POD => ListMerge::Keyed("ip"),
        (_, field) if pods => pod_list(parent, field),
        _ => ListMerge::Atomic,
    }
}

fn pod_list(parent: &str, field: &str) -> ListMerge {
    match (parent, field) {
        (
            "spec",
            "containers"
            | "initContainers"
            | "ephemeralContainers"
            | "volumes"
            | "imagePullSecrets"
            | "resourceClaims"
            | "schedulingGates",
        ) => ListMerge::Keyed("name"),
        ("spec", "hostAliases") => ListMerge::Keyed("ip"),
        ("spec", "topologySpreadConstraints") => ListMerge::Keyed("topologyKey"),
        ("containers" | "initContainers" | "ephemeralContainers", "env") => ListMerge::Keyed("name"),
        ("containers" | "initContainers" | "ephemeralContainers", "ports") => {
            ListMerge::Keyed("containerPort")
        }
        ("containers" | "initContainers" | "ephemeralContainers", "volumeMounts") => {
            ListMerge::Keyed("mountPath")
        }
        ("containers" | "initContainers" | "ephemeralContainers", "volumeDevices") => {
            ListMerge::Keyed("devicePath")
        }
        _ => ListMerge::Atomic,
    }
}
