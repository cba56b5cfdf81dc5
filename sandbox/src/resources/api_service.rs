//! Models apiregistration.k8s.io/v1 APIService. Omits: requests passed on to any server but metrics-server.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{api::age, clock::Time, json, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    categories: &["api-extensions"],
    status: true,
    default,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apiregistration.k8s.io", "v1", "APIService", "apiservices", "apiservice")
};

/// Reason and message of what the API server answers itself.
pub const LOCAL: (&str, &str) = ("Local", "Local APIServices are always available");

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Service"), Column::new("Available"), Column::new("Age")];

fn default(service: &mut Object) {
    if !service["spec"]["service"].is_null() {
        service["spec"]["service"].default_to("port", 443i64);
    }
}

/// What has no server of its own is available from its creation on. Models `PrepareForCreate`.
fn prepare(service: &mut Object, old: Option<&Object>) {
    if old.is_some() || !service["spec"]["service"].is_null() {
        return;
    }
    let available = json!({"type": "Available", "status": "True", "reason": LOCAL.0, "message": LOCAL.1});
    let since = service["metadata"]["creationTimestamp"].clone();
    service["status"].set("conditions", vec![available.with("lastTransitionTime", since)]);
}

fn row(service: &Object, now: Time) -> Row {
    vec![
        service.name().into(),
        place(&service["spec"]["service"]).into(),
        available(&service["status"]["conditions"]).into(),
        age(service, now),
    ]
}

fn place(reference: &Json) -> String {
    if reference.is_null() {
        return "Local".to_owned();
    }
    format!("{}/{}", reference["namespace"].text(), reference["name"].text())
}

fn available(conditions: &Json) -> String {
    match conditions.list().iter().find(|c| c["type"] == "Available") {
        None => "Unknown".to_owned(),
        Some(c) if c["status"] == "True" => "True".to_owned(),
        Some(c) => format!("{} ({})", c["status"].text(), c["reason"].text()),
    }
}

fn validate(service: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&service["spec"], Vec::new());
    let expected = format!("{}.{}", spec["version"].text(), spec["group"].text());
    if service.name() != expected.as_str() {
        let name = &service["metadata"]["name"];
        let why = format!("must be `spec.version+\".\"+spec.group`: {expected:?}");
        errors.push(FieldError::invalid("metadata.name", name, &why));
    }
    check::required(spec, "spec", "version", &mut errors);
    for (field, max) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
        if !(1..=max).contains(&cells::int(&spec[field])) {
            let why = format!("must be positive and less than {max}");
            errors.push(FieldError::invalid(format!("spec.{field}"), &cells::int(&spec[field]).into(), &why));
        }
    }
    errors
}
