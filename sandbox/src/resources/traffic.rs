//! Models who calls which Service (ours): Traffic.

use super::{Column, ResourceDef, Row, cells::int};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    generation: true,
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
