//! Models v1 PersistentVolumeClaim. Omits: volume attributes classes, data sources.

use super::{Column, ResourceDef, Row, cells, check, quantity, volume};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["pvc"],
    status: true,
    default,
    prepare,
    validate,
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Status"),
    Column::new("Volume"),
    Column::new("Capacity"),
    Column::new("Access Modes"),
    Column::new("StorageClass"),
    Column::new("VolumeAttributesClass"),
    Column::new("Age"),
    Column::new("VolumeMode").wide(),
];

fn row(claim: &Object, now: Time) -> Row {
    let (spec, status) = (&claim["spec"], &claim["status"]);
    let bound = !spec["volumeName"].is_empty();
    vec![
        claim.name().into(),
        volume::phase(claim).into(),
        spec["volumeName"].text().into(),
        if bound { status["capacity"]["storage"].text() } else { "" }.into(),
        if bound { volume::modes(&status["accessModes"]) } else { String::new() }.into(),
        spec["storageClassName"].text().into(),
        cells::or(spec["volumeAttributesClassName"].text(), cells::UNSET).into(),
        age(claim, now),
        cells::or(spec["volumeMode"].text(), cells::UNSET).into(),
    ]
}

fn default(claim: &mut Object) {
    if claim["spec"]["volumeMode"].is_null() {
        claim["spec"].set("volumeMode", "Filesystem");
    }
}

fn prepare(claim: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        volume::protect(claim, "kubernetes.io/pvc-protection");
        claim["status"].set("phase", "Pending");
    }
}

fn validate(claim: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&claim["spec"], Vec::new());
    volume::check_modes(&spec["accessModes"], &mut errors);
    let size = &spec["resources"]["requests"]["storage"];
    if size.is_null() {
        errors.push(FieldError::required("spec.resources[storage]", ""));
    } else if quantity::parse_bytes(size.text()).is_none_or(|bytes| bytes <= 0) {
        errors.push(FieldError::invalid("spec.resources[storage]", size, volume::NOT_POSITIVE));
    }
    check::one_of(spec, "spec", "volumeMode", &["Block", "Filesystem"], &mut errors);
    let fixed = |o: &Object| {
        let mut spec = o["spec"].clone();
        for free in ["resources", "volumeName", "volumeAttributesClassName"] {
            spec.remove(free);
        }
        spec
    };
    if old.is_some_and(|old| fixed(old) != fixed(claim)) {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        errors.push(FieldError::forbidden("spec", why));
    }
    errors
}
