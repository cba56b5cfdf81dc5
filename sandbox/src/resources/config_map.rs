//! Models v1 ConfigMap.

use super::{Column, ResourceDef, Row};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["cm"],
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "ConfigMap", "configmaps", "configmap")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Data"), Column::new("Age")];

fn row(map: &Object, now: Time) -> Row {
    let count = map["data"].entries().count() + map["binaryData"].entries().count();
    vec![map.name().into(), count.into(), age(map, now)]
}
