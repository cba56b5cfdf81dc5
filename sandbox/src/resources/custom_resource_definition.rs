//! Models apiextensions.k8s.io/v1 CustomResourceDefinition: defaults, columns. What is wrong with one is said in `crd_check`.

use super::{Column, ResourceDef, crd_check};
use crate::{clock::Time, json, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["crd", "crds"],
    categories: &["api-extensions"],
    namespaced: false,
    status: true,
    generation: true,
    default,
    prepare,
    validate: crd_check::check,
    returns_deleted: false,
    columns: COLUMNS,
    row: |o, _: Time| vec![o.name().into(), o["metadata"]["creationTimestamp"].clone()],
    ..ResourceDef::plain(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "customresourcedefinition",
    )
};

const COLUMNS: &[Column] = &[Column::name(), Column::date("Created At")];

/// Models `SetDefaults_CustomResourceDefinition` and `SetDefaults_CustomResourceDefinitionSpec`.
fn default(crd: &mut Object) {
    let names = &mut crd["spec"]["names"];
    let kind = names["kind"].text().to_owned();
    if names["singular"].text().is_empty() {
        names.set("singular", kind.to_lowercase());
    }
    if names["listKind"].text().is_empty() && !kind.is_empty() {
        names.set("listKind", format!("{kind}List"));
    }
    if crd["spec"]["conversion"].is_null() {
        crd["spec"].set("conversion", json!({"strategy": "None"}));
    }
}

/// Models the strategy's `PrepareForCreate` and `PrepareForUpdate`: every version in which objects may be stored is noted.
fn prepare(crd: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        crd.set("status", json!({"conditions": null, "acceptedNames": {"plural": "", "kind": ""}}));
    }
    let storage = crd["spec"]["versions"].list().iter().find(|v| v["storage"].bool() == Some(true));
    let Some(storage) = storage.map(|v| v["name"].clone()) else { return };
    let mut stored: Vec<Json> = crd["status"]["storedVersions"].list().to_vec();
    if !stored.contains(&storage) {
        stored.push(storage);
        crd["status"].set("storedVersions", stored);
    }
}
