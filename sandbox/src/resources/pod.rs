//! Models v1 Pod.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["po"],
    categories: &["all"],
    status: true,
    generation: true,
    ..ResourceDef::plain("", "v1", "Pod", "pods", "pod")
};
