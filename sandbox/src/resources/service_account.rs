//! Models v1 ServiceAccount.

use super::{Column, ResourceDef, Row};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["sa"],
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Secrets"), Column::new("Age")];

fn row(account: &Object, now: Time) -> Row {
    vec![account.name().into(), account["secrets"].list().len().into(), age(account, now)]
}
