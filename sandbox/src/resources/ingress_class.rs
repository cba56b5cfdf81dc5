//! Models networking.k8s.io/v1 IngressClass. Omits: the default class of new Ingresses.

use super::{Column, ResourceDef, Row, cells::NONE, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Controller"), Column::new("Parameters"), Column::new("Age")];

fn row(class: &Object, now: Time) -> Row {
    vec![
        class.name().into(),
        class["spec"]["controller"].text().into(),
        parameters(&class["spec"]["parameters"]).into(),
        age(class, now),
    ]
}

/// `KIND[.GROUP]/NAME`.
fn parameters(reference: &Json) -> String {
    if reference.is_null() {
        return NONE.to_owned();
    }
    let group = reference["apiGroup"].str().map(|g| format!(".{g}")).unwrap_or_default();
    format!("{}{group}/{}", reference["kind"].text(), reference["name"].text())
}

fn validate(class: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::required(&class["spec"], "spec", "controller", &mut errors);
    let (controller, path) = (&class["spec"]["controller"], "spec.controller");
    if old.is_some_and(|old| old["spec"]["controller"] != *controller) {
        errors.push(FieldError::invalid(path, controller, check::IMMUTABLE));
    }
    errors
}
