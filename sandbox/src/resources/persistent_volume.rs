//! Models v1 PersistentVolume. Omits: most sources' own rules.

use super::{Column, ResourceDef, Row, cells, check, quantity, volume};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["pv"],
    namespaced: false,
    status: true,
    default,
    prepare,
    validate,
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Capacity"),
    Column::new("Access Modes"),
    Column::new("Reclaim Policy"),
    Column::new("Status"),
    Column::new("Claim"),
    Column::new("StorageClass"),
    Column::new("VolumeAttributesClass"),
    Column::new("Reason"),
    Column::new("Age"),
    Column::new("VolumeMode").wide(),
];

fn row(volume: &Object, now: Time) -> Row {
    let (spec, status) = (&volume["spec"], &volume["status"]);
    let claim = &spec["claimRef"];
    let claim = match claim.is_null() {
        true => String::new(),
        false => format!("{}/{}", claim["namespace"].text(), claim["name"].text()),
    };
    vec![
        volume.name().into(),
        spec["capacity"]["storage"].text().into(),
        volume::modes(&spec["accessModes"]).into(),
        spec["persistentVolumeReclaimPolicy"].text().into(),
        volume::phase(volume).into(),
        claim.into(),
        spec["storageClassName"].text().into(),
        cells::or(spec["volumeAttributesClassName"].text(), cells::UNSET).into(),
        status["reason"].text().into(),
        age(volume, now),
        cells::or(spec["volumeMode"].text(), cells::UNSET).into(),
    ]
}

fn default(volume: &mut Object) {
    for (field, value) in [("persistentVolumeReclaimPolicy", "Retain"), ("volumeMode", "Filesystem")] {
        if volume["spec"][field].is_null() {
            volume["spec"].set(field, value);
        }
    }
    if !volume["spec"]["hostPath"].is_null() {
        volume["spec"]["hostPath"].default_to("type", "");
    }
}

fn prepare(volume: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        super::volume::protect(volume, "kubernetes.io/pv-protection");
        let now = volume["metadata"]["creationTimestamp"].clone();
        volume["status"].set("phase", "Pending");
        volume["status"].set("lastPhaseTransitionTime", now);
    }
}

fn validate(volume: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&volume["spec"], Vec::new());
    volume::check_modes(&spec["accessModes"], &mut errors);
    let size = &spec["capacity"]["storage"];
    if spec["capacity"].is_empty() {
        errors.push(FieldError::required("spec.capacity", ""));
    } else if quantity::parse_bytes(size.text()).is_none_or(|bytes| bytes <= 0) {
        errors.push(FieldError::invalid("spec.capacity[storage]", size, volume::NOT_POSITIVE));
    }
    let policies = &["Delete", "Recycle", "Retain"];
    check::one_of(spec, "spec", "persistentVolumeReclaimPolicy", policies, &mut errors);
    check::one_of(spec, "spec", "volumeMode", &["Block", "Filesystem"], &mut errors);
    let sources = SOURCES.iter().filter(|field| !spec[**field].is_null()).count();
    match sources {
        0 => errors.push(FieldError::required("spec", "must specify a volume type")),
        1 => {}
        _ => errors.push(FieldError::forbidden("spec", "may not specify more than 1 volume type")),
    }
    check_host_path(&spec["hostPath"], &mut errors);
    errors
}

fn check_host_path(source: &Json, errors: &mut Vec<FieldError>) {
    if !source.is_null() {
        check::required(source, "spec.hostPath", "path", errors);
    }
}

const SOURCES: [&str; 22] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// `ValidatePersistentVolumeSpec` (pkg/apis/core/validation/validation.go).
    #[test]
    fn a_volume_has_one_source() {
        for (sources, wrong) in [
            (json!({}), "Required value: must specify a volume type"),
            (json!({"local": {"path": "/x"}}), ""),
            (json!({"hostPath": {"path": "/x"}}), ""),
            (json!({"nfs": {"server": "s", "path": "/x"}}), ""),
            (
                json!({"hostPath": {"path": "/x"}, "local": {"path": "/x"}}),
                "Forbidden: may not specify more than 1 volume type",
            ),
        ] {
            let spec = json!({"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]});
            let spec =
                sources.entries().fold(spec, |all, (field, said)| all.with(field.as_str(), said.clone()));
            let mut volume = Object(Json::object().with("spec", spec));
            default(&mut volume);
            let said: Vec<String> = validate(&volume, None).into_iter().map(|e| e.detail).collect();
            assert_eq!(said.join(", "), wrong, "{volume:?}");
        }
    }
}
