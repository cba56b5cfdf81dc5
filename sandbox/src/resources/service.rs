//! Models v1 Service.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["svc"],
    categories: &["all"],
    status: true,
    ..ResourceDef::plain("", "v1", "Service", "services", "service")
};
