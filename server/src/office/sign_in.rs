//! `/sign-in`: the way in for those who have an account.

use app::office::{OfficeFault, Sheet, SignInSheet};
use axum::{
    Form,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    caller::{Caller, Page, Refusal},
    password,
};
use crate::{
    secret,
    web::{Web, agent_of, session_cookie},
};

#[derive(Deserialize)]
pub struct To {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    to: String,
    bring: Option<String>,
}

pub async fn show(caller: Caller, Query(To { to }): Query<To>) -> Response {
    let sheet = SignInSheet { to, has_work: has_work(&caller), ..SignInSheet::default() };
    caller.page(Sheet::SignIn(sheet)).await
}

fn has_work(caller: &Caller) -> bool {
    caller.visitor.as_ref().is_some_and(|v| v.name.is_empty())
}

pub async fn sign_in(State(web): State<Web>, caller: Caller, Form(form): Form<SignIn>) -> Response {
    let page = enter(&web, &caller, form).await;
    caller.answer(page).await
}

async fn enter(web: &Web, caller: &Caller, form: SignIn) -> Page {
    let again = |fault| {
        let sheet = SignInSheet { typed: form.name.clone(), to: form.to.clone(), has_work: has_work(caller) };
        Refusal::Fault(fault, Box::new(Sheet::SignIn(sheet)))
    };
    web.limits.sign_in(&form.name, &caller.headers).map_err(|s| again(OfficeFault::TooOften(s)))?;
    let account = web.storage.learner_named(&form.name).await?;
    let kept = account.as_ref().map(|a| a.password_hash.clone()).unwrap_or_default();
    let right = password::is_right(form.password.clone(), kept).await;
    let Some(account) = account.filter(|_| right) else { return Err(again(OfficeFault::WrongPassword)) };
    if let Some(visitor) = &caller.visitor {
        if visitor.name.is_empty() && form.bring.is_some() {
            web.storage.adopt(&account.id, &visitor.id).await?;
        }
        web.storage.end_session(&visitor.id, &visitor.session).await?;
    }
    let to = Some(form.to.as_str()).filter(|to| app::own_path(to)).map(str::to_owned);
    let to = to.unwrap_or_else(|| format!("/{}", caller.lang));
    begin(web, caller, &account.id, &to).await
}

/// A new session, under a token that nobody has seen before.
pub(super) async fn begin(web: &Web, caller: &Caller, learner: &str, to: &str) -> Page {
    let token = secret::token();
    web.storage.begin_session(learner, &secret::hash(&token), &agent_of(&caller.headers)).await?;
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(web, &token, &caller.headers));
    Ok(response)
}
