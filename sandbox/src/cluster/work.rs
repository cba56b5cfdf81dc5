//! The closed set of work, and what a part gets to do it with.

use ecow::EcoString;

use super::Queue;
use crate::{
    api::Api,
    clock::Time,
    origin::Origin,
    {compose, controllers, kubelet, machines, network, scheduler},
};

/// Something to do at a moment. Each room has its own closed set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// kube-controller-manager.
    Controllers(controllers::Work),
    /// kube-scheduler.
    Scheduler(scheduler::Work),
    /// The kubelets of all nodes.
    Kubelet(kubelet::Work),
    /// Proxies and traffic.
    Network(network::Work),
    /// The hardware.
    Machines(machines::Work),
    /// Engines of containers without a cluster.
    Compose(compose::Work),
}

impl Work {
    /// Does it come again and again by itself, whatever happens?
    pub fn is_periodic(&self) -> bool {
        match self {
            Work::Controllers(work) => work.is_periodic(),
            Work::Kubelet(work) => work.is_periodic(),
            Work::Network(work) => work.is_periodic(),
            Work::Scheduler(_) | Work::Machines(_) | Work::Compose(_) => false,
        }
    }
}

macro_rules! into_work {
    ($($room:ident => $variant:ident),*) => {
        $(impl From<$room::Work> for Work { fn from(work: $room::Work) -> Self { Work::$variant(work) } })*
    };
}
into_work!(controllers => Controllers, scheduler => Scheduler, kubelet => Kubelet, network => Network, machines => Machines,
    compose => Compose);

/// What a part works with: the API (its only way to objects) and the queue (its only way to later).
pub struct Ctx<'a> {
    /// The API; writes carry the origin set by [`Ctx::acting`].
    pub api: &'a mut Api,
    /// The queue.
    pub queue: &'a mut Queue,
    because: Option<u64>,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(api: &'a mut Api, queue: &'a mut Queue, because: Option<u64>) -> Self {
        queue.running(api.now(), because);
        Self { api, queue, because }
    }

    /// Virtual now.
    pub fn now(&self) -> Time {
        self.api.now()
    }

    /// The revision that led to this work, if one did.
    pub fn because(&self) -> Option<u64> {
        self.because
    }

    /// From here on, writes are made by `user` because of what led to this work.
    pub fn acting(&mut self, user: impl Into<EcoString>) {
        self.api.origin = Origin::part(user, self.because);
    }

    /// Names a better cause than the work's own, for writes and for work put from here on.
    pub fn caused_by(&mut self, revision: Option<u64>) {
        self.because = revision;
        self.api.origin.because = revision;
        self.queue.running(self.api.now(), revision);
    }
}
