//! Models apps/v1 ReplicaSet.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["rs"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    ..ResourceDef::plain("apps", "v1", "ReplicaSet", "replicasets", "replicaset")
};
