//! The closed set of work, and what a part gets to do it with.

use ecow::EcoString;

use super::Queue;
use crate::{
    api::Api,
    clock::Time,
    origin::{Cause, Origin},
    {compose, controllers, kubelet, machines, network, programs, scheduler},
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
    /// Programs in containers that are clients of their cluster.
    Programs(programs::Work),
    /// The turn of whoever is first in a client's line.
    Turn(&'static str),
}

impl Work {
    /// Does it come again and again by itself, whatever happens?
    pub fn is_periodic(&self) -> bool {
        match self {
            Work::Controllers(work) => work.is_periodic(),
            Work::Kubelet(work) => work.is_periodic(),
            Work::Network(work) => work.is_periodic(),
            Work::Programs(work) => work.is_periodic(),
            Work::Scheduler(_) | Work::Machines(_) | Work::Compose(_) | Work::Turn(_) => false,
        }
    }

    /// The user of the client whose write limit it is under, if it is under one.
    pub(super) fn client(&self) -> Option<&'static str> {
        match self {
            Work::Controllers(work) => work.client(),
            Work::Scheduler(work) => work.client(),
            Work::Kubelet(_)
            | Work::Network(_)
            | Work::Machines(_)
            | Work::Compose(_)
            | Work::Programs(_)
            | Work::Turn(_) => None,
        }
    }
}

macro_rules! into_work {
    ($($room:ident => $variant:ident),*) => {
        $(impl From<$room::Work> for Work { fn from(work: $room::Work) -> Self { Work::$variant(work) } })*
    };
}
into_work!(controllers => Controllers, scheduler => Scheduler, kubelet => Kubelet, network => Network, machines => Machines,
    compose => Compose, programs => Programs);

/// What a part works with: the API (its only way to objects) and the queue (its only way to later).
pub struct Ctx<'a> {
    /// The API; writes carry the origin set by [`Ctx::acting`].
    pub api: &'a mut Api,
    /// The queue.
    pub queue: &'a mut Queue,
    because: Cause,
    room: Option<i64>,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(api: &'a mut Api, queue: &'a mut Queue, because: Cause, room: Option<i64>) -> Self {
        queue.running(api.now(), because);
        Self { api, queue, because, room }
    }

    /// Virtual now.
    pub fn now(&self) -> Time {
        self.api.now()
    }

    /// How many of `wanted` writes its client may make now; the others are for another look.
    pub fn room_for(&self, wanted: usize) -> usize {
        self.room.map_or(wanted, |room| wanted.min(usize::try_from(room).unwrap_or(0)))
    }

    /// What led to this work.
    pub fn because(&self) -> Cause {
        self.because
    }

    /// From here on, writes are made by `user` because of what led to this work.
    pub fn acting(&mut self, user: impl Into<EcoString>) {
        self.api.origin = Origin::part(user, self.because);
    }

    /// Names a better cause than the work's own, for writes and for work put from here on.
    pub fn caused_by(&mut self, because: Cause) {
        self.because = because;
        self.api.origin.because = because;
        self.queue.running(self.api.now(), because);
    }
}
