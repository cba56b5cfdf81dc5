//! Secrets of type `kubernetes.io/service-account-token`: filled for their account, and gone with it. Models
//! `pkg/controller/serviceaccount`'s `TokensController`.
//! Omits: the older form of such tokens' claims; they end after a hundred years instead of never.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{Work, service_account::CERTIFICATE};
use crate::{
    api::{Api, Change, DeleteOptions, Record, Subresource, access::token},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{SECRET, SERVICE_ACCOUNT},
};

const TYPE: &str = "kubernetes.io/service-account-token";
const NAME: &str = "kubernetes.io/service-account.name";
const UID: &str = "kubernetes.io/service-account.uid";
/// From a change to the controller having seen it.
const REACT_MS: i64 = 20;
/// A hundred years.
const SECONDS: i64 = 3_155_760_000;

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    match record.resource {
        SECRET if record.change != Change::Deleted && object["type"] == TYPE => {
            queue.after_ms(REACT_MS, Work::AccountToken(object.key()));
        }
        SERVICE_ACCOUNT if record.change == Change::Deleted => {
            let named = |s: &&Object| s["type"] == TYPE && s.annotation(NAME) == Some(object.name());
            for secret in api.list(SECRET, object.namespace()).filter(named) {
                queue.after_ms(REACT_MS, Work::AccountToken(secret.key()));
            }
        }
        _ => {}
    }
}

/// Fills a Secret, or deletes it where its account is not there.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    let Some(secret) = ctx.api.find(SECRET, key).filter(|s| s["type"] == TYPE).cloned() else { return };
    ctx.acting(origin::CONTROLLER_MANAGER);
    let account = Key::new(key.namespace.clone(), secret.annotation(NAME).unwrap_or(""));
    let account = ctx.api.find(SERVICE_ACCOUNT, &account);
    let Some(account) =
        account.filter(|a| secret.annotation(UID).is_none_or(|uid| uid.is_empty() || *a.uid() == *uid))
    else {
        let options = DeleteOptions { uid: Some(secret.uid().clone()), ..Default::default() };
        // It can only be gone already.
        let _ = ctx.api.delete(SECRET, key, &options);
        return;
    };
    let uid = account.uid().clone();
    let full = ["ca.crt", "namespace", "token"].iter().all(|part| !secret["data"][*part].is_null());
    if full && secret.annotation(UID) == Some(&uid) {
        return;
    }
    let audiences: Json = vec![Json::from(token::ISSUER)].into();
    let wish =
        token::Wish { account, audiences: &audiences, seconds: SECONDS, bound: Some((SECRET, &secret)) };
    let issued = token::issue(ctx.api, &wish);
    let parts = [("ca.crt", CERTIFICATE), ("namespace", key.namespace.as_str()), ("token", issued.as_str())];
    ctx.api.modify(SECRET, key, Subresource::Main, |secret| {
        secret["metadata"]["annotations"].set(UID, &uid);
        for (name, text) in parts {
            secret["data"].default_to(name, BASE64.encode(text));
        }
    });
}
