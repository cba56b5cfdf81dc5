//! Models storage.k8s.io/v1 CSIDriver. Omits: drivers; no volume is mounted.

use super::{
    Column, ResourceDef, Row,
    cells::{UNSET, or},
};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    returns_deleted: true,
    namespaced: false,
    default,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("storage.k8s.io", "v1", "CSIDriver", "csidrivers", "csidriver")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::bool("AttachRequired"),
    Column::bool("PodInfoOnMount"),
    Column::bool("StorageCapacity"),
    Column::new("TokenRequests"),
    Column::bool("RequiresRepublish"),
    Column::new("Modes"),
    Column::new("Age"),
];

fn row(driver: &Object, now: Time) -> Row {
    let spec = &driver["spec"];
    let flag = |field: &str, otherwise: bool| Json::from(spec[field].bool().unwrap_or(otherwise));
    vec![
        driver.name().into(),
        flag("attachRequired", true),
        flag("podInfoOnMount", false),
        flag("storageCapacity", false),
        or(&joined(&spec["tokenRequests"], |t| t["audience"].text().to_owned()), UNSET).into(),
        flag("requiresRepublish", false),
        joined(&spec["volumeLifecycleModes"], |m| m.text().to_owned()).into(),
        age(driver, now),
    ]
}

fn joined(list: &Json, show: impl Fn(&Json) -> String) -> String {
    list.list().iter().map(show).collect::<Vec<_>>().join(",")
}

fn default(driver: &mut Object) {
    for (field, value) in [
        ("attachRequired", Json::from(true)),
        ("podInfoOnMount", false.into()),
        ("storageCapacity", false.into()),
        ("fsGroupPolicy", "ReadWriteOnceWithFSType".into()),
        ("requiresRepublish", false.into()),
        ("seLinuxMount", false.into()),
    ] {
        if driver["spec"][field].is_null() {
            driver["spec"].set(field, value);
        }
    }
    if driver["spec"]["volumeLifecycleModes"].is_empty() {
        driver["spec"].set("volumeLifecycleModes", vec![Json::from("Persistent")]);
    }
}
