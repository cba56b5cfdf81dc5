//! Models rbac.authorization.k8s.io/v1 ClusterRoleBinding.

use super::{ResourceDef, rbac};
use crate::api::names;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    name_rule: names::path_segment,
    default: rbac::default_binding,
    validate: rbac::validate_cluster_binding,
    columns: rbac::BINDING_COLUMNS,
    row: rbac::binding_row,
    ..ResourceDef::plain(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        "clusterrolebinding",
    )
};
