//! Models v1 ComponentStatus, deprecated: what the control plane's parts say of their health. They live in this process,
//! so they are well while it answers; nothing is stored.

use super::{Column, Deprecated, ResourceDef, Row};
use crate::{clock::Time, json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["cs"],
    namespaced: false,
    verbs: &["get", "list"],
    deprecated: Some(Deprecated { since_minor: 19, replacement: "" }),
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "ComponentStatus", "componentstatuses", "componentstatus")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Status"), Column::new("Message"), Column::new("Error")];

fn row(component: &Object, _: Time) -> Row {
    let healthy = component["conditions"].list().iter().find(|c| c["type"] == "Healthy");
    let status = match healthy.map(|c| c["status"].text()) {
        Some("True") => "Healthy",
        Some("False") => "Unhealthy",
        _ => "Unknown",
    };
    let said = |field: &str| healthy.map_or("", |c| c[field].text()).into();
    vec![component.name().into(), status.into(), said("message"), said("error")]
}

/// The parts of the control plane.
pub fn all() -> Vec<Object> {
    let component = |name: &str| {
        Object(json!({
            "kind": "ComponentStatus", "apiVersion": "v1",
            "metadata": {"name": name, "creationTimestamp": null},
            "conditions": [{"type": "Healthy", "status": "True", "message": "ok"}],
        }))
    };
    ["etcd-0", "scheduler", "controller-manager"].map(component).into()
}
