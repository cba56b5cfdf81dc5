//! Models flowcontrol.apiserver.k8s.io/v1 FlowSchema. Omits: their effect; the sandbox has one client at a time.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    status: true,
    generation: true,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", "flowschema")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("PriorityLevel"),
    Column::new("MatchingPrecedence"),
    Column::new("DistinguisherMethod"),
    Column::new("Age"),
    Column::new("MissingPL"),
];

/// Where a writer says nothing.
const PRECEDENCE: i64 = 1000;
const PRECEDENCE_MAX: i64 = 10_000;

fn row(schema: &Object, now: Time) -> Row {
    let spec = &schema["spec"];
    let dangling = schema["status"]["conditions"].list().iter().find(|c| c["type"] == "Dangling");
    vec![
        schema.name().into(),
        spec["priorityLevelConfiguration"]["name"].text().into(),
        cells::int(&spec["matchingPrecedence"]).into(),
        cells::or(spec["distinguisherMethod"]["type"].text(), cells::NONE).into(),
        age(schema, now),
        cells::or(dangling.map_or("", |c| c["status"].text()), "?").into(),
    ]
}

fn default(schema: &mut Object) {
    if schema["spec"]["matchingPrecedence"].is_null() {
        schema["spec"].set("matchingPrecedence", PRECEDENCE);
    }
}

fn validate(schema: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&schema["spec"], Vec::new());
    let precedence = &spec["matchingPrecedence"];
    if !(1..=PRECEDENCE_MAX).contains(&cells::int(precedence)) {
        let why = format!("must be between 1 and {PRECEDENCE_MAX}");
        errors.push(FieldError::invalid("spec.matchingPrecedence", precedence, &why));
    }
    let level = &spec["priorityLevelConfiguration"];
    check::required(level, "spec.priorityLevelConfiguration", "name", &mut errors);
    if !spec["distinguisherMethod"].is_null() {
        let method = &spec["distinguisherMethod"];
        check::one_of(method, "spec.distinguisherMethod", "type", &["ByNamespace", "ByUser"], &mut errors);
    }
    errors
}
