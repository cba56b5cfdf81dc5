//! Kubelets: container life, probes, restarts and back-off, image pulls, leases and node status.
//! Models kubelet 1.33 with containerd, one per Machine. Omits: volumes but for what they are filled from, pressure of process
//! ids, static pods, `postStart`, serial image pulls, the grid of the runtime's relist (a change is seen a second later).

mod admission;
mod backoff;
mod config;
mod container;
mod disk;
mod eviction;
mod host;
mod image;
mod node;
mod pressure;
mod probe;
mod resize;
mod run;
mod running;
mod signal;
mod spec;
mod status;
mod sync;

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    object::Key,
    resources,
};
use host::Kubelet;
pub(crate) use image::{Behaviour, behaviour, ends_of, hex64};
use run::PodRun;

/// From a change in the API to the kubelet having seen it.
const REACT_MS: i64 = 10;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A machine was made, plugged or unplugged, connected or cut off.
    Machine(EcoString),
    /// The kubelet of a node starts.
    Boot(EcoString),
    /// Renew the lease of a node.
    Lease(EcoString),
    /// Post the status of a node.
    NodeStatus(EcoString),
    /// The same, as something has changed.
    NodeChange(EcoString),
    /// The eviction manager of a node looks at its memory and its disk.
    Housekeeping(EcoString),
    /// No memory is left on a node.
    OutOfMemory(EcoString),
    /// Bring a pod forward.
    Pod(Key),
    /// Deliver a Signal.
    Signal(Key),
    /// Main processes of a pod make their next requests, in the network that the loop knows.
    Asks(Key),
    /// The same, of a pod that has made many and goes on so.
    AsksOn(Key),
}

impl Work {
    /// Comes again and again by itself.
    pub fn is_periodic(&self) -> bool {
        matches!(self, Work::Lease(_) | Work::NodeStatus(_) | Work::AsksOn(_))
    }
}

/// The kubelets of all nodes, and the pods on them.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {
    hosts: BTreeMap<EcoString, Kubelet>,
    pods: BTreeMap<Key, PodRun>,
    /// What still runs on nodes that are cut off, though its name was given to another pod. It stands still.
    strays: Vec<(Key, PodRun)>,
    /// Machines seen so far: the next one's place in the address range.
    seen: u32,
}

impl Kubelets {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, _api: &Api, queue: &mut Queue) {
        let (new, name) = (&record.object, record.object.name());
        let changed = |path: &str| record.before.as_ref().is_none_or(|b| b.at(path) != new.at(path));
        match record.resource {
            resources::MACHINE
                if record.change == Change::Deleted || changed("status") || changed("spec") =>
            {
                queue.after_ms(0, Work::Machine(name.clone()));
            }
            resources::NODE => self.observe_node(record, queue),
            resources::POD => {
                let wakes = record.change == Change::Deleted
                    || changed("spec")
                    || changed("metadata.deletionTimestamp")
                    || changed("metadata.deletionGracePeriodSeconds")
                    || !new["spec"]["readinessGates"].is_empty() && changed("status.conditions");
                let here = self.hosts.contains_key(new["spec"]["nodeName"].text());
                if wakes && here {
                    queue.after_ms(REACT_MS, Work::Pod(new.key()));
                }
            }
            resources::SERVICE if record.change == Change::Added => {
                let waits = |run: &PodRun| run.waits_for(&new.key());
                for (key, _) in self.pods.iter().filter(|(_, run)| waits(run)) {
                    queue.after_ms(REACT_MS, Work::Pod(key.clone()));
                }
            }
            resources::SIGNAL if record.change == Change::Added && !new["spec"]["pod"].is_empty() => {
                queue.after_ms(0, Work::Signal(new.key()));
            }
            _ => {}
        }
    }

    /// Its range of addresses has come, or somebody else says that it is not ready.
    fn observe_node(&mut self, record: &Record, queue: &mut Queue) {
        let Some(before) = &record.before else { return };
        let (new, name) = (&record.object, record.object.name());
        if before["spec"]["podCIDR"] != new["spec"]["podCIDR"] {
            let waits = |run: &PodRun| run.node == *name && run.ip.is_empty();
            for (key, _) in self.pods.iter().filter(|(_, run)| waits(run)) {
                queue.after_ms(REACT_MS, Work::Pod(key.clone()));
            }
        }
        let doubted = node::is_ready(before) && !node::is_ready(new);
        if doubted && self.hosts.get(name).is_some_and(Kubelet::reaches_api) {
            queue.after_ms(REACT_MS, Work::NodeStatus(name.clone()));
        }
    }

    /// Containers of a pod whose main process has come to a request by `now`, and since when each runs.
    pub fn asking(&self, pod: &Key, now: Time) -> Vec<(EcoString, Time)> {
        let run = self.pods.get(pod).filter(|run| self.hosts.get(&run.node).is_some_and(|host| host.up));
        run.map(|run| run.asking(now)).unwrap_or_default()
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        match work {
            Work::Machine(name) => self.see_machine(&name, ctx),
            Work::Boot(name) => self.boot(&name, ctx),
            Work::Lease(name) => self.renew_lease(&name, ctx),
            Work::NodeStatus(name) | Work::NodeChange(name) => self.post_node(&name, ctx),
            Work::Housekeeping(name) => self.keep_house(&name, ctx),
            Work::OutOfMemory(name) => self.out_of_memory(&name, ctx),
            Work::Pod(key) | Work::Asks(key) | Work::AsksOn(key) => self.sync_pod(&key, ctx),
            Work::Signal(key) => self.deliver(&key, ctx),
        }
    }
}

#[cfg(test)]
mod tests;
