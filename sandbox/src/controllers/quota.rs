//! The quota controller: counts what a namespace uses again. Models `pkg/controller/resourcequota`.
//! Omits: the full resync every five minutes (nothing is missed here).

use crate::{
    api::{Api, Change, Record, admit},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{POD, RESOURCE_QUOTA, amount::Amount},
};

use super::{Work, common::is_finished};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 15;

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    if record.resource == RESOURCE_QUOTA && record.change != Change::Deleted {
        let is_news = |old: &Object| old["spec"] != object["spec"];
        if record.before.as_ref().is_none_or(is_news) {
            queue.after_ms(LATENCY_MS, Work::Quota(object.key()));
        }
        return;
    }
    let ended = record.resource == POD
        && is_finished(object)
        && record.before.as_ref().is_some_and(|old| !is_finished(old));
    if !record.object.namespace().is_empty() && (record.change == Change::Deleted || ended) {
        for quota in api.list(RESOURCE_QUOTA, object.namespace()) {
            queue.after_ms(LATENCY_MS, Work::Quota(quota.key()));
        }
    }
}

/// Writes what is used now.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::RESOURCEQUOTA_CONTROLLER);
    let Some(quota) = ctx.api.find(RESOURCE_QUOTA, key).cloned() else { return };
    let used = used(&quota, ctx.api);
    ctx.api.update_status(RESOURCE_QUOTA, key, |q| {
        let hard = q["spec"]["hard"].clone();
        q["status"].set("hard", hard);
        q["status"].set("used", used);
    });
}

/// What the namespace uses of each resource that the quota bounds.
fn used(quota: &Object, api: &Api) -> Json {
    let hard = &quota["spec"]["hard"];
    let mut used = Json::object();
    for (name, _) in hard.entries() {
        used.set(name, Amount::ZERO);
    }
    for resource in api.kinds().stored().filter(|r| api.def(*r).namespaced) {
        for object in api.list(resource, quota.namespace()) {
            if !admit::matches_scopes(quota, resource, object) {
                continue;
            }
            for (name, amount) in admit::charges(api.def(resource), resource, object) {
                if hard[name.as_str()].is_null() {
                    continue;
                }
                let sum = Amount::read(&used[name.as_str()]).unwrap_or_default().plus(amount);
                used.set(&name, sum);
            }
        }
    }
    used
}
