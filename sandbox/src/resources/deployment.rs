//! Models apps/v1 Deployment.

use super::ResourceDef;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["deploy"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    ..ResourceDef::plain("apps", "v1", "Deployment", "deployments", "deployment")
};
