//! Models v1 Node.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["no"],
    namespaced: false,
    status: true,
    fields: &["spec.unschedulable"],
    ..ResourceDef::plain("", "v1", "Node", "nodes", "node")
};
