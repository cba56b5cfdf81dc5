//! What PersistentVolumes and their claims share. Models helpers of `kubernetes/pkg/apis/core/validation` and
//! `component-helpers/storage/volume`.

use super::check::Errors;
use crate::{json::Json, object::Object, status::FieldError};

/// Why a size is refused.
pub const NOT_POSITIVE: &str = "must be greater than zero";

const MODES: [(&str, &str); 4] = [
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOnce", "RWO"),
    ("ReadWriteOncePod", "RWOP"),
];

/// Access modes in short, in Kubernetes' order.
pub fn modes(modes: &Json) -> String {
    let order = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
    let has = |mode: &&str| modes.list().iter().any(|m| m.text() == *mode);
    let short = |mode: &str| MODES.iter().find(|(long, _)| *long == mode).map_or("", |(_, short)| *short);
    order.into_iter().filter(has).map(short).collect::<Vec<_>>().join(",")
}

/// The phase, or `Terminating`.
pub fn phase(object: &Object) -> &str {
    if object.is_terminating() { "Terminating" } else { object["status"]["phase"].text() }
}

/// What a new claim or volume is protected by while it is in use. Models the admission plugin StorageObjectInUseProtection.
pub fn protect(object: &mut Object, finalizer: &str) {
    let finalizers = object["metadata"]["finalizers"].list_mut();
    if !finalizers.iter().any(|f| *f == finalizer) {
        finalizers.push(finalizer.into());
    }
}

/// At least one access mode, and known ones.
pub fn check_modes(modes: &Json, errors: &mut Errors) {
    if modes.is_empty() {
        errors.push(FieldError::required("spec.accessModes", "at least 1 access mode is required"));
    }
    let known = MODES.map(|(long, _)| long);
    for mode in modes.list().iter().filter(|m| !known.contains(&m.text())) {
        errors.push(FieldError::unsupported("spec.accessModes", mode, &known));
    }
}
