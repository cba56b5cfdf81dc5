//! `/api/v1/classes`.

use axum::{
    Json,
    extract::{Path, State},
};
use wire::people::ClassRole;

use super::{
    answer::{Asked, List, Paging},
    caller::Caller,
    model::{Assignment, Class, Member, time},
    problem::Problem,
};
use crate::{storage::ClassRow, web::Web};

async fn class(web: &Web, row: ClassRow, role: ClassRole) -> Result<Class, Problem> {
    let set = web.storage.assignments(&row.id).await?;
    Ok(Class {
        id: row.id,
        name: row.name,
        role: role.to_string(),
        starts: time(row.starts_ms),
        ends: time(row.ends_ms),
        assignments: set.into_iter().map(|(lesson, due)| Assignment { lesson, due: due.map(time) }).collect(),
    })
}

/// The classes that the token's owner is in; all of them for admins.
#[utoipa::path(get, path = "/classes", params(Paging), tag = "classes", responses(
    (status = 200, body = List<Class>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Class>>, Problem> {
    let (limit, (after, _)) = (paging.limit()?, paging.after()?);
    let mut rows = web.storage.classes_of(&caller.learner.id, caller.learner.role).await?;
    rows.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut items = Vec::new();
    for (row, role) in
        rows.into_iter().filter(|(row, _)| row.id > after).take(usize::try_from(limit).unwrap_or(0) + 1)
    {
        items.push(class(&web, row, role).await?);
    }
    Ok(Json(List::cut(items, limit, |c| format!("{}.0", c.id))))
}

/// One class.
#[utoipa::path(get, path = "/classes/{class}", tag = "classes",
    params(("class" = String, Path, description = "the class's id", pattern = "^[0-9a-f]{32}$")),
    responses(
    (status = 200, body = Class),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn show(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Class>, Problem> {
    let role = caller.role_in(&web, &id).await?;
    let row = web.storage.class(&id).await?.ok_or_else(|| Problem::missing("class"))?;
    Ok(Json(class(&web, row, role).await?))
}

/// Those in a class; for its graders and instructors.
#[utoipa::path(get, path = "/classes/{class}/members", tag = "classes",
    params(Paging, ("class" = String, Path, description = "the class's id", pattern = "^[0-9a-f]{32}$")),
    responses(
    (status = 200, body = List<Member>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn members(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<List<Member>>, Problem> {
    caller.judges(&web, &id).await?;
    let (limit, (after, _)) = (paging.limit()?, paging.after()?);
    let mut rows = web.storage.members(&id).await?;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let behind = rows.into_iter().filter(|m| m.id > after).take(usize::try_from(limit).unwrap_or(0) + 1);
    let items = behind.map(|m| Member { id: m.id, name: m.name, role: m.role.to_string() }).collect();
    Ok(Json(List::cut(items, limit, |m: &Member| format!("{}.0", m.id))))
}
