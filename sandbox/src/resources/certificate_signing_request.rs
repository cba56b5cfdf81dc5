//! Models certificates.k8s.io/v1 CertificateSigningRequest. Omits: signing; who asks is not noted.

use super::{
    Column, ResourceDef, Row,
    cells::{NONE, or},
    signer,
};
use crate::{
    api::{age, human_duration},
    clock::Time,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    short_names: &["csr"],
    status: true,
    fields: &["spec.signerName"],
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "certificates.k8s.io",
        "v1",
        "CertificateSigningRequest",
        "certificatesigningrequests",
        "certificatesigningrequest",
    )
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Age"),
    Column::new("SignerName"),
    Column::new("Requestor"),
    Column::new("RequestedDuration"),
    Column::new("Condition"),
];

fn row(request: &Object, now: Time) -> Row {
    let spec = &request["spec"];
    let seconds = spec["expirationSeconds"].int();
    let duration = seconds.map_or_else(|| NONE.to_owned(), |s| human_duration(s.saturating_mul(1000)));
    vec![
        request.name().into(),
        age(request, now),
        or(spec["signerName"].text(), NONE).into(),
        spec["username"].text().into(),
        duration.into(),
        condition(&request["status"]).into(),
    ]
}

/// Approved, denied or failed, and issued.
fn condition(status: &Json) -> String {
    let mut all: Vec<&str> = ["Approved", "Denied", "Failed"]
        .into_iter()
        .filter(|type_| status["conditions"].list().iter().any(|c| c["type"] == *type_))
        .collect();
    if all.is_empty() {
        all.push("Pending");
    }
    if !status["certificate"].is_empty() {
        all.push("Issued");
    }
    all.join(",")
}

fn validate(request: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&request["spec"], Vec::new());
    if old.is_none() {
        signer::check(spec, &mut errors);
    }
    if old.is_some_and(|old| old["spec"] != *spec) {
        errors.push(FieldError::invalid("spec", spec, "field is immutable"));
    }
    errors
}
