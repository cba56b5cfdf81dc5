//! How much a cluster may hold. Models etcd's space quota, counted in objects instead of bytes: what is too much is refused in
//! etcd's words, while reading, changing and deleting go on. Events have a share of their own, so that a flood of them is in
//! nobody's way. And how much one object may hold: Models `--max-request-bytes` and the API server's client of etcd.
//! Omits: the alarm that stays raised until somebody disarms it; objects are measured by their texts, not as protobuf.

use super::Api;
use crate::{
    json::Json,
    resources::{EVENT, MACHINE, Resource},
    status::Status,
};

/// Objects of a small cluster, and events: far above what three nodes need, far below what a server feels.
const OBJECTS_MAX: usize = 5_000;
/// More for each machine of the world: its pods at most, with what belongs to each of them.
const OBJECTS_MAX_PER_MACHINE: usize = 1_000;

/// Most bytes of a request that etcd takes, and of a message that its client sends.
const REQUEST_BYTES_MAX: usize = 3 << 19;
const MESSAGE_BYTES_MAX: usize = 2 << 20;

/// May an object be this large?
///
/// # Errors
/// In etcd's words, or its client's.
pub(super) fn check_size(object: &Json) -> Result<(), Status> {
    match length(object) {
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
        Err(Status::plain_error("etcdserver: mvcc: database space exceeded"))
    }
}
