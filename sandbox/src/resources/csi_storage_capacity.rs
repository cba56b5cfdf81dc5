//! Models storage.k8s.io/v1 CSIStorageCapacity. Omits: its use when pods are scheduled.

use super::{
    Column, ResourceDef, Row,
    cells::{UNSET, or},
};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "storage.k8s.io",
        "v1",
        "CSIStorageCapacity",
        "csistoragecapacities",
        "csistoragecapacity",
    )
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("StorageClassName"), Column::new("Capacity"), Column::new("Age")];

fn row(capacity: &Object, now: Time) -> Row {
    vec![
        capacity.name().into(),
        capacity["storageClassName"].text().into(),
        or(capacity["capacity"].text(), UNSET).into(),
        age(capacity, now),
    ]
}

fn validate(capacity: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if capacity["storageClassName"].is_empty() {
        errors.push(FieldError::required("storageClassName", ""));
    }
    errors
}
