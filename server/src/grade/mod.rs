//! `pilothouse grade`: what graders do, from the command line. Attempts come in the forms of `/api/v1`.

mod rejudge;
mod replay;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, bail};
use lessons::Course;
use serde_json::json;

use crate::{
    cli::{GradeArgs, GradeCommand},
    config,
    rest::{
        attempts::{attempt, checks_of, judgement},
        problem::Problem,
    },
    storage::{Storage, Wanted},
};

/// Attempts that are read at once.
const PAGE: i64 = 200;

/// Does what was asked, and prints what came of it.
///
/// # Errors
/// Says what is, what was expected, and how to mend it.
pub async fn run(args: GradeArgs) -> Result<()> {
    let storage = Storage::open(&config::database_url(&args.data)).await.context(
        "cannot open the database (DATABASE_URL, else pilothouse.sqlite in the folder that --data names)",
    )?;
    let course = Course::read(&config::lessons_dir(args.lessons.clone()));
    let done = act(&storage, &course, args.command).await;
    storage.close().await;
    done
}

async fn act(storage: &Storage, course: &Course, command: GradeCommand) -> Result<()> {
    match command {
        GradeCommand::Export { class, lesson } => export(storage, &class, &lesson).await,
        GradeCommand::Show { attempt } => show(storage, course, &attempt).await,
        GradeCommand::Rejudge { lesson, experiment, since, write } => {
            let asked = rejudge::Asked { lesson, experiment, since_ms: moment(&since)?, write };
            rejudge::run(storage, course, &asked).await
        }
    }
}

async fn export(storage: &Storage, code: &str, lesson: &str) -> Result<()> {
    let class = storage.class_by_code(&code.to_uppercase()).await?;
    let class = class.with_context(|| {
        format!("no class has the code {code}: its instructor sees it on the class's page")
    })?;
    let mut after = (String::new(), 0);
    loop {
        let wanted =
            Wanted { class: &class.id, lesson, after: (&after.0, after.1), limit: PAGE, ..Wanted::default() };
        let rows = storage.attempts(&wanted).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.sandbox.clone(), last.run);
        for row in rows {
            println!("{}", serde_json::to_string(&attempt(row))?);
        }
    }
}

async fn show(storage: &Storage, course: &Course, id: &str) -> Result<()> {
    let parts = id.split_once('.').and_then(|(sandbox, run)| Some((sandbox, run.parse::<i64>().ok()?)));
    let (sandbox, run) = parts
        .with_context(|| format!("{id} is no attempt's id: expected SANDBOX.RUN, as `export` prints it"))?;
    let row = storage.sandbox(sandbox).await?;
    let row =
        row.with_context(|| format!("there is no attempt {id}; `grade export` prints those of a class"))?;
    let checks = checks_of(storage, course, &row, run).await.map_err(told)?;
    let log = storage.judgements(&row.id).await?;
    let log: Vec<_> = log.into_iter().filter(|j| j.run == run).map(judgement).collect();
    println!(
        "{:#}",
        json!({"id": id, "lesson": row.lesson, "experiment": row.experiment, "checks": checks, "judgements": log})
    );
    Ok(())
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("{}", problem.detail)
}

/// A day, from its first moment in UTC, or a moment: Unix ms.
fn moment(text: &str) -> Result<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_millisecond()),
        Err(_) => {
            bail!("--since {text}: expected a day like 2026-11-28 or a moment like 2026-11-28T09:00:00Z")
        }
    }
}
