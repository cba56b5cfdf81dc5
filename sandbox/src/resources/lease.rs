//! Models coordination.k8s.io/v1 Lease.

use super::{Column, ResourceDef, Row};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("coordination.k8s.io", "v1", "Lease", "leases", "lease")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Holder"), Column::new("Age")];

fn row(lease: &Object, now: Time) -> Row {
    vec![lease.name().into(), lease["spec"]["holderIdentity"].text().into(), age(lease, now)]
}
