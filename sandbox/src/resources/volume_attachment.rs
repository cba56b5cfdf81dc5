//! Models storage.k8s.io/v1 VolumeAttachment. Omits: attaching; no volume is mounted.

use super::{Column, ResourceDef, Row, check};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    returns_deleted: true,
    namespaced: false,
    status: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", "volumeattachment")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Attacher"),
    Column::new("PV"),
    Column::new("Node"),
    Column::bool("Attached"),
    Column::new("Age"),
];

fn row(attachment: &Object, now: Time) -> Row {
    let spec = &attachment["spec"];
    vec![
        attachment.name().into(),
        spec["attacher"].text().into(),
        spec["source"]["persistentVolumeName"].text().into(),
        spec["nodeName"].text().into(),
        attachment["status"]["attached"].bool().unwrap_or(false).into(),
        age(attachment, now),
    ]
}

fn validate(attachment: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&attachment["spec"], Vec::new());
    check::required(spec, "spec", "attacher", &mut errors);
    check::required(spec, "spec", "source", &mut errors);
    check::required(spec, "spec", "nodeName", &mut errors);
    if old.is_some_and(|old| old["spec"] != *spec) {
        errors.push(FieldError::invalid("spec", spec, "field is immutable"));
    }
    errors
}
