//! Models storage.k8s.io/v1 StorageClass. Omits: provisioning.

use super::{
    Column, ResourceDef, Row,
    cells::{UNSET, or},
};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    returns_deleted: true,
    namespaced: false,
    short_names: &["sc"],
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Provisioner"),
    Column::new("ReclaimPolicy"),
    Column::new("VolumeBindingMode"),
    Column::new("AllowVolumeExpansion"),
    Column::new("Age"),
];

fn row(class: &Object, now: Time) -> Row {
    vec![
        name(class).into(),
        class["provisioner"].text().into(),
        or(class["reclaimPolicy"].text(), "Delete").into(),
        or(class["volumeBindingMode"].text(), UNSET).into(),
        class["allowVolumeExpansion"].bool().unwrap_or(false).to_string().into(),
        age(class, now),
    ]
}

/// Its name, and whether claims without a class get it.
fn name(class: &Object) -> String {
    if is_default(class) { format!("{} (default)", class.name()) } else { class.name().to_string() }
}

/// Do claims without a class get it?
pub fn is_default(class: &Object) -> bool {
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        .iter()
        .any(|key| class["metadata"]["annotations"][*key] == "true")
}

fn default(class: &mut Object) {
    for (field, value) in [("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")] {
        if class[field].is_null() {
            class.set(field, value);
        }
    }
}

fn validate(class: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if class["provisioner"].is_empty() {
        errors.push(FieldError::required("provisioner", ""));
    }
    for (field, supported) in [
        ("reclaimPolicy", ["Delete", "Retain"]),
        ("volumeBindingMode", ["Immediate", "WaitForFirstConsumer"]),
    ] {
        if !supported.contains(&class[field].text()) {
            errors.push(FieldError::unsupported(field, &class[field], &supported));
        }
    }
    for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
        if old.is_some_and(|old| old[field] != class[field]) {
            errors.push(FieldError::forbidden(field, "updates to this field are forbidden."));
        }
    }
    errors
}
