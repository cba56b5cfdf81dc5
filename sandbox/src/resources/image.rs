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
    for field in ["pullMillis", "startMillis", "readyMillis", "terminateMillis", "crashAfterMillis"] {
        check::non_negative(&image["spec"], "spec", field, &mut errors);
    }
    errors
}
