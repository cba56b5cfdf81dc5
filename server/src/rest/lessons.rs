//! `/api/v1/lessons`.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use wire::learner::Lang;

use super::{
    answer::{Asked, List, Paging},
    caller::Caller,
    model::{Experiment, Lesson},
    problem::Problem,
};
use crate::web::Web;

fn lesson(lesson: &lessons::Lesson) -> Lesson {
    let titles = |f: &dyn Fn(Lang) -> Option<String>| -> BTreeMap<String, String> {
        lesson.langs().filter_map(|l| Some((l.to_string(), f(l)?))).collect()
    };
    let experiment = |e: &std::sync::Arc<lessons::Experiment>| Experiment {
        id: e.id.clone(),
        titles: titles(&|l| lesson.words(&e.id, l).map(|w| w.title.clone())),
        checks: e.checks.iter().map(|c| c.id.clone()).collect(),
    };
    Lesson {
        id: lesson.slug.clone(),
        number: lesson.number,
        titles: titles(&|l| lesson.text(l).map(|(_, t)| t.title.clone())),
        experiments: lesson.experiments.iter().map(experiment).collect(),
    }
}

/// All lessons, by number.
#[utoipa::path(get, path = "/lessons", params(Paging), tag = "lessons", responses(
    (status = 200, body = List<Lesson>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(web): State<Web>,
    _: Caller,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Lesson>>, Problem> {
    let (limit, (_, after)) = (paging.limit()?, paging.after()?);
    let course = web.house.course();
    let behind = course.lessons.iter().filter(|l| i64::from(l.number) > after);
    let items = behind.take(usize::try_from(limit).unwrap_or(0) + 1).map(|l| lesson(l)).collect();
    Ok(Json(List::cut(items, limit, |l| format!("n.{}", l.number))))
}

/// One lesson.
#[utoipa::path(get, path = "/lessons/{lesson}", tag = "lessons",
    params(("lesson" = String, Path, description = "the lesson's id", pattern = "^[0-9a-z-]+$")),
    responses(
    (status = 200, body = Lesson),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn show(
    State(web): State<Web>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Lesson>, Problem> {
    let course = web.house.course();
    course.lesson(&id).map(|l| Json(lesson(l))).ok_or_else(|| Problem::missing("lesson"))
}
