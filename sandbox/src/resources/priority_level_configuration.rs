//! Models flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration. Omits: their effect; the sandbox has one client at a time.

use super::{Column, ResourceDef, Row, cells::NONE, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    status: true,
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "flowcontrol.apiserver.k8s.io",
        "v1",
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        "prioritylevelconfiguration",
    )
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Type"),
    Column::new("NominalConcurrencyShares"),
    Column::new("Queues"),
    Column::new("HandSize"),
    Column::new("QueueLengthLimit"),
    Column::new("Age"),
];

fn row(level: &Object, now: Time) -> Row {
    let spec = &level["spec"];
    let part = if spec["type"] == "Exempt" { "exempt" } else { "limited" };
    let shares = &spec[part]["nominalConcurrencyShares"];
    let queuing = &spec["limited"]["limitResponse"]["queuing"];
    vec![
        level.name().into(),
        spec["type"].text().into(),
        shown(shares),
        shown(&queuing["queues"]),
        shown(&queuing["handSize"]),
        shown(&queuing["queueLengthLimit"]),
        age(level, now),
    ]
}

fn shown(number: &Json) -> Json {
    number.int().map_or_else(|| NONE.into(), Json::from)
}

fn validate(level: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::required(&level["spec"], "spec", "type", &mut errors);
    check::one_of(&level["spec"], "spec", "type", &["Exempt", "Limited"], &mut errors);
    errors
}
