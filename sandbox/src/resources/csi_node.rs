//! Models storage.k8s.io/v1 CSINode. Omits: drivers on nodes; kubelets register none.

use super::{Column, ResourceDef, Row};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    returns_deleted: true,
    namespaced: false,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("storage.k8s.io", "v1", "CSINode", "csinodes", "csinode")
};

const COLUMNS: &[Column] = &[Column::name(), Column::int("Drivers"), Column::new("Age")];

fn row(node: &Object, now: Time) -> Row {
    vec![node.name().into(), node["spec"]["drivers"].list().len().into(), age(node, now)]
}
