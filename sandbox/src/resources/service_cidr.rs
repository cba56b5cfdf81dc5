//! Models networking.k8s.io/v1 ServiceCIDR. Omits: further ranges; Services get addresses from the first one.

use super::{Column, ResourceDef, Row, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    status: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", "servicecidr")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("CIDRs"), Column::new("Age")];

fn row(range: &Object, now: Time) -> Row {
    let cidrs: Vec<&str> = range["spec"]["cidrs"].list().iter().map(Json::text).collect();
    vec![range.name().into(), cidrs.join(",").into(), age(range, now)]
}

fn validate(range: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::required(&range["spec"], "spec", "cidrs", &mut errors);
    errors
}
