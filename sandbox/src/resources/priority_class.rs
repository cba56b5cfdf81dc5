//! Models scheduling.k8s.io/v1 PriorityClass.

use super::{Column, ResourceDef, Row, cells::int, check::Errors};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["pc"],
    namespaced: false,
    generation: true,
    default: |class| class.default_to("preemptionPolicy", "PreemptLowerPriority"),
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "priorityclass")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::int("Value"),
    Column { type_: "boolean", ..Column::new("Global-Default") },
    Column::new("Age"),
    Column::new("PreemptionPolicy"),
];

/// What the system itself runs with: name, value, description.
pub const SYSTEM: [(&str, i64, &str); 2] = [
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
];

/// Largest value for everybody else.
const VALUE_MAX: i64 = 1_000_000_000;

fn row(class: &Object, now: Time) -> Row {
    vec![
        class.name().into(),
        int(&class["value"]).into(),
        is_global(class).into(),
        age(class, now),
        class["preemptionPolicy"].text().into(),
    ]
}

/// Is it for pods that name no class?
pub fn is_global(class: &Object) -> bool {
    class["globalDefault"].bool() == Some(true)
}

fn validate(class: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    value(class, &mut errors);
    let policy = &class["preemptionPolicy"];
    if !["PreemptLowerPriority", "Never"].contains(&policy.text()) {
        let known = ["PreemptLowerPriority", "Never"];
        errors.push(FieldError::unsupported("preemptionPolicy", policy, &known));
    }
    if let Some(old) = old {
        if int(&old["value"]) != int(&class["value"]) {
            errors.push(FieldError::forbidden("value", "may not be changed in an update."));
        }
        if old["preemptionPolicy"] != *policy {
            errors.push(FieldError::invalid("preemptionPolicy", policy, "field is immutable"));
        }
    }
    errors
}

fn value(class: &Object, errors: &mut Errors) {
    let (name, value) = (class.name().as_str(), int(&class["value"]));
    if name.starts_with("system-") {
        if let Err(why) = is_known_system_class(name, value, is_global(class)) {
            let why = format!(
                "priority class names with 'system-' prefix are reserved for system use only. error: {why}"
            );
            errors.push(FieldError::forbidden("metadata.name", &why));
        }
    } else if value > VALUE_MAX {
        let why = format!("maximum allowed value of a user defined priority is {VALUE_MAX}");
        errors.push(FieldError::forbidden("value", &why));
    }
}

fn is_known_system_class(name: &str, value: i64, global: bool) -> Result<(), String> {
    match SYSTEM.iter().find(|(known, ..)| *known == name) {
        None => Err(format!("{name} is not a known system priority class")),
        Some((_, right, _)) if *right != value => {
            Err(format!("value of {name} PriorityClass must be {right}"))
        }
        Some(_) if global => Err(format!("globalDefault of {name} PriorityClass must be false")),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn values_are_bounded_and_stay() {
        let class = |name: &str, value: i64| {
            let mut class = Object(json!({"metadata": {"name": name}, "value": value}));
            (DEF.default)(&mut class);
            class
        };
        let old = class("high", 1);
        for (class, old, expect) in [
            (class("high", 1), None, vec![]),
            (class("system-node-critical", 2_000_001_000), None, vec![]),
            (class("high", 2), Some(&old), vec!["value: Forbidden: may not be changed in an update."]),
            (
                class("high", 2_000_000_001),
                None,
                vec!["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
            ),
            (
                class("system-x", 1),
                None,
                vec![
                    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
                ],
            ),
        ] {
            assert_eq!(words(&validate(&class, old)), expect, "{class:?}");
        }
    }
}
