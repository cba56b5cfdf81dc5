//! Revisions of a stateful set: the one that its pods have, and the one that they shall have. Models `getStatefulSetRevisions`
//! and `truncateHistory`.

use std::collections::BTreeSet;

use super::pods;
use crate::{
    api::DeleteOptions,
    cluster::Ctx,
    controllers::history,
    json::Json,
    object::Object,
    resources::{CONTROLLER_REVISION, POD, STATEFUL_SET},
};

/// The two that matter.
#[derive(Clone, Debug)]
pub struct Revisions {
    /// What pods had before the update.
    pub current: Object,
    /// What they shall have.
    pub update: Object,
}

impl Revisions {
    /// Keeps the revision of the template; `None` where it could not be made yet.
    pub fn keep(set: &Object, ctx: &mut Ctx<'_>) -> Option<Self> {
        let all = history::owned(set, ctx);
        let patch = history::patch(set);
        let next = all.last().map_or(0, history::number) + 1;
        let update = match all.iter().rev().find(|r| r["data"] == patch) {
            Some(same) if Some(same) == all.last() => same.clone(),
            Some(same) => history::renumber(same, next, ctx),
            None => create(set, &patch, next, ctx)?,
        };
        let current = all.into_iter().find(|r| set["status"]["currentRevision"] == *r.name().as_str());
        Some(Self { current: current.unwrap_or_else(|| update.clone()), update })
    }

    /// The template of one of them.
    pub fn template(revision: &Object) -> Json {
        let mut template = revision["data"]["spec"]["template"].clone();
        template.remove("$patch");
        template
    }

    /// Deletes the oldest revisions beyond `revisionHistoryLimit` that no pod is of.
    pub fn clean_up(&self, set: &Object, ctx: &mut Ctx<'_>) {
        let limit = set["spec"]["revisionHistoryLimit"].int().unwrap_or(10).max(0);
        let mut live: BTreeSet<String> =
            ctx.api.owned_by(set.uid(), POD).map(|p| pods::revision(p).to_owned()).collect();
        live.extend([&self.current, &self.update].map(|r| r.name().to_string()));
        let mut idle = history::owned(set, ctx);
        idle.retain(|r| !live.contains(r.name().as_str()));
        let excess = idle.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        for revision in &idle[..excess] {
            // Gone already is as good.
            let _ = ctx.api.delete(CONTROLLER_REVISION, &revision.key(), &DeleteOptions::default());
        }
    }
}

fn create(set: &Object, patch: &Json, number: i64, ctx: &mut Ctx<'_>) -> Option<Object> {
    let collisions = set["status"]["collisionCount"].int().unwrap_or(0);
    let hash = history::patch_hash(patch, collisions);
    match ctx.api.create(CONTROLLER_REVISION, history::new_revision(set, &hash, number)) {
        Ok(made) => Some(made),
        Err(error) if error.reason == "AlreadyExists" => {
            ctx.api.update_status(STATEFUL_SET, &set.key(), |set| {
                set["status"].set("collisionCount", collisions + 1);
            });
            None
        }
        Err(_) => None,
    }
}
