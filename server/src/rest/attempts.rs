//! `/api/v1/classes/{class}/attempts` and `/api/v1/attempts`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use lessons::Course;
use sandbox::request::Request;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::{
    lesson,
    people::{Decision, Role},
};

use super::{
    answer::{Asked, List, Paging},
    caller::Caller,
    model::{Attempt, Check, Entry, Judgement, NewDecision, NewJudgement, Why, time},
    problem::Problem,
};
use crate::{
    storage::{AttemptRow, JudgementRow, SandboxRow, Storage, Wanted},
    web::Web,
};

/// Longest comment, characters.
const COMMENT_CHARS_MAX: usize = 2_000;

/// Which attempts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only of this lesson.
    lesson: Option<String>,
    /// Only of this learner.
    learner: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9a-z]{1,32}\\.[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// As the API shows it.
pub(crate) fn attempt(row: AttemptRow) -> Attempt {
    Attempt {
        id: format!("{}.{}", row.sandbox, row.run),
        learner: row.learner.0,
        learner_name: row.learner.1,
        lesson: row.lesson,
        lesson_version: row.lesson_version,
        experiment: row.experiment,
        passed: row.passed,
        hints: row.hints,
        seen: time(row.touched_ms),
    }
}

/// Attempts of a class's learners at the lessons that are set; for its graders and instructors.
#[utoipa::path(get, path = "/classes/{class}/attempts", tag = "attempts",
    params(Which, ("class" = String, Path, description = "the class's id", pattern = "^[0-9a-f]{32}$")),
    responses(
    (status = 200, body = List<Attempt>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Path(class): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Attempt>>, Problem> {
    caller.judges(&web, &class).await?;
    let paging = Paging::new(which.limit, which.cursor);
    let (limit, after) = (paging.limit()?, paging.after()?);
    let wanted = Wanted {
        class: &class,
        lesson: which.lesson.as_deref().unwrap_or_default(),
        learner: which.learner.as_deref().unwrap_or_default(),
        after: (&after.0, after.1),
        limit: limit + 1,
    };
    let items = web.storage.attempts(&wanted).await?.into_iter().map(attempt).collect();
    Ok(Json(List::cut(items, limit, |a: &Attempt| a.id.clone())))
}

/// The attempt of an id, if the caller may judge it or it is their own.
async fn find(web: &Web, caller: &Caller, id: &str) -> Result<(SandboxRow, i64), Problem> {
    let missing = || Problem::missing("attempt");
    let (sandbox, run) = id.split_once('.').ok_or_else(missing)?;
    let run: i64 = run.parse().map_err(|_| missing())?;
    let row = web.storage.sandbox(sandbox).await?.ok_or_else(missing)?;
    let me = &caller.learner;
    let mine = row.learner_id == me.id || me.role == Role::Admin;
    if !mine && !web.storage.may_judge(&me.id, &row.learner_id, &row.lesson).await? {
        return Err(missing());
    }
    let known = web.storage.runs(sandbox).await?.iter().any(|r| r.run == run);
    if known { Ok((row, run)) } else { Err(missing()) }
}

/// Verdicts of an attempt's checks, as the API shows them.
pub(crate) async fn checks_of(
    storage: &Storage,
    course: &Course,
    row: &SandboxRow,
    run: i64,
) -> Result<Vec<Check>, Problem> {
    let experiment = course.lesson(&row.lesson).and_then(|l| l.experiment(&row.experiment).cloned());
    let experiment = experiment.ok_or_else(|| Problem::missing("lesson"))?;
    let kept = storage.verdicts(&row.id, run).await?;
    let check = |spec: &lessons::CheckSpec| {
        let verdict = kept.iter().find(|v| v.check == spec.id);
        let why: Option<lesson::Why> = verdict.and_then(|v| serde_json::from_str(&v.why_json).ok().flatten());
        Check {
            id: spec.id.clone(),
            verdict: verdict.map_or_else(|| "undecided".to_owned(), |v| v.verdict.clone()),
            at_ms: verdict.map(|v| v.at_ms),
            why: why.map(|w| Why {
                object: w.object,
                path: w.path,
                actual: w.actual,
                op: w.op,
                expected: w.expected,
            }),
        }
    };
    Ok(experiment.checks.iter().map(check).collect())
}

/// The checks of an attempt, each with what decided it.
#[utoipa::path(get, path = "/attempts/{attempt}/checks", tag = "attempts",
    params(("attempt" = String, Path, description = "the attempt's id", pattern = "^[0-9a-f]{32}\\.[0-9]+$")),
    responses(
    (status = 200, body = List<Check>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn checks(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<List<Check>>, Problem> {
    let (row, run) = find(&web, &caller, &id).await?;
    let items = checks_of(&web.storage, &web.house.course(), &row, run).await?;
    Ok(Json(List { items, next: None }))
}

/// The journal of an attempt: with its seed and world, the whole truth of its cluster.
#[utoipa::path(get, path = "/attempts/{attempt}/journal", tag = "attempts",
    params(Paging, ("attempt" = String, Path, description = "the attempt's id", pattern = "^[0-9a-f]{32}\\.[0-9]+$")),
    responses(
    (status = 200, body = List<Entry>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn journal(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Entry>>, Problem> {
    let (row, run) = find(&web, &caller, &id).await?;
    let (limit, (_, after)) = (paging.limit()?, paging.after()?);
    let entries = web.storage.written_entries(&row.id, run).await?;
    let numbered = entries.into_iter().zip(1_i64..).filter(|(_, seq)| *seq > after);
    let entry = |(e, seq): (crate::storage::WrittenEntry, i64)| {
        let request: Request = serde_json::from_str(&e.request_json).unwrap_or_default();
        Entry {
            seq,
            at_ms: e.at_ms,
            written: time(e.written_ms),
            user: request.user.name.to_string(),
            method: request.method,
            uri: request.uri,
            body: request.body,
        }
    };
    let items = numbered.take(usize::try_from(limit).unwrap_or(0) + 1).map(entry).collect();
    Ok(Json(List::cut(items, limit, |e: &Entry| format!("n.{}", e.seq))))
}

/// As the API shows it.
pub(crate) fn judgement(row: JudgementRow) -> Judgement {
    Judgement {
        id: row.id,
        judge: row.judge_name,
        decision: row.decision.to_string(),
        comment: row.comment,
        undoes: row.undoes,
        at: time(row.at_ms),
    }
}

/// What graders said of an attempt, oldest first.
#[utoipa::path(get, path = "/attempts/{attempt}/judgements", tag = "attempts",
    params(("attempt" = String, Path, description = "the attempt's id", pattern = "^[0-9a-f]{32}\\.[0-9]+$")),
    responses(
    (status = 200, body = List<Judgement>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn judgements(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<List<Judgement>>, Problem> {
    let (row, run) = find(&web, &caller, &id).await?;
    let log = web.storage.judgements(&row.id).await?;
    let items = log.into_iter().filter(|j| j.run == run).map(judgement).collect();
    Ok(Json(List { items, next: None }))
}

/// Adds a judgement to the log of an attempt.
#[utoipa::path(post, path = "/attempts/{attempt}/judgements", tag = "attempts", request_body = NewJudgement,
    params(("attempt" = String, Path, description = "the attempt's id", pattern = "^[0-9a-f]{32}\\.[0-9]+$")),
    responses(
    (status = 201, body = Judgement),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json"),
    (status = 415, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn judge(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Json(new): Json<NewJudgement>,
) -> Result<(StatusCode, Json<Judgement>), Problem> {
    caller.may("judge")?;
    let (row, run) = find(&web, &caller, &id).await?;
    let me = &caller.learner;
    if me.role != Role::Admin && !web.storage.may_judge(&me.id, &row.learner_id, &row.lesson).await? {
        return Err(Problem::new(StatusCode::FORBIDDEN, "nobody judges their own attempts"));
    }
    let decision = match new.decision {
        NewDecision::Accept => Decision::Accept,
        NewDecision::Again => Decision::Again,
        NewDecision::Comment => Decision::Comment,
        NewDecision::Undo => Decision::Undo,
    };
    let comment = new.comment.trim();
    let refuse = |detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    if comment.chars().count() > COMMENT_CHARS_MAX {
        return Err(refuse("comment: at most 2000 characters"));
    }
    if decision == Decision::Comment && comment.is_empty() {
        return Err(refuse("comment is empty: a comment must say something"));
    }
    if (decision == Decision::Undo) != new.undoes.is_some() {
        return Err(refuse("undoes: expected with `undo`, and only then"));
    }
    let by = (me.id.as_str(), me.name.as_str());
    let done = web.storage.judge((&row.id, run), by, decision, comment, new.undoes.as_deref()).await?;
    let made = done.ok_or_else(|| refuse("undoes: no judgement of this attempt that could be taken back"))?;
    tracing::info!(by = me.name, attempt = id, %decision, "an attempt was judged");
    let log = web.storage.judgements(&row.id).await?;
    let made = log.into_iter().find(|j| j.id == made).ok_or_else(|| Problem::missing("judgement"))?;
    Ok((StatusCode::CREATED, Json(judgement(made))))
}
