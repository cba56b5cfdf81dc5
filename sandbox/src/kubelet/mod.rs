//! Kubelets: container life, probes, restarts and back-off, image pulls, leases and node status.

use crate::{
    api::{Api, Record},
    cluster::{Ctx, Queue},
};

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {}

/// The kubelets of all nodes.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {}

impl Kubelets {
    /// Puts the work that starts by itself.
    pub fn start(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, _record: &Record, _api: &Api, _queue: &mut Queue) {}

    /// Does what is due.
    pub fn run(&mut self, work: Work, _ctx: &mut Ctx<'_>) {
        match work {}
    }
}
