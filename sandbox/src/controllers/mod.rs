//! The controllers of kube-controller-manager, a folder or file each: a pure plan, then a dull apply.

mod common;
mod deployment;
mod replicaset;
#[cfg(test)]
mod tests;

use crate::{
    api::{Api, Record},
    cluster::{Ctx, Queue},
    object::Key,
};

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A deployment to look at.
    Deployment(Key),
    /// A replica set to look at.
    ReplicaSet(Key),
}

/// All controllers.
#[derive(Clone, Debug, Default)]
pub struct Controllers {
    replica_sets: replicaset::ReplicaSets,
}

impl Controllers {
    /// Puts the work that starts by itself.
    pub fn start(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        deployment::observe(record, api, queue);
        replicaset::observe(record, api, queue);
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        match work {
            Work::Deployment(key) => deployment::sync(&key, ctx),
            Work::ReplicaSet(key) => self.replica_sets.sync(&key, ctx),
        }
    }
}
