//! Models v1 Namespace.

use super::{Column, ResourceDef, Row};
use crate::{
    api::{age, names},
    clock::Time,
    json,
    json::Json,
    object::Object,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    verbs: &["create", "delete", "get", "list", "patch", "update", "watch"],
    short_names: &["ns"],
    namespaced: false,
    status: true,
    default,
    prepare,
    fields: &["status.phase"],
    name_rule: names::dns1123_label,
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Namespace", "namespaces", "namespace")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Status"), Column::new("Age")];

fn row(namespace: &Object, now: Time) -> Row {
    vec![namespace.name().into(), namespace["status"]["phase"].text().into(), age(namespace, now)]
}

fn default(namespace: &mut Object) {
    let name = namespace.name().clone();
    if !name.is_empty() {
        namespace["metadata"]["labels"].set("kubernetes.io/metadata.name", name);
    }
}

fn prepare(namespace: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        namespace.set("status", json!({"phase": "Active"}));
        namespace["spec"].default_to("finalizers", vec![Json::from("kubernetes")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_named_active_and_held() {
        let mut namespace = Object(json!({"metadata": {"name": "a"}}));
        default(&mut namespace);
        prepare(&mut namespace, None);
        let expect = json!({"metadata": {"name": "a", "labels": {"kubernetes.io/metadata.name": "a"}},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
        assert_eq!(namespace.0, expect);
    }
}
