//! `/key`: a password for who holds a key that works once; and how keys are made.

use app::office::{KeySheet, OfficeFault, Sheet};
use axum::{Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    account::hashed,
    caller::{Caller, Page, Refusal},
    name::name,
    password, sign_in,
};
use crate::{
    secret,
    storage::{Opens, Storage, StorageError, login_of},
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
    // behind `#`, which browsers send to nobody
    Ok(format!("/ko/key#{key}"))
}

pub async fn show(caller: Caller) -> Response {
    caller.page(Sheet::Key(KeySheet::default())).await
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
    let form_again = KeySheet { key: form.key.clone(), typed: form.name.clone() };
    let again = |fault| Refusal::Fault(fault, Box::new(Sheet::Key(form_again.clone())));
    web.limits.sign_in("", &caller.headers).map_err(|s| again(OfficeFault::TooOften(s)))?;
    let key = secret::hash(form.key.trim());
    let opens = web.storage.key(&key).await?.ok_or_else(|| again(OfficeFault::KeySpent))?;
    let name = name(&form.name).map_err(again)?;
    if let Opens::Account(id) = &opens {
        let account = web.storage.learner(id).await?;
        if account.is_none_or(|account| login_of(&account.name) != login_of(&name)) {
            return Err(again(OfficeFault::NoSuchName(name)));
        }
    }
    password::accept(&form.password, &name).map_err(again)?;
    let hash = hashed(form.password).await?;
    let used = web.storage.use_key(&key, &name, &hash).await?;
    let spent = if opens == Opens::FirstAdmin { OfficeFault::NameTaken } else { OfficeFault::KeySpent };
    let id = used.ok_or_else(|| again(spent))?;
    sign_in::begin(web, caller, &id, &format!("/{}/account?done=1", caller.lang)).await
}
