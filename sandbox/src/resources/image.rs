//! Models how a container image behaves (ours): Image.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Image", "images", "image")
};

/// The longest queue: what Linux lets wait at most.
const QUEUE_MAX_MAX: i64 = 65_535;

/// Field of `spec.program` for a program that rolls Deployments back.
pub const ROLLBACK: &str = "rollback";

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Image"),
    Column::new("Pull"),
    Column::new("Start"),
    Column::new("Ready"),
    Column::new("Age"),
];

fn default(image: &mut Object) {
    for (field, ms) in [("pullMillis", 800i64), ("startMillis", 150), ("readyMillis", 0)] {
        image["spec"].default_to(field, ms);
    }
}

fn row(image: &Object, now: Time) -> Row {
    let spec = &image["spec"];
    let ms = |field: &str| Json::from(cells::millis(cells::int(&spec[field])));
    vec![
        image.name().into(),
        spec["image"].text().into(),
        ms("pullMillis"),
        ms("startMillis"),
        ms("readyMillis"),
        age(image, now),
    ]
}

fn validate(image: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check::required(&image["spec"], "spec", "image", &mut errors);
    let counts = [
        "pullMillis",
        "startMillis",
        "readyMillis",
        "terminateMillis",
        "crashAfterMillis",
        "hangAfterMillis",
        "queueMax",
    ];
    for field in counts {
        check::non_negative(&image["spec"], "spec", field, &mut errors);
    }
    let queue = &image["spec"]["queueMax"];
    if queue.int().is_some_and(|n| n > QUEUE_MAX_MAX) {
        let why = format!("must be less than or equal to {QUEUE_MAX_MAX}");
        errors.push(FieldError::invalid("spec.queueMax", queue, &why));
    }
    let amounts = [
        "cpuMillisIdle",
        "cpuMillisPerRequest",
        "memoryMi",
        "memoryMiPerRequest",
        "leakMiPerMinute",
        "leakMiPerRequest",
        "writeMi",
        "writeMiPerMinute",
        "writeMiPerRequest",
        "sizeMi",
    ];
    for field in amounts {
        let said = &image["spec"][field];
        if !said.is_null() && said.float().is_none_or(|n| n < 0.0) {
            let why = "must be a number greater than or equal to 0";
            errors.push(FieldError::invalid(format!("spec.{field}"), said, why));
        }
    }
    check_program(&image["spec"]["program"], &mut errors);
    errors
}

/// A program is named by the one field that is there.
fn check_program(program: &Json, errors: &mut Vec<FieldError>) {
    if program.is_null() {
        return;
    }
    let mut names = program.entries().map(|(name, _)| name.as_str());
    if names.next() != Some(ROLLBACK) || names.next().is_some() {
        let why = format!("must be {ROLLBACK:?}, with its settings (none so far)");
        errors.push(FieldError::invalid("spec.program", program, &why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn what_an_image_uses_is_a_number() {
        for (spec, wrong) in [
            (json!({"image": "a"}), vec![]),
            (json!({"image": "a", "cpuMillisIdle": 0.5, "cpuMillisPerRequest": 8, "memoryMi": 180}), vec![]),
            (json!({"image": "a", "queueMax": 65_536}), vec!["spec.queueMax"]),
            (json!({"image": "a", "program": {"rollback": {}}}), vec![]),
            (json!({"image": "a", "program": {"rollforward": {}}}), vec!["spec.program"]),
            (json!({"image": "a", "program": {}}), vec!["spec.program"]),
            (json!({"image": "a", "program": "rollback"}), vec!["spec.program"]),
            (
                json!({"image": "a", "cpuMillisIdle": "5m", "memoryMi": -1, "leakMiPerMinute": "much", "writeMi": -2}),
                vec!["spec.cpuMillisIdle", "spec.memoryMi", "spec.leakMiPerMinute", "spec.writeMi"],
            ),
        ] {
            let image = Object(Json::object().with("spec", spec.clone()));
            let fields: Vec<_> = validate(&image, None).into_iter().map(|e| e.field).collect();
            assert_eq!(fields, wrong, "{spec}");
        }
    }
}
