//! Models rbac.authorization.k8s.io/v1 ClusterRole.

use super::{ResourceDef, rbac};
use crate::api::names;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    name_rule: names::path_segment,
    validate: rbac::validate_cluster_role,
    columns: rbac::ROLE_COLUMNS,
    row: rbac::role_row,
    ..ResourceDef::plain("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole")
};
