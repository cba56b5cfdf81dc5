//! Revisions of a daemon set. Models `constructHistory` and `cleanupHistory` of `pkg/controller/daemon/update.go`.

use std::collections::BTreeSet;

use ecow::EcoString;

use crate::{
    api::DeleteOptions,
    cluster::Ctx,
    controllers::{
        hash::pod_template_hash,
        history::{self, HASH_LABEL},
    },
    object::Object,
    resources::{CONTROLLER_REVISION, DAEMON_SET, POD},
};

/// Keeps the revision of the current template; its hash, or `None` where it could not be made yet.
pub fn keep(ds: &Object, ctx: &mut Ctx<'_>) -> Option<EcoString> {
    let patch = history::patch(ds);
    let (current, old): (Vec<Object>, Vec<Object>) =
        history::owned(ds, ctx).into_iter().partition(|r| r["data"] == patch);
    let next = old.last().map_or(0, history::number) + 1;
    let Some(newest) = current.last() else { return create(ds, next, ctx) };
    let kept =
        if history::number(newest) < next { history::renumber(newest, next, ctx) } else { newest.clone() };
    for twin in &current[..current.len() - 1] {
        // Gone already is as good.
        let _ = ctx.api.delete(CONTROLLER_REVISION, &twin.key(), &DeleteOptions::default());
    }
    kept.label(HASH_LABEL).map(EcoString::from)
}

fn create(ds: &Object, number: i64, ctx: &mut Ctx<'_>) -> Option<EcoString> {
    let collisions = ds["status"]["collisionCount"].int();
    let hash = pod_template_hash(&ds["spec"]["template"], collisions);
    let revision = history::new_revision(ds, &hash, number);
    match ctx.api.create(CONTROLLER_REVISION, revision) {
        Ok(_) => Some(hash),
        Err(error) if error.reason == "AlreadyExists" => {
            ctx.api.update_status(DAEMON_SET, &ds.key(), |ds| {
                ds["status"].set("collisionCount", collisions.unwrap_or(0) + 1);
            });
            None
        }
        Err(_) => None,
    }
}

/// Deletes the oldest revisions beyond `revisionHistoryLimit` that no pod is of.
pub fn clean_up(ds: &Object, ctx: &mut Ctx<'_>) {
    let limit = ds["spec"]["revisionHistoryLimit"].int().unwrap_or(10).max(0);
    let patch = history::patch(ds);
    let old: Vec<Object> = history::owned(ds, ctx).into_iter().filter(|r| r["data"] != patch).collect();
    let excess = old.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    if excess == 0 {
        return;
    }
    let of = |p: &Object| p.label(HASH_LABEL).map(EcoString::from);
    let live: BTreeSet<EcoString> = ctx.api.owned_by(ds.uid(), POD).filter_map(of).collect();
    let idle = |r: &&Object| r.label(HASH_LABEL).is_none_or(|hash| !live.contains(hash));
    for revision in old.iter().filter(idle).take(excess) {
        // Gone already is as good.
        let _ = ctx.api.delete(CONTROLLER_REVISION, &revision.key(), &DeleteOptions::default());
    }
}
