//! Models who calls which Service (ours): Traffic.

use super::{Column, ResourceDef, Row, cells::int, check};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Traffic", "traffics", "traffic")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Service"),
    Column::new("Rate"),
    Column::int("Sent"),
    Column::int("Failed"),
    Column::new("Age"),
];

fn row(traffic: &Object, now: Time) -> Row {
    let (spec, status) = (&traffic["spec"], &traffic["status"]);
    let rate = [status, spec].into_iter().find_map(|s| s["ratePerSecond"].float()).unwrap_or(0.0);
    vec![
        traffic.name().into(),
        spec["service"].text().into(),
        format!("{rate}/s").into(),
        int(&status["sent"]).into(),
        int(&status["failed"]).into(),
        age(traffic, now),
    ]
}

fn validate(traffic: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&traffic["spec"], Vec::new());
    check::required(spec, "spec", "service", &mut errors);
    if !spec["port"].is_null() {
        check::port(&spec["port"], "spec.port".into(), &mut errors);
    }
    for field in ["ratePerSecond", "ratePerSecondMax"] {
        if spec[field].float().is_some_and(|rate| rate < 0.0) {
            let why = "must be greater than or equal to 0";
            errors.push(FieldError::invalid(format!("spec.{field}"), &spec[field], why));
        }
    }
    errors
}
