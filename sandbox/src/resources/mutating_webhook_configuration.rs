//! Models admissionregistration.k8s.io/v1 MutatingWebhookConfiguration. Omits: their effect; the sandbox calls no webhooks.

use super::{Column, ResourceDef, Row, check};
use crate::{api::age, clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    categories: &["api-extensions"],
    generation: true,
    validate: check::webhooks,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        "mutatingwebhookconfiguration",
    )
};

const COLUMNS: &[Column] = &[Column::name(), Column::int("Webhooks"), Column::new("Age")];

fn row(configuration: &Object, now: Time) -> Row {
    vec![configuration.name().into(), configuration["webhooks"].list().len().into(), age(configuration, now)]
}
