//! `/people`: who may do what, for admins.

use app::office::{OfficeFault, PeopleSheet, PersonLine, Sheet};
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;
use wire::people::Role;

use super::caller::{Caller, Refusal};
use crate::{storage::StorageError, web::Web};

async fn sheet(web: &Web) -> Result<Sheet, StorageError> {
    let line = |l: crate::storage::LearnerRow| PersonLine {
        id: l.id,
        name: l.name,
        role: l.role,
        seen_ms: l.seen_ms,
    };
    let people = web.storage.accounts().await?.into_iter().map(line).collect();
    Ok(Sheet::People(PeopleSheet { people }))
}

pub async fn show(State(web): State<Web>, caller: Caller) -> Response {
    let page = async { Ok(caller.page(sheet(&web).await?).await) }.await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Given {
    learner: String,
    role: String,
}

pub async fn role(State(web): State<Web>, caller: Caller, Form(form): Form<Given>) -> Response {
    let page = async {
        let role: Role = form.role.parse().map_err(|_| OfficeFault::Unreadable)?;
        if !web.storage.set_role(&form.learner, role).await? {
            return Err(Refusal::Fault(OfficeFault::LastAdmin, Box::new(sheet(&web).await?)));
        }
        // what they may do changes with the next sign-in at the latest: their other sessions end now
        if form.learner != caller.id() {
            web.storage.end_other_sessions(&form.learner, "").await?;
        }
        tracing::info!(by = caller.name(), learner = form.learner, %role, "a role was given");
        Ok(caller.done("/people"))
    }
    .await;
    caller.answer(page).await
}
