//! Who may use a route: role, and place in the class that the address names.

use app::office::OfficeFault;
use axum::{
    extract::{RawPathParams, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use wire::people::{ClassRole, Role};

use super::caller::{Caller, refused};
use crate::{
    storage::{StorageError, Visitor},
    web::Web,
};

/// What somebody must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nobody in particular.
    Nothing,
    /// Known by a cookie.
    Learner,
    /// Known by a name.
    Account,
    /// Somebody who makes classes.
    Instructor,
    /// Somebody who gives roles.
    Admin,
    /// In the class `{class}`.
    Member,
    /// Its grader or instructor.
    Judge,
    /// Its instructor.
    Leader,
    /// Grader or instructor of a class whose learner made the sandbox `{sandbox}` for a lesson that is set there.
    JudgeOfAttempt,
}

/// The state of [`check`].
#[derive(Clone)]
pub struct Guard {
    /// The house.
    pub web: Web,
    /// What is needed.
    pub need: Need,
}

/// Lets a request pass or answers it.
pub async fn check(
    State(Guard { web, need }): State<Guard>,
    params: RawPathParams,
    caller: Caller,
    request: Request,
    next: Next,
) -> Response {
    match is_allowed(&web, need, &params, caller.visitor.as_ref()).await {
        Ok(true) => next.run(request).await,
        Ok(false) if needs_name(need, caller.visitor.as_ref()) && request.method() == Method::GET => {
            let here = request.uri().path();
            Redirect::to(&format!("/{}/sign-in?to={here}", caller.lang)).into_response()
        }
        Ok(false) if needs_name(need, caller.visitor.as_ref()) => {
            refused(&caller, OfficeFault::NeedsAccount).await
        }
        Ok(false) => refused(&caller, OfficeFault::NotYours).await,
        Err(error) => crate::web::unavailable(error),
    }
}

fn needs_name(need: Need, visitor: Option<&Visitor>) -> bool {
    !matches!(need, Need::Nothing | Need::Learner) && visitor.is_none_or(|v| v.name.is_empty())
}

async fn is_allowed(
    web: &Web,
    need: Need,
    params: &RawPathParams,
    visitor: Option<&Visitor>,
) -> Result<bool, StorageError> {
    let Some(visitor) = visitor else { return Ok(need == Need::Nothing) };
    let param = |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    let named = !visitor.name.is_empty();
    Ok(match need {
        Need::Nothing | Need::Learner => true,
        Need::Account => named,
        Need::Instructor => named && visitor.role >= Role::Instructor,
        Need::Admin => named && visitor.role == Role::Admin,
        Need::Member | Need::Judge | Need::Leader => {
            let Some(class) = param("class") else { return Ok(false) };
            let least = match need {
                Need::Leader => ClassRole::Instructor,
                Need::Judge => ClassRole::Grader,
                _ => ClassRole::Learner,
            };
            named && role_in(web, &class, visitor).await?.is_some_and(|role| role >= least)
        }
        Need::JudgeOfAttempt => {
            let Some(sandbox) = param("sandbox") else { return Ok(false) };
            let Some(row) = web.storage.sandbox(&sandbox).await? else { return Ok(false) };
            named
                && (visitor.role == Role::Admin
                    || web.storage.may_judge(&visitor.id, &row.learner_id, &row.lesson).await?)
        }
    })
}

/// What somebody is in a class; admins lead every class there is.
///
/// # Errors
/// When the database does not answer.
pub async fn role_in(web: &Web, class: &str, visitor: &Visitor) -> Result<Option<ClassRole>, StorageError> {
    if visitor.role == Role::Admin {
        return Ok(web.storage.class(class).await?.map(|_| ClassRole::Instructor));
    }
    web.storage.class_role(class, &visitor.id).await
}
