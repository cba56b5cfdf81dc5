//! Models networking.k8s.io/v1 IPAddress. Omits: allocations; addresses of Services have no object.

use super::{Column, ResourceDef, Row, cells::NONE, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    short_names: &["ip"],
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("networking.k8s.io", "v1", "IPAddress", "ipaddresses", "ipaddress")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("ParentRef"), Column::new("Age")];

fn row(address: &Object, now: Time) -> Row {
    vec![address.name().into(), parent(&address["spec"]["parentRef"]).into(), age(address, now)]
}

/// `RESOURCE[.GROUP]/[NAMESPACE/]NAME`.
fn parent(reference: &Json) -> String {
    if reference.is_null() {
        return NONE.to_owned();
    }
    let dotted = |text: &str| if text.is_empty() { String::new() } else { format!(".{text}") };
    let namespace = reference["namespace"].str().map(|n| format!("{n}/")).unwrap_or_default();
    let (resource, group) = (reference["resource"].text(), dotted(reference["group"].text()));
    format!("{resource}{group}/{namespace}{}", reference["name"].text())
}

fn validate(address: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = &address["metadata"]["name"];
    if name.text().parse::<std::net::IpAddr>().is_err() {
        let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        errors.push(FieldError::invalid("metadata.name", name, why));
    }
    if check::required(&address["spec"], "spec", "parentRef", &mut errors) {
        for field in ["resource", "name"] {
            check::required(&address["spec"]["parentRef"], "spec.parentRef", field, &mut errors);
        }
    }
    errors
}
