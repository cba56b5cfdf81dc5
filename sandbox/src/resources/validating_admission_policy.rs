//! Models admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. Omits: their effect; the sandbox evaluates none.

use super::{Column, ResourceDef, Row, cells::UNSET};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    categories: &["api-extensions"],
    status: true,
    generation: true,
    default,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        "validatingadmissionpolicy",
    )
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::int("Validations"), Column::new("ParamKind"), Column::new("Age")];

fn row(policy: &Object, now: Time) -> Row {
    vec![
        policy.name().into(),
        policy["spec"]["validations"].list().len().into(),
        param_kind(&policy["spec"]["paramKind"]).into(),
        age(policy, now),
    ]
}

fn param_kind(kind: &Json) -> String {
    if kind.is_null() {
        return UNSET.to_owned();
    }
    format!("{}/{}", kind["apiVersion"].text(), kind["kind"].text())
}

fn default(policy: &mut Object) {
    if policy["spec"]["failurePolicy"].is_null() {
        policy["spec"].set("failurePolicy", "Fail");
    }
}
