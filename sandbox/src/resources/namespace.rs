//! Models v1 Namespace.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ns"],
    namespaced: false,
    status: true,
    ..ResourceDef::plain("", "v1", "Namespace", "namespaces", "namespace")
};
