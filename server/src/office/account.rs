//! `/account`: the own account.

use app::office::{AccountSheet, OfficeFault, SessionLine, Sheet, TokenLine};
use axum::{
    Form,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    caller::{Caller, Page, Refusal},
    name::name,
    password, sign_in,
};
use crate::{
    secret,
    storage::StorageError,
    web::{Web, forgotten_cookies},
};

/// What a form made or did not take.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// The name that was typed.
    pub typed: String,
    /// A new token, to be shown once.
    pub token: String,
}

pub(super) async fn sheet(web: &Web, caller: &Caller, made: &Made) -> Result<Sheet, StorageError> {
    let current = caller.visitor.as_ref().map(|v| v.session.as_str()).unwrap_or_default();
    let sessions = match caller.name().is_empty() {
        true => Vec::new(),
        false => web.storage.sessions(caller.id()).await?,
    };
    let line = |s: crate::storage::SessionRow| SessionLine {
        current: s.id == current,
        id: s.id,
        agent: s.agent,
        seen_ms: s.seen_ms,
    };
    let sessions = sessions.into_iter().map(line).collect();
    let tokens = match caller.name().is_empty() {
        true => Vec::new(),
        false => web.storage.tokens(caller.id()).await?,
    };
    let tokens = tokens.into_iter().map(|t| TokenLine {
        id: t.id,
        name: t.name,
        scopes: t.scopes,
        expires_ms: t.expires_ms,
    });
    Ok(Sheet::Account(AccountSheet {
        typed: made.typed.clone(),
        token: made.token.clone(),
        tokens: tokens.collect(),
        sessions,
    }))
}

pub async fn show(State(web): State<Web>, caller: Caller) -> Response {
    let page = async { Ok(caller.page(sheet(&web, &caller, &Made::default()).await?).await) }.await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Keep {
    name: String,
    password: String,
}

pub async fn keep(State(web): State<Web>, caller: Caller, Form(form): Form<Keep>) -> Response {
    let page = keep_work(&web, &caller, form).await;
    caller.answer(page).await
}

async fn keep_work(web: &Web, caller: &Caller, form: Keep) -> Page {
    let form_again = sheet(web, caller, &Made { typed: form.name.clone(), ..Made::default() }).await?;
    let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
    web.limits.sign_in("", &caller.headers).map_err(|s| again(OfficeFault::TooOften(s)))?;
    let name = name(&form.name).map_err(again)?;
    password::accept(&form.password, &name).map_err(again)?;
    if web.storage.learner_named(&name).await?.is_some() {
        return Err(again(OfficeFault::NameTaken));
    }
    let hash = hashed(form.password).await?;
    let id = match &caller.visitor {
        Some(visitor) => visitor.id.clone(),
        None => web.storage.create_learner(&secret::hash(&secret::token())).await?,
    };
    if !web.storage.name_learner(&id, &name, &hash).await? {
        return Err(again(OfficeFault::NameTaken));
    }
    // whoever knew the nameless session's token must not be in the account
    web.storage.end_other_sessions(&id, "").await?;
    sign_in::begin(web, caller, &id, &format!("/{}/account?done=1", caller.lang)).await
}

pub(super) async fn hashed(password: String) -> Result<String, Refusal> {
    password::hash(password).await.map_err(|e| Refusal::Storage(StorageError::NotSaved(e.to_string())))
}

pub async fn sign_out(State(web): State<Web>, caller: Caller) -> Response {
    let page = async {
        if let Some(visitor) = caller.visitor.as_ref().filter(|v| !v.name.is_empty()) {
            web.storage.end_session(&visitor.id, &visitor.session).await?;
        }
        Ok(forget(&caller))
    }
    .await;
    caller.answer(page).await
}

/// To the front, without a cookie.
fn forget(caller: &Caller) -> Response {
    let mut response = Redirect::to(&format!("/{}", caller.lang)).into_response();
    for cookie in forgotten_cookies() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

#[derive(Deserialize)]
pub struct Change {
    present: String,
    password: String,
}

pub async fn password(State(web): State<Web>, caller: Caller, Form(form): Form<Change>) -> Response {
    let page = change_password(&web, &caller, form).await;
    caller.answer(page).await
}

async fn change_password(web: &Web, caller: &Caller, form: Change) -> Page {
    let form_again = sheet(web, caller, &Made::default()).await?;
    let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
    confirmed(web, caller, form.present).await?.map_err(again)?;
    password::accept(&form.password, caller.name()).map_err(again)?;
    let hash = hashed(form.password).await?;
    web.storage.set_password(caller.id(), &hash).await?;
    web.storage.end_other_sessions(caller.id(), "").await?;
    sign_in::begin(web, caller, caller.id(), &format!("/{}/account?done=1", caller.lang)).await
}

#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    session: String,
    present: String,
}

pub async fn sessions(State(web): State<Web>, caller: Caller, Form(form): Form<Which>) -> Response {
    let page = end_sessions(&web, &caller, form).await;
    caller.answer(page).await
}

async fn end_sessions(web: &Web, caller: &Caller, form: Which) -> Page {
    let form_again = sheet(web, caller, &Made::default()).await?;
    let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
    confirmed(web, caller, form.present).await?.map_err(again)?;
    let current = caller.visitor.as_ref().map(|v| v.session.clone()).unwrap_or_default();
    match form.session.as_str() {
        "" | "others" => web.storage.end_other_sessions(caller.id(), &current).await?,
        id => web.storage.end_session(caller.id(), id).await?,
    }
    Ok(caller.done("/account"))
}

/// Is this the caller's password? Guesses are counted.
async fn confirmed(
    web: &Web,
    caller: &Caller,
    password: String,
) -> Result<Result<(), OfficeFault>, StorageError> {
    if let Err(s) = web.limits.sign_in(caller.name(), &caller.headers) {
        return Ok(Err(OfficeFault::TooOften(s)));
    }
    let kept = web.storage.learner(caller.id()).await?.map(|a| a.password_hash).unwrap_or_default();
    let right = password::is_right(password, kept).await;
    Ok(if right { Ok(()) } else { Err(OfficeFault::WrongPassword) })
}

pub async fn download(State(web): State<Web>, caller: Caller) -> Response {
    let page = async {
        let all = web.storage.everything_of(caller.id()).await?;
        let name = HeaderValue::from_static("attachment; filename=\"pilothouse.json\"");
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((headers, serde_json::to_string_pretty(&all).unwrap_or_default()).into_response())
    }
    .await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Confirm {
    confirm: String,
}

pub async fn delete(State(web): State<Web>, caller: Caller, Form(form): Form<Confirm>) -> Response {
    let page = async {
        let form_again = sheet(&web, &caller, &Made::default()).await?;
        let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
        let expected = if caller.name().is_empty() { "delete" } else { caller.name() };
        if form.confirm.trim() != expected {
            return Err(again(OfficeFault::NotConfirmed));
        }
        if !web.storage.delete_learner(caller.id()).await? {
            return Err(again(OfficeFault::LastAdmin));
        }
        Ok(forget(&caller))
    }
    .await;
    caller.answer(page).await
}
