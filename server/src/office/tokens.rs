//! `/account/tokens`: tokens by which programs use the API for their owner.

use app::office::OfficeFault;
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    account::{self, Made},
    caller::{Caller, Refusal},
    name::name,
};
use crate::{
    rest::{SCOPES, TOKEN_PREFIX},
    secret,
    web::Web,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A token lives this long.
const LIFE_MS: i64 = 90 * DAY_MS;

#[derive(Deserialize)]
pub struct Asked {
    name: String,
    judge: Option<String>,
}

/// Makes one, and shows it: once, since only its hash is kept.
pub async fn make(State(web): State<Web>, caller: Caller, Form(form): Form<Asked>) -> Response {
    let page = async {
        let named = match name(&form.name) {
            Ok(named) => named,
            Err(fault) => {
                return Err(Refusal::Fault(
                    fault,
                    Box::new(account::sheet(&web, &caller, &Made::default()).await?),
                ));
            }
        };
        let token = secret::token();
        let scopes = if form.judge.is_some() { SCOPES.join(" ") } else { SCOPES[0].to_owned() };
        web.storage.create_token(caller.id(), &secret::hash(&token), &named, &scopes, LIFE_MS).await?;
        let made = Made { token: format!("{TOKEN_PREFIX}{token}"), ..Made::default() };
        Ok(caller.page(account::sheet(&web, &caller, &made).await?).await)
    }
    .await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Which {
    token: String,
}

pub async fn end(State(web): State<Web>, caller: Caller, Form(form): Form<Which>) -> Response {
    let page = async {
        if form.token.is_empty() {
            return Err(OfficeFault::Unreadable.into());
        }
        web.storage.end_token(caller.id(), &form.token).await?;
        Ok(caller.done("/account"))
    }
    .await;
    caller.answer(page).await
}
