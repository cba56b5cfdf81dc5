//! The controllers of kube-controller-manager, a folder or file each: a pure plan, then a dull apply.

use crate::{
    api::{Api, Record},
    cluster::{Ctx, Queue},
};

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {}

/// All controllers.
#[derive(Clone, Debug, Default)]
pub struct Controllers {}

impl Controllers {
    /// Puts the work that starts by itself.
    pub fn start(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, _record: &Record, _api: &Api, _queue: &mut Queue) {}

    /// Does what is due.
    pub fn run(&mut self, work: Work, _ctx: &mut Ctx<'_>) {
        match work {}
    }
}
