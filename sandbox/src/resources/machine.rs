//! Models the hardware under a Node (ours): Machine.

use super::{Column, ResourceDef, Row, cells};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    status: true,
    generation: true,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Machine", "machines", "machine")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Power"),
    Column::new("Network"),
    Column::new("CPU"),
    Column::new("Memory"),
    Column::new("Age"),
];

fn row(machine: &Object, now: Time) -> Row {
    let cell = |field: &str| Json::from(cells::plain(&machine["spec"][field]));
    vec![
        machine.name().into(),
        cell("power"),
        cell("network"),
        cell("cpu"),
        cell("memory"),
        age(machine, now),
    ]
}

fn default(machine: &mut Object) {
    let spec = &mut machine["spec"];
    for (field, value) in [
        ("power", Json::from("On")),
        ("network", "Connected".into()),
        ("cpu", "2".into()),
        ("memory", "3Gi".into()),
        ("pods", 110i64.into()),
    ] {
        spec.default_to(field, value);
    }
}

fn validate(machine: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let spec = &machine["spec"];
    [("power", ["On", "Off"]), ("network", ["Connected", "Partitioned"])]
        .iter()
        .filter(|(field, allowed)| !allowed.contains(&spec[*field].text()))
        .map(|(field, allowed)| FieldError::unsupported(format!("spec.{field}"), &spec[*field], allowed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_machine_is_on_and_connected_unless_it_says_otherwise() {
        for (spec, wrong) in [
            (json!({}), vec![]),
            (json!({"power": "Off", "network": "Partitioned"}), vec![]),
            (json!({"power": "on"}), vec!["spec.power"]),
            (json!({"power": 1, "network": "Down"}), vec!["spec.power", "spec.network"]),
        ] {
            let mut machine = Object(Json::object().with("spec", spec.clone()));
            default(&mut machine);
            let fields: Vec<_> = validate(&machine, None).into_iter().map(|e| e.field).collect();
            assert_eq!(fields, wrong, "{spec}");
        }
    }
}
