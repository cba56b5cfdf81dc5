//! Models node.k8s.io/v1 RuntimeClass. Omits: other runtimes; every container starts alike.

use super::{Column, ResourceDef, Row, check};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", "runtimeclass")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Handler"), Column::new("Age")];

fn row(class: &Object, now: Time) -> Row {
    vec![class.name().into(), class["handler"].text().into(), age(class, now)]
}

fn validate(class: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::label(&class["handler"], "handler", &mut errors);
    if old.is_some_and(|old| old["handler"] != class["handler"]) {
        errors.push(FieldError::invalid("handler", &class["handler"], check::IMMUTABLE));
    }
    errors
}
