//! A kubelet as a process on a machine: it boots, registers its node, keeps lease and status, and falls silent. Models
//! `registerWithAPIServer`, `updateNodeStatus` and the node lease controller.
//! Omits: graceful node shutdown (power goes at once), jitter.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::{
    Kubelets, REACT_MS, Work,
    eviction::Housekeeping,
    node,
    pressure::{Burden, Pressed, Signal},
    run::Note,
};
use crate::{
    api::{EventType, Source, Subresource},
    clock::Time,
    cluster::Ctx,
    json::Json,
    object::{Key, Object},
    origin::{self, Timer},
    resources,
};

/// From a new Machine (it runs already) to its kubelet's first word.
const START_MS: i64 = 1000;
/// From power to the kubelet's first word: firmware, kernel, containerd, kubelet. A quick virtual machine.
pub(super) const BOOT_MS: i64 = 5000;
/// A quarter of the lease's 40 s.
const LEASE_PERIOD_MS: i64 = 10_000;
/// `nodeStatusUpdateFrequency`: how often it is looked whether there is news of the node.
const LOOK_PERIOD_MS: i64 = 10_000;
/// How many times as long a slow disk takes.
const SLOWNESS: i64 = 10;
/// `nodeStatusReportFrequency`.
const STATUS_PERIOD_MS: i64 = 300_000;

/// The kubelet of a machine, and what the machine keeps for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Kubelet {
    /// The machine's place in the address range.
    pub index: u32,
    /// Is the kubelet running?
    pub up: bool,
    /// Is the machine's cable in?
    pub connected: bool,
    /// Has it read its pods from the API since it booted?
    pub synced: bool,
    /// Has it told of its start?
    announced: bool,
    boot_id: EcoString,
    /// Since when the kubelet runs.
    booted: Time,
    /// The spec of its machine.
    machine: Json,
    /// Images on its disk, with their bytes.
    pub images: BTreeMap<EcoString, i64>,
    /// Its memory and its disk in bytes, as the kubelet knows them.
    pub bytes: [u64; 2],
    /// What its pods have of them over time.
    pub burden: Burden,
    /// What is scarce, or was a short time ago.
    pub pressed: Pressed,
    /// What its eviction manager remembers.
    pub housekeeping: Housekeeping,
    /// Pod addresses given so far.
    pub addresses: u32,
}

impl Kubelet {
    /// Can it write to the API?
    pub fn reaches_api(&self) -> bool {
        self.up && self.connected
    }

    /// How many times as long its disk takes.
    pub fn slowness(&self) -> i64 {
        if self.machine["disk"] == "Slow" { SLOWNESS } else { 1 }
    }

    /// The next time at which the kubelet looks whether there is news of its node.
    pub fn next_status(&self, now: Time) -> Time {
        let periods = now.since_ms(self.booted).div_euclid(LOOK_PERIOD_MS) + 1;
        self.booted.plus_ms(periods * LOOK_PERIOD_MS)
    }

    /// The machine's address.
    pub fn ip(&self) -> EcoString {
        node::host_ip(self.index)
    }
}

impl Kubelets {
    pub(super) fn see_machine(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let Some(machine) = ctx.api.find(resources::MACHINE, &Key::cluster(name.clone())) else {
            self.hosts.remove(name);
            self.pods.retain(|_, run| run.node != *name);
            self.strays.retain(|(_, run)| run.node != *name);
            return;
        };
        if machine["status"].is_null() || machine["spec"]["kubelet"].bool() == Some(false) {
            return;
        }
        let (on, connected) =
            (machine["status"]["power"] == "On", machine["status"]["network"] == "Connected");
        let mut first = false;
        let host = self.hosts.entry(name.clone()).or_insert_with(|| {
            first = true;
            self.seen += 1;
            Kubelet { index: self.seen - 1, ..Kubelet::default() }
        });
        let back = connected && !host.connected;
        host.connected = connected;
        let before = std::mem::replace(&mut host.machine, machine["spec"].clone());
        if host.up && node::capacity(&before) != node::capacity(&host.machine) {
            ctx.queue.at(host.next_status(ctx.now()), Work::NodeChange(name.clone()));
        }
        if !on {
            host.up = false;
            ctx.queue.cancel(Work::Boot(name.clone()));
        } else if !host.up && ctx.queue.waits_until(Work::Boot(name.clone())).is_none() {
            ctx.queue.after_ms(if first { START_MS } else { BOOT_MS }, Work::Boot(name.clone()));
        } else if host.up && back {
            self.report(name, ctx);
        }
    }

    pub(super) fn boot(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let boot_id = ctx.api.rng.stream("machines").uid();
        let Some(host) = self.hosts.get_mut(name) else { return };
        let (connected, now) = (host.connected, ctx.now());
        (host.up, host.synced, host.announced, host.boot_id) = (true, false, false, boot_id);
        (host.booted, host.bytes) = (now, Signal::ALL.map(|signal| node::bytes(&host.machine, signal)));
        (host.pressed, host.housekeeping) = (Pressed::default(), Housekeeping::new(now));
        ctx.acting(origin::kubelet(name));
        for (_, run) in self.strays.iter_mut().filter(|(_, run)| run.node == *name) {
            run.lost(now);
        }
        for (key, run) in self.pods.iter_mut().filter(|(_, run)| run.node == *name) {
            let pod = ctx
                .api
                .find(resources::POD, key)
                .filter(|p| p.uid() == &run.uid && !p.is_terminating())
                .cloned();
            if let (true, true, Some(pod)) = (run.lost(now), connected, pod) {
                let text = "Pod sandbox changed, it will be killed and re-created.";
                super::sync::record(&pod, &[Note::normal("SandboxChanged", text.into())], name, ctx);
            }
        }
        let here = self.pods.iter().filter(|(_, run)| run.node == *name);
        for key in here.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            self.weigh(&key, ctx);
        }
        if connected {
            self.report(name, ctx);
        }
    }

    /// Tells the API all it should know of a node that can reach it (again), and reads what it missed.
    fn report(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        self.post_node(name, ctx);
        self.renew_lease(name, ctx);
        self.stop_strays(name, ctx);
        if let Some(host) = self.hosts.get_mut(name) {
            host.synced = true;
        }
        let known = self.pods.iter().filter(|(_, run)| run.node == *name).map(|(key, _)| key.clone());
        let bound = ctx.api.pods_on(name).map(Object::key);
        let keys: BTreeSet<Key> = known.chain(bound).collect();
        for key in keys {
            ctx.queue.after_ms(REACT_MS, Work::Pod(key));
        }
    }

    /// Posts the status, registering the node if this kubelet has not yet: one that was deleted later stays away until a boot.
    pub(super) fn post_node(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let Some(host) = self.hosts.get_mut(name).filter(|h| h.reaches_api()) else { return };
        ctx.acting(origin::kubelet(name));
        let key = Key::cluster(name.clone());
        let now = ctx.now();
        host.bytes = Signal::ALL.map(|signal| node::bytes(&host.machine, signal));
        let facts = node::Facts {
            name,
            ip: &host.ip(),
            boot_id: &host.boot_id,
            machine: &host.machine,
            pressed: host.pressed,
            images: &host.images,
        };
        let status = |old: &Json| node::node_status(facts, old, now);
        let old = match ctx.api.find(resources::NODE, &key) {
            Some(node) => {
                let node = node.clone();
                let status = status(&node["status"]);
                ctx.api.update_status(resources::NODE, &key, |node| node.set("status", status));
                node
            }
            None if host.announced => return,
            None => {
                let mut node = node::new_node(name);
                node.set("status", status(&Json::Null));
                let Ok(mut node) = ctx.api.create(resources::NODE, node) else { return };
                node.remove("status");
                node
            }
        };
        for note in news(&old, host) {
            record(&old, &note, name, ctx);
        }
        host.announced = true;
        host.foresee(name, ctx.queue, now);
        ctx.queue.by_itself(Timer::NodeStatus, STATUS_PERIOD_MS, Work::NodeStatus(name.clone()));
    }

    pub(super) fn renew_lease(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        if !self.hosts.get(name).is_some_and(Kubelet::reaches_api) {
            return;
        }
        let Some(node) = ctx.api.find(resources::NODE, &Key::cluster(name.clone())) else { return };
        let lease = node::lease(node, ctx.now());
        ctx.acting(origin::kubelet(name));
        let renewed = ctx.api.modify(resources::LEASE, &node::lease_key(name), Subresource::Main, |old| {
            old["spec"].set("renewTime", lease["spec"]["renewTime"].clone());
        });
        if renewed.is_none() {
            let made = ctx.api.create(resources::LEASE, lease);
            debug_assert!(made.is_ok(), "{made:?}");
        }
        ctx.queue.by_itself(Timer::Lease, LEASE_PERIOD_MS, Work::Lease(name.clone()));
    }
}

/// What a post of the node's status is worth telling, given the node before it.
fn news(old: &Object, host: &Kubelet) -> Vec<Note> {
    let name = old.name();
    let is_now = |state: &'static str| Note::normal(state, format!("Node {name} status is now: {state}"));
    let mut notes = Vec::new();
    if !host.announced {
        notes.push(Note::normal("Starting", "Starting kubelet.".into()));
        let text = "Updated Node Allocatable limit across pods";
        notes.push(Note::normal("NodeAllocatableEnforced", text.into()));
        notes
            .extend(["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"].map(is_now));
        let booted_before = old["status"]["nodeInfo"]["bootID"].text();
        if !booted_before.is_empty() && booted_before != host.boot_id {
            let text = format!("Node {name} has been rebooted, boot id: {}", host.boot_id);
            notes.push(Note::warning("Rebooted", text));
        }
    }
    for (signal, pressed) in Signal::ALL.into_iter().zip(host.pressed) {
        if host.announced && node::is_pressed(old, signal) != pressed {
            notes.push(is_now(signal.event(pressed)));
        }
    }
    if !node::is_ready(old) {
        notes.push(is_now("NodeReady"));
    }
    notes
}

fn record(node: &Object, note: &Note, host: &str, ctx: &mut Ctx<'_>) {
    let type_ = if note.warning { EventType::Warning } else { EventType::Normal };
    ctx.api.record(node, "", type_, note.reason, &note.text, Source { component: "kubelet", host });
}
