//! Models a compose file on the machine whose engine runs it (ours): ComposeProject. Writing it changes nothing that runs, as
//! with a file: a ComposeCommand, `up -d`, does. Its row is that of `docker compose ls --all`.

use super::{Column, ResourceDef, Row, cells, check, compose_file};
use crate::{api::age, clock::Time, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "ComposeProject", "composeprojects", "composeproject")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Status"), Column::new("Machine"), Column::new("Age")];

fn row(project: &Object, now: Time) -> Row {
    vec![
        project.name().into(),
        summary(project).into(),
        project["spec"]["machine"].text().into(),
        age(project, now),
    ]
}

/// `exited(1), running(2)`. Models `combinedStatus`.
fn summary(project: &Object) -> String {
    let states = project["status"]["containers"].entries().filter(|(_, count)| cells::int(count) > 0);
    let all: Vec<String> = states.map(|(state, count)| format!("{state}({count})")).collect();
    cells::or(&all.join(", "), cells::NONE).to_owned()
}

fn validate(project: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&project["spec"], Vec::new());
    check::required(spec, "spec", "machine", &mut errors);
    if spec["services"].is_empty() {
        errors.push(FieldError::required("spec.services", "a compose file has one service or more"));
    }
    errors.extend(compose_file::read(&spec["services"]).err().into_iter().flatten());
    errors
}
