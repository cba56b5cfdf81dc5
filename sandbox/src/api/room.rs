//! How much a cluster may hold. Models etcd's space quota, counted in objects instead of bytes: what is too much is refused in
//! etcd's words, while reading, changing and deleting go on. Events have a share of their own, so that a flood of them is in
//! nobody's way.
//! Omits: the alarm that stays raised until somebody disarms it.

use super::Api;
use crate::{
    resources::{EVENT, MACHINE, Resource},
    status::Status,
};

/// Objects of a small cluster, and events: far above what three nodes need, far below what a server feels.
const OBJECTS_MAX: usize = 5_000;
/// More for each machine of the world: its pods at most, with what belongs to each of them.
const OBJECTS_MAX_PER_MACHINE: usize = 1_000;

impl Api {
    /// May one more object of the kind come?
    pub(super) fn check_room(&self, resource: Resource) -> Result<(), Status> {
        let events = self.store().own_objects(EVENT);
        let held = if resource == EVENT { events } else { self.store().all_own_objects() - events };
        if held < OBJECTS_MAX {
            return Ok(());
        }
        let machines = self.list(MACHINE, "").count();
        if held < OBJECTS_MAX + machines * OBJECTS_MAX_PER_MACHINE {
            return Ok(());
        }
        Err(Status::plain_error("etcdserver: mvcc: database space exceeded"))
    }
}
