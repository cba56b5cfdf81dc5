//! The kinds: one file each (defaults, validation, strategy, columns, helpers to read them), listed in one table.

pub mod cells;
pub mod check;
mod def;

pub mod config_map;
pub mod deployment;
pub mod endpoint_slice;
pub mod event;
pub mod image;
pub mod lease;
pub mod machine;
pub mod namespace;
pub mod node;
pub mod pod;
pub mod pod_check;
pub mod pod_row;
pub mod pod_spec;
pub mod pod_update;
pub mod quantity;
pub mod replica_set;
pub mod schema;
pub mod service;
pub mod signal;
pub mod traffic;
pub mod workload_check;

pub use def::{Column, ResourceDef, Row};

/// A kind's place in [`TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(u16);

impl Resource {
    /// What is known of it.
    pub fn def(self) -> &'static ResourceDef {
        TABLE[self.0 as usize]
    }

    /// All kinds, in the table's order.
    pub fn all() -> impl Iterator<Item = Resource> {
        (0..TABLE.len() as u16).map(Resource)
    }

    /// By group, version and plural name, as in a URL.
    pub fn by_path(group: &str, version: &str, plural: &str) -> Option<Resource> {
        Resource::all().find(|r| {
            let d = r.def();
            d.group == group && d.version == version && d.plural == plural
        })
    }

    /// By `apiVersion` and `kind`, as in an object.
    pub fn by_kind(api_version: &str, kind: &str) -> Option<Resource> {
        Resource::all().find(|r| r.def().kind == kind && r.def().api_version() == api_version)
    }
}

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = $i:literal => $module:ident),* $(,)?) => {
        $($(#[$doc])* pub const $name: Resource = Resource($i);)*
        /// Every kind the API serves.
        pub static TABLE: &[&ResourceDef] = &[$(&$module::DEF),*];
    };
}

table! {
    /// v1 Namespace.
    NAMESPACE = 0 => namespace,
    /// v1 Node.
    NODE = 1 => node,
    /// v1 Pod.
    POD = 2 => pod,
    /// v1 Service.
    SERVICE = 3 => service,
    /// v1 ConfigMap.
    CONFIG_MAP = 4 => config_map,
    /// v1 Event.
    EVENT = 5 => event,
    /// apps/v1 ReplicaSet.
    REPLICA_SET = 6 => replica_set,
    /// apps/v1 Deployment.
    DEPLOYMENT = 7 => deployment,
    /// discovery.k8s.io/v1 EndpointSlice.
    ENDPOINT_SLICE = 8 => endpoint_slice,
    /// coordination.k8s.io/v1 Lease.
    LEASE = 9 => lease,
    /// sim.pilothouse.dev/v1 Machine.
    MACHINE = 10 => machine,
    /// sim.pilothouse.dev/v1 Image.
    IMAGE = 11 => image,
    /// sim.pilothouse.dev/v1 Traffic.
    TRAFFIC = 12 => traffic,
    /// sim.pilothouse.dev/v1 Signal.
    SIGNAL = 13 => signal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, object::Object};

    #[test]
    fn every_constant_stands_at_its_place() {
        for (resource, kind) in [
            (NAMESPACE, "Namespace"),
            (NODE, "Node"),
            (POD, "Pod"),
            (SERVICE, "Service"),
            (CONFIG_MAP, "ConfigMap"),
            (EVENT, "Event"),
            (REPLICA_SET, "ReplicaSet"),
            (DEPLOYMENT, "Deployment"),
            (ENDPOINT_SLICE, "EndpointSlice"),
            (LEASE, "Lease"),
            (MACHINE, "Machine"),
            (IMAGE, "Image"),
            (TRAFFIC, "Traffic"),
            (SIGNAL, "Signal"),
        ] {
            let d = resource.def();
            assert_eq!(d.kind, kind);
            assert_eq!(Resource::by_path(d.group, d.version, d.plural), Some(resource));
            assert_eq!(Resource::by_kind(&d.api_version(), kind), Some(resource));
        }
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let columns = |d: &ResourceDef| d.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(" ");
        for r in Resource::all() {
            let d = r.def();
            let mut object =
                Object(json!({"metadata": {"name": "a", "creationTimestamp": "2026-11-24T00:00:00Z"}}));
            (d.default)(&mut object);
            (d.prepare)(&mut object, None);
            let row = (d.row)(&object, Time::parse("2026-11-24T00:00:09Z").unwrap());
            assert_eq!(row.len(), d.columns.len(), "{}", d.kind);
            assert_eq!(d.columns.iter().filter(|c| c.format == "name").count(), 1, "{}", d.kind);
            for (column, cell) in d.columns.iter().zip(&row) {
                match (column.format, column.name) {
                    ("name", _) => assert_eq!(*cell, "a"),
                    (_, "Age") => assert_eq!(*cell, "9s"),
                    _ if column.type_ == "integer" => {
                        assert!(cell.int().is_some(), "{} {}", d.kind, column.name)
                    }
                    _ => assert!(!cell.is_null(), "{} {}", d.kind, column.name),
                }
            }
        }
        assert_eq!(columns(LEASE.def()), "Name Holder Age");
        assert_eq!(columns(SERVICE.def()), "Name Type Cluster-IP External-IP Port(s) Age Selector");
    }
}
