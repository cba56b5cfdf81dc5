//! Models the hardware under a Node (ours): Machine.

use super::{Column, ResourceDef, Row, cells, quantity};
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
        ("disk", "Normal".into()),
        ("cpu", "2".into()),
        ("memory", "3Gi".into()),
        ("pods", 110i64.into()),
    ] {
        spec.default_to(field, value);
    }
}

fn validate(machine: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let spec = &machine["spec"];
    let mut errors: Vec<_> =
        [("power", ["On", "Off"]), ("network", ["Connected", "Partitioned"]), ("disk", ["Normal", "Slow"])]
            .iter()
            .filter(|(field, allowed)| !allowed.contains(&spec[*field].text()))
            .map(|(field, allowed)| FieldError::unsupported(format!("spec.{field}"), &spec[*field], allowed))
            .collect();
    for field in ["cpu", "memory", "ephemeralStorage"] {
        let left_out = field == "ephemeralStorage" && spec[field].is_null();
        if !left_out && !quantity::is_valid(&cells::plain(&spec[field])) {
            let why = "must be a quantity, as 4 or 500m for cpu and 8Gi for memory or ephemeralStorage";
            errors.push(FieldError::invalid(format!("spec.{field}"), &spec[field], why));
        }
    }
    errors
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
            (json!({"disk": "Slow", "cpu": 3, "memory": "2500Mi", "ephemeralStorage": "20Gi"}), vec![]),
            (json!({"ephemeralStorage": "20GB"}), vec!["spec.ephemeralStorage"]),
            (
                json!({"disk": "Full", "cpu": "much", "memory": "2GB"}),
                vec!["spec.disk", "spec.cpu", "spec.memory"],
            ),
        ] {
            let mut machine = Object(Json::object().with("spec", spec.clone()));
            default(&mut machine);
            let fields: Vec<_> = validate(&machine, None).into_iter().map(|e| e.field).collect();
            assert_eq!(fields, wrong, "{spec}");
        }
    }
}
