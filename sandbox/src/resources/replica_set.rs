//! Models apps/v1 ReplicaSet.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check, pod, pod_spec, workload_check,
};
use crate::{api::age, clock::Time, json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["rs"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    validate,
    fields: &["status.replicas"],
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "ReplicaSet", "replicasets", "replicaset")
};

/// Columns that it shares with ReplicationController.
pub const COLUMNS: &[Column] = &[
    Column::name(),
    Column::int("Desired"),
    Column::int("Current"),
    Column::int("Ready"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

/// A row for [`COLUMNS`].
pub fn row(set: &Object, now: Time) -> Row {
    let (spec, status) = (&set["spec"], &set["status"]);
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        set.name().into(),
        int(&spec["replicas"]).into(),
        int(&status["replicas"]).into(),
        int(&status["readyReplicas"]).into(),
        age(set, now),
        names,
        images,
        workload_check::selector_cell(set),
    ]
}

fn default(set: &mut Object) {
    let spec = &mut set["spec"];
    spec.default_to("replicas", 1i64);
    pod_spec::default_template(&mut spec["template"]);
}

/// A status that counts nothing yet; a ReplicationController begins with the same.
pub fn prepare(set: &mut Object, old: Option<&Object>) {
    match old {
        None => set.set("status", json!({"replicas": 0})),
        Some(old) => pod::share_spec(set, old),
    }
}

fn validate(set: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&set["spec"], Vec::new());
    if pod::is_spec_kept(set, old) {
        return errors;
    }
    for field in ["replicas", "minReadySeconds"] {
        check::non_negative(spec, "spec", field, &mut errors);
    }
    workload_check::selector_and_template(spec, "deployment", &mut errors);
    workload_check::selector_is_kept(set, old, &mut errors);
    errors
}
