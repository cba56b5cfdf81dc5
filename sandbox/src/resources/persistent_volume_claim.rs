//! Models v1 PersistentVolumeClaim. Omits: volume attributes classes, data sources.

use super::{
    Column, ResourceDef, Row, cells,
    check::{self, Errors},
    quantity, volume,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

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
    if let Some(old) = old {
        change(claim, old, &mut errors);
    }
    errors
}

/// Models `ValidatePersistentVolumeClaimUpdate`. Omits: the difference that Kubernetes prints below its words.
fn change(claim: &Object, old: &Object, errors: &mut Errors) {
    let mut kept = claim["spec"].clone();
    let stored = &old["spec"];
    let mut free = |field: &str| kept.set(field, stored[field].clone());
    if stored["volumeName"].is_empty() {
        free("volumeName");
    }
    if stored["storageClassName"].is_null() {
        free("storageClassName");
    }
    let is_bound = claim["status"]["phase"] == "Bound";
    if is_bound {
        free("volumeAttributesClassName");
        kept["resources"]["requests"].set("storage", storage(stored).clone());
    }
    if kept != *stored {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        errors.push(FieldError::forbidden("spec", why));
    }
    let bytes = |size: &Json| quantity::parse_bytes(size.text()).unwrap_or(0);
    let size = bytes(storage(&claim["spec"]));
    if size < bytes(storage(stored)) && size <= bytes(&old["status"]["capacity"]["storage"]) {
        let why = "field can not be less than status.capacity";
        errors.push(FieldError::forbidden("spec.resources.requests.storage", why));
    }
}

fn storage(spec: &Json) -> &Json {
    &spec["resources"]["requests"]["storage"]
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn only_bound_claims_change() {
        let claim = |size: &str, volume: Option<&str>, phase: &str, modes: &str| {
            let spec = json!({"accessModes": [modes], "volumeMode": "Filesystem",
                "resources": {"requests": {"storage": size}}});
            let mut claim = Object(Json::object().with("spec", spec));
            claim["spec"].set("volumeName", volume);
            claim.set("status", json!({"phase": phase, "capacity": {"storage": "1Gi"}}));
            claim
        };
        let (once, many) = ("ReadWriteOnce", "ReadWriteMany");
        let fixed = "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        let small = "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity";
        for (old, new, expect) in [
            (claim("1Gi", None, "Pending", once), claim("1Gi", Some("v"), "Pending", once), vec![]),
            (claim("1Gi", None, "Pending", once), claim("2Gi", None, "Pending", once), vec![fixed]),
            (claim("1Gi", None, "Pending", once), claim("1Gi", None, "Pending", many), vec![fixed]),
            (claim("1Gi", Some("v"), "Bound", once), claim("2Gi", Some("v"), "Bound", once), vec![]),
            (claim("1Gi", Some("v"), "Bound", once), claim("1Gi", Some("w"), "Bound", once), vec![fixed]),
            (claim("3Gi", Some("v"), "Bound", once), claim("2Gi", Some("v"), "Bound", once), vec![]),
            (claim("3Gi", Some("v"), "Bound", once), claim("1Gi", Some("v"), "Bound", once), vec![small]),
        ] {
            assert_eq!(words(&validate(&new, Some(&old))), expect, "{old:?} {new:?}");
        }
    }
}
