//! Models admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. Omits: their effect; the sandbox evaluates none.

use super::{
    Column, ResourceDef, Row,
    cells::{UNSET, or},
    check,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    categories: &["api-extensions"],
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
    )
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("PolicyName"), Column::new("ParamRef"), Column::new("Age")];

fn row(binding: &Object, now: Time) -> Row {
    vec![
        binding.name().into(),
        binding["spec"]["policyName"].text().into(),
        param_ref(&binding["spec"]["paramRef"]).into(),
        age(binding, now),
    ]
}

fn param_ref(reference: &Json) -> String {
    if reference.is_null() {
        return UNSET.to_owned();
    }
    let namespace = reference["namespace"].str().map(|n| format!("{n}/")).unwrap_or_default();
    format!("{namespace}{}", or(reference["name"].text(), "*"))
}

fn validate(binding: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::required(&binding["spec"], "spec", "policyName", &mut errors);
    check::required(&binding["spec"], "spec", "validationActions", &mut errors);
    errors
}
