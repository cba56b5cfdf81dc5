//! Models a signal sent to a container (ours): Signal.

use super::{
    Column, ResourceDef, Row,
    cells::{NONE, or},
    check,
};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Signal", "signals", "signal")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Pod"),
    Column::new("Container"),
    Column::new("Signal"),
    Column::new("Delivered"),
    Column::new("Age"),
];

fn row(signal: &Object, now: Time) -> Row {
    let spec = &signal["spec"];
    let delivered = match signal["status"]["delivered"].bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "Pending",
    };
    vec![
        signal.name().into(),
        or(spec["pod"].text(), spec["composeContainer"].text()).into(),
        or(spec["container"].text(), NONE).into(),
        spec["signal"].text().into(),
        delivered.into(),
        age(signal, now),
    ]
}

fn default(signal: &mut Object) {
    signal["spec"].default_to("signal", "SIGKILL");
}

fn validate(signal: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (spec, other) = (&signal["spec"], "composeContainer");
    if spec[other].is_empty() {
        check::required(spec, "spec", "pod", &mut errors);
    } else if !spec["pod"].is_empty() {
        errors.push(FieldError::forbidden("spec.composeContainer", "may not be set together with `pod`"));
    }
    check::one_of(&signal["spec"], "spec", "signal", &["SIGKILL", "SIGTERM"], &mut errors);
    errors
}
