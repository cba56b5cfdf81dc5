//! Models rbac.authorization.k8s.io/v1 Role.

use super::{ResourceDef, rbac};
use crate::api::names;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: true,
    name_rule: names::path_segment,
    validate: rbac::validate_role,
    columns: rbac::ROLE_COLUMNS,
    row: rbac::role_row,
    ..ResourceDef::plain("rbac.authorization.k8s.io", "v1", "Role", "roles", "role")
};
