//! `/key`: a password for who holds a key that works once; and how keys are made.

use app::office::{KeySheet, OfficeFault, Sheet};
use axum::{
    Form,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    account::hashed,
    caller::{Caller, Page, Refusal},
    name::name,
    password, sign_in,
};
use crate::{
    secret,
    storage::{Opens, Storage, StorageError},
    web::Web,
};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// The first admin's key.
const FIRST_MS: i64 = 24 * HOUR_MS;
/// A key that somebody is given.
const GIVEN_MS: i64 = 7 * 24 * HOUR_MS;

/// The path of a page that makes the first admin, where there is none yet. Earlier ones end.
///
/// # Errors
/// When the database does not take it.
pub async fn first_admin_key(storage: &Storage) -> Result<Option<String>, StorageError> {
    if storage.has_admin().await? {
        return Ok(None);
    }
    make(storage, None, FIRST_MS).await.map(Some)
}

/// The path of a page at which a learner chooses a new password. Earlier ones end.
///
/// # Errors
/// When the database does not take it.
pub async fn new_key(storage: &Storage, learner: &str) -> Result<String, StorageError> {
    make(storage, Some(learner), GIVEN_MS).await
}

async fn make(storage: &Storage, learner: Option<&str>, life_ms: i64) -> Result<String, StorageError> {
    let key = secret::token();
    storage.create_key(&secret::hash(&key), learner, life_ms).await?;
    // in the query, which no log has
    Ok(format!("/ko/key?key={key}"))
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    key: String,
}

async fn sheet(web: &Web, key: &str, typed: &str) -> Result<Sheet, Refusal> {
    let opens = web.storage.key(&secret::hash(key)).await?.ok_or(OfficeFault::KeySpent)?;
    let account = match opens {
        Opens::FirstAdmin => None,
        Opens::Account(id) => web.storage.learner(&id).await?.map(|l| l.name),
    };
    Ok(Sheet::Key(KeySheet { key: key.to_owned(), account, typed: typed.to_owned() }))
}

pub async fn show(State(web): State<Web>, caller: Caller, Query(asked): Query<Asked>) -> Response {
    let page = async {
        web.limits.sign_in("", &caller.headers).map_err(OfficeFault::TooOften)?;
        Ok(caller.page(sheet(&web, &asked.key, "").await?).await)
    }
    .await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Used {
    key: String,
    name: String,
    password: String,
}

pub async fn use_key(State(web): State<Web>, caller: Caller, Form(form): Form<Used>) -> Response {
    let page = choose(&web, &caller, form).await;
    caller.answer(page).await
}

async fn choose(web: &Web, caller: &Caller, form: Used) -> Page {
    web.limits.sign_in("", &caller.headers).map_err(OfficeFault::TooOften)?;
    let form_again = sheet(web, &form.key, &form.name).await?;
    let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
    let is_first = matches!(&form_again, Sheet::Key(sheet) if sheet.account.is_none());
    let name = if is_first { name(&form.name).map_err(again)? } else { form.name.clone() };
    password::accept(&form.password, &name).map_err(again)?;
    let hash = hashed(form.password).await?;
    let used = web.storage.use_key(&secret::hash(&form.key), &name, &hash).await?;
    let id =
        used.ok_or_else(|| again(if is_first { OfficeFault::NameTaken } else { OfficeFault::KeySpent }))?;
    sign_in::begin(web, caller, &id, &format!("/{}/account?done=1", caller.lang)).await
}
