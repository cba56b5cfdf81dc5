//! Whose token a request carries, and what it may do.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use wire::people::{ClassRole, Role};

use super::problem::Problem;
use crate::{secret, storage::LearnerRow, web::Web};

/// By which a token is known for one of ours, also where one was left lying about.
pub const TOKEN_PREFIX: &str = "ph_";
/// What tokens may be given: reading, and judging.
pub const SCOPES: [&str; 2] = ["read", "judge"];

/// Who uses the API.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For whom.
    pub learner: LearnerRow,
    scopes: String,
}

impl FromRequestParts<Web> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let said = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token =
            said.and_then(|v| v.strip_prefix("Bearer ")).and_then(|t| t.trim().strip_prefix(TOKEN_PREFIX));
        let unknown = || {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "expected `Authorization: Bearer ph_…` with a token that has not ended; the account's page makes one",
            )
        };
        let token = token.filter(|t| secret::is_token(t)).ok_or_else(unknown)?;
        let found = web.storage.token(&secret::hash(token)).await?;
        let (learner, scopes) = found.ok_or_else(unknown)?;
        web.limits.command(&learner.id).map_err(|s| {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, format!("too many requests; try again in {s} s"))
        })?;
        let caller = Self { learner, scopes };
        caller.may("read")?;
        Ok(caller)
    }
}

impl Caller {
    /// May its token do this?
    ///
    /// # Errors
    /// A problem that names the scope.
    pub fn may(&self, scope: &str) -> Result<(), Problem> {
        if self.scopes.split(' ').any(|s| s == scope) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("this token has no scope `{scope}`; make one that has"),
        ))
    }

    /// What they are in a class that they are in.
    ///
    /// # Errors
    /// None such.
    pub async fn role_in(&self, web: &Web, class: &str) -> Result<ClassRole, Problem> {
        let role = match self.learner.role {
            Role::Admin => web.storage.class(class).await?.map(|_| ClassRole::Instructor),
            _ => web.storage.class_role(class, &self.learner.id).await?,
        };
        role.ok_or_else(|| Problem::missing("class"))
    }

    /// Lets graders and instructors of a class pass.
    ///
    /// # Errors
    /// For all others there is no such class.
    pub async fn judges(&self, web: &Web, class: &str) -> Result<(), Problem> {
        match self.role_in(web, class).await? {
            ClassRole::Learner => Err(Problem::missing("class")),
            _ => Ok(()),
        }
    }
}
