//! Models a command of Docker Compose that somebody types on a project's machine (ours): ComposeCommand. It is obeyed once;
//! its status has what it printed and its exit code.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "ComposeCommand", "composecommands", "composecommand")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Project"),
    Column::new("Command"),
    Column::new("Exit"),
    Column::new("Age"),
];

fn row(command: &Object, now: Time) -> Row {
    let (spec, code) = (&command["spec"], &command["status"]["exitCode"]);
    let words: Vec<&str> = spec["args"].list().iter().map(Json::text).collect();
    vec![
        command.name().into(),
        spec["project"].text().into(),
        format!("docker compose {}", words.join(" ")).into(),
        cells::or(&cells::plain(code), cells::NONE).into(),
        age(command, now),
    ]
}

fn validate(command: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&command["spec"], Vec::new());
    check::required(spec, "spec", "project", &mut errors);
    let args = &spec["args"];
    if args.list().is_empty() {
        let why = "what follows `docker compose`, word by word, as [\"up\", \"-d\", \"--scale\", \"web=3\"]";
        errors.push(FieldError::required("spec.args", why));
    }
    if let Some(place) = args.list().iter().position(|word| word.str().is_none()) {
        errors.push(FieldError::invalid(format!("spec.args[{place}]"), &args[place], "must be a string"));
    }
    errors
}
