//! `/attempts/{sandbox}/{run}`: what was done, what decided it, and what graders say of it.

use app::office::{AttemptSheet, CheckLine, Deed, DeedKind, Flag, LogLine, OfficeFault, Sheet};
use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use lessons::{Experiment, Lesson};
use sandbox::request::Request;
use serde::Deserialize;
use wire::{
    console::ConsoleEntry,
    lesson::Verdict,
    people::Decision,
    run::{RunKind, RunView},
};

use super::{
    caller::{Caller, Refusal},
    flags::{Facts, belongs, flags},
};
use crate::{
    storage::{SandboxRow, VerdictRow, WrittenEntry, standing},
    web::Web,
};

/// Lines of a console that are shown.
const LINES_MAX: i64 = 500;
/// Longest comment, characters.
const COMMENT_CHARS_MAX: usize = 2_000;

async fn sheet(web: &Web, caller: &Caller, id: &str, run: i64, typed: &str) -> Result<AttemptSheet, Refusal> {
    let row = web.storage.sandbox(id).await?.ok_or(OfficeFault::NotYours)?;
    let runs = web.storage.runs(id).await?;
    let this = runs.iter().find(|r| r.run == run).cloned().ok_or(OfficeFault::NotYours)?;
    let lesson = web.house.course().lesson(&row.lesson).cloned().ok_or(OfficeFault::NotYours)?;
    let experiment = lesson.experiment(&row.experiment).cloned().ok_or(OfficeFault::NotYours)?;
    let entries = web.storage.written_entries(id, run).await?;
    let console = web.storage.console(id, run, LINES_MAX).await?;
    let verdicts = web.storage.verdicts(id, run).await?;
    let log = web.storage.judgements(id).await?;
    let log: Vec<_> = log.into_iter().filter(|e| e.run == run).collect();
    let checks = check_lines(&lesson, &experiment, caller, &verdicts);
    let facts = Facts {
        entries: &entries,
        console: &console,
        acts: &web.storage.acts(id, run).await?,
        passed: checks.iter().all(|c| c.verdict == Verdict::Pass),
        solution_seen: runs.iter().any(|r| r.run < run && r.kind == RunKind::Shown),
        began_unix_ms: began(&row, &this),
    };
    let flags = flags(&facts);
    let words = lesson.words(&experiment.id, caller.lang);
    let learner = web.storage.learner(&row.learner_id).await?;
    let began = web.storage.beginning(id, run).await?;
    let versions = (began.map(|(b, _)| b.lesson_version).unwrap_or_default(), lesson.version.clone());
    Ok(AttemptSheet {
        attempt: format!("{id}/{run}"),
        learner: learner.map(|l| l.name).unwrap_or_default(),
        experiment: words.map(|w| format!("{} {}", w.label, w.title)).unwrap_or(row.experiment.clone()),
        board: board(caller, &row),
        number: lesson.number,
        versions,
        runs: runs.iter().map(|r| r.run).collect(),
        run,
        start_ms: this.start_ms,
        prediction: web.storage.prediction(id, run).await?.map(|(choice, at_ms)| {
            let text = words.and_then(|w| w.prediction.choices.iter().find(|c| c.id == choice));
            (text.map_or(choice, |c| c.text.clone()), at_ms)
        }),
        deeds: deeds(&entries, &console, &flags),
        checks,
        flags,
        hints: web.storage.hints(id).await?,
        holds: standing(&log).map(|e| e.decision),
        log: log
            .iter()
            .map(|e| LogLine {
                id: e.id.clone(),
                judge: e.judge_name.clone(),
                decision: e.decision,
                comment: e.comment.clone(),
                at_ms: e.at_ms,
                undone: log.iter().any(|later| later.undoes.as_deref() == Some(&e.id)),
            })
            .collect(),
        typed: typed.to_owned(),
    })
}

/// A branch begins later than its sandbox, and nobody noted when: then no time is unusual.
fn began(row: &SandboxRow, run: &RunView) -> i64 {
    if run.parent.is_some() || run.run != row.run { 0 } else { row.epoch_unix_ms }
}

/// The table that the caller came from, by the class that the address names.
fn board(caller: &Caller, row: &SandboxRow) -> String {
    let class =
        caller.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("class="));
    let class = class.filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit()));
    match class {
        Some(class) => format!("/{}/classes/{class}/lessons/{}", caller.lang, row.lesson),
        None => format!("/{}/classes", caller.lang),
    }
}

fn check_lines(
    lesson: &Lesson,
    experiment: &Experiment,
    caller: &Caller,
    kept: &[VerdictRow],
) -> Vec<CheckLine> {
    let words = lesson.words(&experiment.id, caller.lang);
    let line = |check: &lessons::CheckSpec| {
        let verdict = kept.iter().find(|v| v.check == check.id);
        let said = words.and_then(|w| w.checks.iter().find(|c| c.id == check.id)).map(|c| c.text.clone());
        CheckLine {
            words: said.unwrap_or_else(|| check.id.clone()),
            verdict: match verdict.map(|v| v.verdict.as_str()) {
                Some("passed") => Verdict::Pass,
                Some(_) => Verdict::Fail,
                None => Verdict::Todo,
            },
            at_ms: verdict.map_or(0, |v| v.at_ms),
            why: verdict.and_then(|v| serde_json::from_str(&v.why_json).ok().flatten()),
        }
    };
    experiment.checks.iter().map(line).collect()
}

/// Lines of the console, and writes that none of them made: those of the learner's own kubectl.
fn deeds(entries: &[WrittenEntry], console: &[ConsoleEntry], flags: &[Flag]) -> Vec<Deed> {
    let by_hand = flags.iter().any(|f| matches!(f, Flag::DeletedByHand(_)));
    let lines = console.iter().map(|e| Deed {
        at_ms: e.at_ms,
        kind: DeedKind::Line,
        words: e.line.clone(),
        failed: e.exit_code != 0,
        flagged: by_hand && e.line.contains("delete") && e.line.contains("po"),
    });
    let requests =
        entries.iter().filter(|e| console.iter().all(|c| !belongs(c.at_ms, e.at_ms))).filter_map(|e| {
            let request: Request = serde_json::from_str(&e.request_json).ok()?;
            let words = format!("{} {}", request.method, request.path());
            let flagged = by_hand && request.method == "DELETE" && request.path().contains("/pods");
            Some(Deed { at_ms: e.at_ms, kind: DeedKind::Request, words, failed: false, flagged })
        });
    lines.chain(requests).collect()
}

pub async fn show(State(web): State<Web>, caller: Caller, Path((id, run)): Path<(String, i64)>) -> Response {
    let page = async {
        let sheet = sheet(&web, &caller, &id, run, "").await?;
        Ok(caller.page(Sheet::Attempt(Box::new(sheet))).await)
    }
    .await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Judged {
    decision: String,
    #[serde(default)]
    comment: String,
    undoes: Option<String>,
}

pub async fn judge(
    State(web): State<Web>,
    caller: Caller,
    Path((id, run)): Path<(String, i64)>,
    Form(form): Form<Judged>,
) -> Response {
    let page = async {
        let form_again = sheet(&web, &caller, &id, run, &form.comment).await?;
        let unreadable =
            || Refusal::Fault(OfficeFault::Unreadable, Box::new(Sheet::Attempt(Box::new(form_again.clone()))));
        let decision: Decision = form.decision.parse().map_err(|_| unreadable())?;
        let comment = form.comment.trim();
        let says_nothing = decision == Decision::Comment && comment.is_empty();
        let undoes = form.undoes.as_deref().filter(|_| decision == Decision::Undo);
        if says_nothing || comment.chars().count() > COMMENT_CHARS_MAX || (decision == Decision::Undo) != undoes.is_some() {
            return Err(unreadable());
        }
        let by = (caller.id(), caller.name());
        web.storage.judge((&id, run), by, decision, comment, undoes).await?.ok_or_else(unreadable)?;
        tracing::info!(by = caller.name(), attempt = format!("{id}/{run}"), %decision, "an attempt was judged");
        Ok(caller.done(&format!("/attempts/{id}/{run}")))
    }
    .await;
    caller.answer(page).await
}

/// A copy of the attempt for the caller, opened on its lesson's page.
pub async fn copy(State(web): State<Web>, caller: Caller, Path((id, run)): Path<(String, i64)>) -> Response {
    let page = async {
        let row = web.storage.sandbox(&id).await?.ok_or(OfficeFault::NotYours)?;
        if !web.storage.runs(&id).await?.iter().any(|r| r.run == run) {
            return Err(OfficeFault::NotYours.into());
        }
        let copy = web.storage.copy_attempt(caller.id(), &id, run).await?;
        let to = format!("/{}/lessons/{}?ex={}&copy={copy}", caller.lang, row.lesson, row.experiment);
        Ok(Redirect::to(&to).into_response())
    }
    .await;
    caller.answer(page).await
}
