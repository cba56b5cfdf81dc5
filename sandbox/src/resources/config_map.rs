//! Models v1 ConfigMap.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["cm"],
    ..ResourceDef::plain("", "v1", "ConfigMap", "configmaps", "configmap")
};
