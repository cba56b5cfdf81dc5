//! Models apps/v1 ControllerRevision: a state that a DaemonSet or a StatefulSet once had.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Controller"), Column::new("Revision"), Column::new("Age")];

fn row(revision: &Object, now: Time) -> Row {
    vec![
        revision.name().into(),
        revision.controller().map_or(cells::NONE.to_owned(), owner).into(),
        int(&revision["revision"]).into(),
        age(revision, now),
    ]
}

/// `daemonset.apps/agent`.
fn owner(reference: &Json) -> String {
    let kind = reference["kind"].text().to_lowercase();
    let group = reference["apiVersion"].text().split_once('/').map_or("", |(group, _)| group);
    let dot = if group.is_empty() { "" } else { "." };
    format!("{kind}{dot}{group}/{}", reference["name"].text())
}

fn validate(revision: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if revision["data"].is_null() {
        errors.push(FieldError::required("data", "data is mandatory"));
    }
    check::non_negative_at(&revision["revision"], "revision", &mut errors);
    if old.is_some_and(|old| old["data"] != revision["data"]) {
        errors.push(FieldError::invalid("data", &revision["data"], check::IMMUTABLE));
    }
    errors
}
