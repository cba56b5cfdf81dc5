//! What was written to an object, by whom. A cluster remembers its last minutes, as etcd does; what is older is read in the
//! clusters of the past, each of which remembers the minutes before it.

mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use sandbox::{
    api::{Change, Record},
    clock::Time,
    cluster::Cluster,
    http::Live,
    object::Key,
    origin::WORLD,
    resources::Resource,
};
use serde_json::Value;
use wire::{
    act::Actor,
    history::{ObjectHistory, Revision, Verb},
    problem::Problem,
};

use super::backend::ForLearner;
use crate::{secret, stage::actor};

/// Revisions that are told.
const REVISIONS_MAX: usize = 200;
/// Fields of a revision that are told.
const FIELDS_MAX: usize = 8;
/// Clusters of the past that are asked, each for some minutes.
const PASTS_MAX: usize = 64;

impl ForLearner {
    /// The history of the object `Kind/namespace/name`; empty where there never was one.
    pub(super) async fn history(&self, sandbox: &str, id: &str) -> Result<ObjectHistory, Problem> {
        let (_, sandbox) = self.open(sandbox).await?;
        let (live, now_ms, id) = (sandbox.live.clone(), sandbox.now_ms(), id.to_owned());
        let read = tokio::task::spawn_blocking(move || read(&live, now_ms, &id));
        read.await.map_err(|_| Problem::Internal { id: secret::id()[..8].to_owned() })
    }
}

/// An object's name, in parts.
struct Id<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> Id<'a> {
    /// Reads `Kind/namespace/name`.
    fn of(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_once('/')?;
        let (namespace, name) = rest.split_once('/')?;
        Some(Self { kind, namespace, name })
    }
}

fn read(live: &Live, now_ms: i64, id: &str) -> ObjectHistory {
    let epoch = live.epoch();
    let Some(id) = Id::of(id) else { return ObjectHistory::default() };
    let mut found = BTreeMap::new();
    let mut at = epoch.plus_ms(now_ms);
    for _ in 0..PASTS_MAX {
        if at <= epoch || found.len() > REVISIONS_MAX {
            break;
        }
        // a cluster of the past remembers from the snapshot on from which it was made
        let oldest = collect(&live.past(at), &id, epoch, &mut found);
        at = oldest.unwrap_or(at).min(at).plus_ms(-1);
    }
    let cut = at > epoch || found.len() > REVISIONS_MAX;
    if !cut && let Some(first) = of_the_world(&live.past(epoch), &id) {
        found.insert(first.revision, first);
    }
    let revisions = found.into_values().rev().take(REVISIONS_MAX).collect();
    ObjectHistory { revisions, cut }
}

/// The object as the cluster began with it.
fn of_the_world(cluster: &Cluster, id: &Id<'_>) -> Option<Revision> {
    let resource = Resource::all().find(|resource| resource.def().kind == id.kind)?;
    let object = cluster.api().find(resource, &Key::new(id.namespace, id.name))?;
    Some(Revision {
        revision: object.revision(),
        at_ms: 0,
        actor: Actor::World,
        user: WORLD.into(),
        verb: Verb::Created,
        fields: Vec::new(),
        more: 0,
    })
}

/// Takes what a cluster remembers of an object; gives the moment from which on it remembers.
fn collect(cluster: &Cluster, id: &Id<'_>, epoch: Time, found: &mut BTreeMap<u64, Revision>) -> Option<Time> {
    let api = cluster.api();
    let mut oldest = None;
    // heartbeats leave holes
    for record in (1..=api.revision()).rev().filter_map(|n| api.change_at(n)) {
        oldest = Some(record.at);
        let object = &record.object;
        let is_named = *object.name() == *id.name && *object.namespace() == *id.namespace;
        if is_named && api.def(record.resource).kind == id.kind {
            found.entry(record.revision).or_insert_with(|| told(record, epoch));
        }
    }
    oldest
}

fn told(record: &Record, epoch: Time) -> Revision {
    let verb = match record.change {
        Change::Added => Verb::Created,
        Change::Modified => Verb::Changed,
        Change::Deleted => Verb::Deleted,
    };
    let mut fields = match (&record.before, verb) {
        (Some(before), Verb::Changed) => fields::changes(&json(before), &json(&record.object)),
        _ => Vec::new(),
    };
    let more = fields.len().saturating_sub(FIELDS_MAX);
    fields.truncate(FIELDS_MAX);
    Revision {
        revision: record.revision,
        at_ms: record.at.since_ms(epoch),
        actor: actor(&record.origin.user),
        user: record.origin.user.to_string(),
        verb,
        fields,
        more,
    }
}

fn json(object: &sandbox::object::Object) -> Value {
    Value::from(&**object)
}
