//! How much a cluster may hold. Models etcd's space quota, counted in objects, and in bytes of the large ones: what is too much
//! is refused in etcd's words, with what to delete, while reading, changing and deleting go on. Events have a share of their own,
//! so that a flood of them is in nobody's way. And how much one object may hold: Models `--max-request-bytes` and the API server's
//! client of etcd.
//! Omits: the alarm that stays raised until somebody disarms it; objects are measured by their texts, not as protobuf.

use std::collections::BTreeMap;

use super::Api;
use crate::{
    json::Json,
    object::{Key, Object},
    resources::{EVENT, MACHINE, Resource},
    status::Status,
};

/// Objects of a small cluster, and events: far above what three nodes need, far below what a server feels.
const OBJECTS_MAX: usize = 5_000;
/// More for each machine of the world: its pods at most, with what belongs to each of them.
const OBJECTS_MAX_PER_MACHINE: usize = 1_000;

/// An object of so many bytes is a large one; smaller ones are bounded by their count.
const LARGE_BYTES: usize = 16 << 10;
/// Most bytes of all large objects.
const LARGE_BYTES_MAX: usize = 64 << 20;
/// Most bytes of past versions of large objects; older history goes.
const HISTORY_BYTES_MAX: usize = 64 << 20;

/// Most bytes of a request that etcd takes, and of a message that its client sends.
const REQUEST_BYTES_MAX: usize = 3 << 19;
const MESSAGE_BYTES_MAX: usize = 2 << 20;

/// The large objects that clients wrote, with their bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Large {
    by_key: BTreeMap<(Resource, Key), usize>,
    bytes: usize,
}

impl Large {
    /// Forgets an object that is gone.
    pub(super) fn forget(&mut self, resource: Resource, key: &Key) {
        if !self.by_key.is_empty()
            && let Some(bytes) = self.by_key.remove(&(resource, key.clone()))
        {
            self.bytes -= bytes;
        }
    }

    fn set(&mut self, resource: Resource, key: Key, bytes: usize) {
        self.bytes += bytes;
        self.bytes -= self.by_key.insert((resource, key), bytes).unwrap_or(0);
    }
}

/// May an object be this large?
///
/// # Errors
/// In etcd's words, or its client's.
fn check_size(bytes: usize) -> Result<(), Status> {
    match bytes {
        bytes if bytes > MESSAGE_BYTES_MAX => Err(Status::plain_error(format!(
            "rpc error: code = ResourceExhausted desc = trying to send message larger than max ({bytes} vs. {MESSAGE_BYTES_MAX})"
        ))),
        bytes if bytes > REQUEST_BYTES_MAX => Err(Status::plain_error("etcdserver: request is too large")),
        _ => Ok(()),
    }
}

/// About as many bytes as it takes to write it down.
fn length(json: &Json) -> usize {
    const NUMBER: usize = 8;
    const AROUND: usize = 2;
    match json {
        Json::Null | Json::Bool(_) => 1,
        Json::Int(_) | Json::Float(_) => NUMBER,
        Json::Str(text) => text.len() + AROUND,
        Json::List(list) => list.iter().map(length).sum::<usize>() + AROUND,
        Json::Map(map) => map.iter().map(|(key, value)| key.len() + AROUND + length(value)).sum(),
    }
}

impl Api {
    /// May one more object of the kind come?
    pub(super) fn check_room(&self, resource: Resource) -> Result<(), Status> {
        let events = self.store().own_objects(EVENT);
        let held = if resource == EVENT { events } else { self.store().all_own_objects() - events };
        if held < OBJECTS_MAX {
            return Ok(());
        }
        let machines = self.store().own_objects(MACHINE);
        if held < OBJECTS_MAX + machines * OBJECTS_MAX_PER_MACHINE {
            return Ok(());
        }
        let max = OBJECTS_MAX + machines * OBJECTS_MAX_PER_MACHINE;
        let what = if resource == EVENT { "events" } else { "objects" };
        Err(full(&format!(
            "this cluster holds {held} {what}, at most {max}; delete some, as of its {}",
            self.most()
        )))
    }

    /// The kind that there is most of, with its count.
    fn most(&self) -> String {
        let counted = self.kinds().stored().map(|r| (self.store().own_objects(r), r));
        let (count, resource) =
            counted.max_by_key(|(count, r)| (*count, std::cmp::Reverse(*r))).unwrap_or((0, EVENT));
        format!("{count} {}", self.def(resource).qualified())
    }

    /// May a client write an object of this size? If so, it counts from here on.
    pub(super) fn take_room(&mut self, resource: Resource, object: &Object) -> Result<(), Status> {
        let bytes = length(object);
        check_size(bytes)?;
        let key = object.key();
        if bytes < LARGE_BYTES {
            self.large.forget(resource, &key);
            return Ok(());
        }
        let before = self.large.by_key.get(&(resource, key.clone())).copied().unwrap_or(0);
        if bytes > before && self.large.bytes - before + bytes > LARGE_BYTES_MAX {
            return Err(full(&self.too_much(bytes - before)));
        }
        self.large.set(resource, key, bytes);
        self.store.charge(bytes, HISTORY_BYTES_MAX);
        Ok(())
    }

    fn too_much(&self, more: usize) -> String {
        let mib = |bytes: usize| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
        let largest = self.large.by_key.iter().max_by_key(|(_, bytes)| **bytes);
        let largest = largest.map_or_else(String::new, |((resource, key), bytes)| {
            format!("; delete some, as {} {key} ({})", self.def(*resource).qualified(), mib(*bytes))
        });
        format!(
            "the {} objects of 16 KiB and more hold {}, at most {}, and {} more were to come{largest}",
            self.large.by_key.len(),
            mib(self.large.bytes),
            mib(LARGE_BYTES_MAX),
            mib(more)
        )
    }
}

/// In etcd's words, with more of them.
fn full(why: &str) -> Status {
    Status::plain_error(format!("etcdserver: mvcc: database space exceeded: {why}"))
}
