//! Models discovery.k8s.io/v1 EndpointSlice.

use super::{
    Column, ResourceDef, Row,
    cells::{self, or},
};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    generation: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("AddressType"),
    Column::new("Ports"),
    Column::new("Endpoints"),
    Column::new("Age"),
];

fn row(slice: &Object, now: Time) -> Row {
    let port = |p: &Json| p["port"].int().map_or_else(|| "*".to_owned(), |n| n.to_string());
    let ports: Vec<String> = slice["ports"].list().iter().map(port).collect();
    let endpoints = slice["endpoints"].list().iter().flat_map(|e| e["addresses"].list());
    let endpoints: Vec<String> = endpoints.map(|a| a.text().to_owned()).collect();
    vec![
        slice.name().into(),
        slice["addressType"].text().into(),
        or(&cells::first_few(&ports), "<unset>").into(),
        or(&cells::first_few(&endpoints), "<unset>").into(),
        age(slice, now),
    ]
}
