//! Memory and disks that run short on a node: pods are evicted before there is none, and killed by the kernel where there is no
//! memory. Models the eviction manager (`eviction_manager.go`, `helpers.go`), and the kernel's OOM killer with the kubelet's
//! `qos.GetContainerOOMScoreAdjust`.
//! Omits: soft thresholds, process ids, the page cache, the delay of cAdvisor's figures.

use std::cmp::Reverse;

use ecow::EcoString;

use super::{
    Kubelets, Work,
    admission::CRITICAL,
    host::Kubelet,
    pressure::Signal,
    resize,
    run::{Doom, Note, PodRun},
    spec::ContainerSpec,
};
use crate::{
    api::{EventType, Source},
    clock::Time,
    cluster::{Ctx, Queue},
    object::Key,
    origin,
    resources::{self, cells, quantity},
    rng::fnv64,
    usage::{Line, Load, SYSTEM_DISK, SYSTEM_MEMORY},
};

/// How often the eviction manager looks.
const PERIOD_MS: i64 = 10_000;
/// From the kubelet's start to its first look: the runtime has to be there.
const FIRST_MS: i64 = 2_000;
/// `--eviction-pressure-transition-period`.
const TRANSITION_MS: i64 = 300_000;
/// `immediateEvictionGracePeriodSeconds`.
const GRACE_MS: i64 = 1_000;
/// How often it is looked whether an evicted pod is gone, and for how long.
const CLEANUP_MS: i64 = 1_000;
const CLEANUP_MS_MAX: i64 = 30_000;
/// What memory and disks are counted in.
const PAGE: u64 = 4096;

/// What a node's eviction manager remembers.
#[derive(Clone, Debug, Default)]
pub struct Housekeeping {
    /// Its looks are whole periods from here.
    from: Time,
    /// When each was last seen to be scarce.
    scarce_at: [Option<Time>; 2],
    /// The pod whose end it waits for, and until when.
    evicting: Option<(Key, Time)>,
}

impl Housekeeping {
    /// Of a kubelet that starts.
    pub fn new(booted: Time) -> Self {
        Self { from: booted.plus_ms(FIRST_MS), ..Self::default() }
    }

    /// The first look that is not before `time`.
    pub fn look_at(&self, time: Time) -> Time {
        let periods = (time.since_ms(self.from) + PERIOD_MS - 1).div_euclid(PERIOD_MS);
        self.from.plus_ms(periods.max(0) * PERIOD_MS)
    }

    /// Until when what was scarce within the last transition period counts as scarce.
    fn pressed_until(&self, now: Time) -> [Option<Time>; 2] {
        let until = |at: Time| at.plus_ms(TRANSITION_MS);
        self.scarce_at.map(|at| at.map(until).filter(|until| *until > now))
    }
}

impl Kubelet {
    /// What is used on it over time.
    fn used(&self, signal: Signal) -> Line {
        let images: i64 = self.images.values().sum();
        let own = match signal {
            Signal::Memory => SYSTEM_MEMORY,
            Signal::Disk => SYSTEM_DISK.saturating_add(u64::try_from(images).unwrap_or(0)),
        };
        self.burden.of(signal) + Line::flat(own)
    }

    fn capacity(&self, signal: Signal) -> u64 {
        self.bytes[signal as usize]
    }

    fn available(&self, signal: Signal, now: Time) -> u64 {
        self.capacity(signal).saturating_sub(self.used(signal).at(now)) / PAGE * PAGE
    }

    fn threshold(&self, signal: Signal) -> u64 {
        signal.threshold(self.capacity(signal))
    }

    /// The first of what is scarce.
    fn scarce(&self, now: Time) -> Option<Signal> {
        Signal::ALL.into_iter().find(|signal| self.available(*signal, now) < self.threshold(*signal))
    }

    /// Looks again when its memory or its disk runs short, if that ever comes.
    pub fn foresee(&self, name: &EcoString, queue: &mut Queue, now: Time) {
        if !self.up {
            return;
        }
        for signal in Signal::ALL {
            let enough = self.capacity(signal).saturating_sub(self.threshold(signal));
            if let Some(at) = self.used(signal).exceeds(enough, now) {
                queue.at(self.housekeeping.look_at(at), Work::Housekeeping(name.clone()));
            }
        }
        if let Some(at) = self.used(Signal::Memory).exceeds(self.capacity(Signal::Memory), now) {
            queue.at(at, Work::OutOfMemory(name.clone()));
        }
    }

    /// Notes what is scarce; until when each counts as that.
    fn note_pressure(&mut self, now: Time) -> [Option<Time>; 2] {
        for signal in Signal::ALL {
            if self.available(signal, now) < self.threshold(signal) {
                self.housekeeping.scarce_at[signal as usize] = Some(now);
            }
        }
        self.housekeeping.pressed_until(now)
    }
}

impl Kubelets {
    /// The requests that containers answer have changed.
    pub fn bear(&mut self, loads: Vec<(Key, EcoString, Load)>, ctx: &mut Ctx<'_>) {
        for (key, container, load) in loads {
            let Some(run) = self.pods.get_mut(&key) else { continue };
            let mut all = run.spec.containers.iter().zip(&mut run.containers);
            let Some((spec, c)) = all.find(|(spec, _)| spec.name == container) else { continue };
            c.bear(load, ctx.now());
            if let Some(at) = c.running().and_then(|r| r.next(spec)) {
                ctx.queue.at(at, Work::Pod(key.clone()));
            }
            self.weigh(&key, ctx);
        }
    }

    /// A pod's containers may use something else.
    pub(super) fn weigh(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(run) = self.pods.get_mut(key) else { return };
        let (now_has, node) = (run.weight(), run.node.clone());
        let before = std::mem::replace(&mut run.burden, now_has);
        let Some(host) = self.hosts.get_mut(&node).filter(|_| before != now_has) else { return };
        host.burden = host.burden - before + now_has;
        host.foresee(&node, ctx.queue, ctx.api.now());
        self.foresee_excess(key, ctx.queue, ctx.api.now());
    }

    /// Nothing of a pod is left on its node.
    pub(super) fn forget(&mut self, key: &Key) {
        let Some(run) = self.pods.remove(key) else { return };
        if let Some(host) = self.hosts.get_mut(&run.node) {
            host.burden = host.burden - run.burden;
        }
    }

    /// The eviction manager looks. Models `synchronize`.
    pub(super) fn keep_house(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(host) = self.hosts.get_mut(name).filter(|h| h.up) else { return };
        if let Some((key, until)) = &host.housekeeping.evicting {
            if *until > now && self.pods.get(key).is_some_and(PodRun::alive) {
                return ctx.queue.after_ms(CLEANUP_MS, Work::Housekeeping(name.clone()));
            }
            (host.housekeeping.evicting, host.housekeeping.from) = (None, now);
        }
        let until = host.note_pressure(now);
        let pressed = until.map(|until| until.is_some());
        if std::mem::replace(&mut host.pressed, pressed) != pressed {
            ctx.queue.at(host.next_status(now), Work::NodeChange(name.clone()));
        }
        for at in until.into_iter().flatten() {
            ctx.queue.at(host.housekeeping.look_at(at), Work::Housekeeping(name.clone()));
        }
        ctx.acting(origin::kubelet(name));
        let evicts = match self.over_its_limit(name, now) {
            Some((key, message)) => {
                self.evict(name, &key, message, None, ctx);
                true
            }
            None => match self.hosts.get(name).and_then(|host| host.scarce(now)) {
                Some(signal) => self.reclaim(name, signal, ctx),
                None => return self.foresee_all(name, ctx),
            },
        };
        let again_ms = if evicts { CLEANUP_MS } else { PERIOD_MS };
        ctx.queue.after_ms(again_ms, Work::Housekeeping(name.clone()));
    }

    /// Looks again when something on a node runs short.
    fn foresee_all(&self, name: &EcoString, ctx: &mut Ctx<'_>) {
        if let Some(host) = self.hosts.get(name) {
            host.foresee(name, ctx.queue, ctx.api.now());
        }
        for (key, _) in self.evictable(name) {
            self.foresee_excess(key, ctx.queue, ctx.api.now());
        }
    }

    /// The pods on a node that its eviction manager may send away.
    pub(super) fn evictable(&self, name: &EcoString) -> impl Iterator<Item = (&Key, &PodRun)> {
        let here = self.pods.iter().filter(move |(_, run)| run.node == *name && run.doom.is_none());
        here.filter(|(_, run)| !run.finished() && run.spec.priority < CRITICAL)
    }

    /// Makes room, of a disk first without pods; true if one goes.
    fn reclaim(&mut self, name: &EcoString, signal: Signal, ctx: &mut Ctx<'_>) -> bool {
        let now = ctx.now();
        if self.hosts.get(name).is_some_and(|h| h.connected) {
            let text = format!("Attempting to reclaim {}", signal.resource());
            warn_of_node(name, "EvictionThresholdMet", &text, ctx);
        }
        let Some(host) = self.hosts.get(name) else { return false };
        let (available, threshold) = (host.available(signal, now), host.threshold(signal));
        if signal == Signal::Disk {
            self.delete_unused_images(name, ctx);
            if self.hosts.get(name).is_some_and(|host| host.scarce(now).is_none()) {
                return false;
            }
        }
        let first = self.evictable(name).min_by_key(|(_, run)| {
            let used = run.burden.of(signal).at(now);
            rank(used, request(run, signal), run.spec.priority)
        });
        let Some((key, run)) = first else { return false };
        let (key, message) = (key.clone(), message(run, signal, [threshold, available], now));
        self.evict(name, &key, message, Some(now), ctx);
        true
    }

    /// Ends a pod for good.
    fn evict(
        &mut self,
        name: &EcoString,
        key: &Key,
        message: String,
        disrupted: Option<Time>,
        ctx: &mut Ctx<'_>,
    ) {
        let now = ctx.now();
        let Some(run) = self.pods.get_mut(key) else { return };
        let online = self.hosts.get(name).is_some_and(|h| h.connected);
        let pod = ctx.api.find(resources::POD, key).filter(|p| online && p.uid() == &run.uid).cloned();
        let doom = Doom { reason: "Evicted", message: message.clone().into(), disrupted };
        let mut notes = vec![Note::warning("Evicted", message)];
        notes.extend(run.fail(doom, GRACE_MS, now));
        if let Some(pod) = pod {
            super::sync::record(&pod, &notes, name, ctx);
        }
        if let Some(host) = self.hosts.get_mut(name) {
            host.housekeeping.evicting = Some((key.clone(), now.plus_ms(CLEANUP_MS_MAX)));
        }
        ctx.queue.after_ms(0, Work::Pod(key.clone()));
    }

    /// No memory is left: the kernel kills a process.
    pub(super) fn out_of_memory(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(host) = self.hosts.get(name).filter(|h| h.up) else { return };
        let memory_bytes = host.capacity(Signal::Memory);
        if host.used(Signal::Memory).at(now) <= memory_bytes {
            return host.foresee(name, ctx.queue, now);
        }
        let online = host.connected;
        let here = self.pods.iter().filter(|(_, run)| run.node == *name);
        let processes = here.flat_map(|(key, run)| {
            let pod = ctx.api.find(resources::POD, key);
            let class = pod.map_or("", |p| p["status"]["qosClass"].text());
            let all = run.spec.containers.iter().zip(&run.containers).enumerate();
            all.filter_map(move |(i, (spec, c))| {
                let r = c.running()?;
                let (used, request) = (r.memory().at(now), spec.request("memory"));
                let score = badness(used, request, class, run.spec.priority, memory_bytes);
                Some((Reverse(score), key, i, process(spec), pid(&r.id)))
            })
        });
        let Some((_, key, i, process, pid)) = processes.min() else { return };
        let (key, text) =
            (key.clone(), format!("System OOM encountered, victim process: {process}, pid: {pid}"));
        if let Some(run) = self.pods.get_mut(&key) {
            run.containers[i].sacrifice(now);
        }
        ctx.queue.after_ms(0, Work::Pod(key));
        ctx.acting(origin::kubelet(name));
        if online {
            warn_of_node(name, "SystemOOM", &text, ctx);
        }
    }
}

fn warn_of_node(name: &EcoString, reason: &str, text: &str, ctx: &mut Ctx<'_>) {
    let Some(node) = ctx.api.find(resources::NODE, &Key::cluster(name.clone())).cloned() else { return };
    let source = Source { component: "kubelet", host: name };
    ctx.api.record(&node, "", EventType::Warning, reason, text, source);
}

/// What a pod asks for.
fn request(run: &PodRun, signal: Signal) -> i64 {
    match signal {
        Signal::Memory => resize::requests(&run.spec)[1],
        Signal::Disk => {
            let asked: u64 = run.main().map(|(spec, _)| spec.request(signal.resource())).sum();
            i64::try_from(asked).unwrap_or(i64::MAX)
        }
    }
}

/// In which order pods are evicted: those over their requests, those of low priority, those most over their requests. Models
/// `rankMemoryPressure` and `rankDiskPressureFunc`.
fn rank(used: u64, request: i64, priority: i64) -> (bool, i64, Reverse<i64>) {
    let over = i64::try_from(used).unwrap_or(i64::MAX).saturating_sub(request);
    (over <= 0, priority, Reverse(over))
}

/// Models `evictionMessage`.
fn message(run: &PodRun, signal: Signal, [threshold, available]: [u64; 2], now: Time) -> String {
    let bytes = |n: u64| quantity::format_bytes(i64::try_from(n).unwrap_or(i64::MAX));
    let resource = signal.resource();
    let mut text = format!(
        "The node was low on resource: {resource}. Threshold quantity: {}, available: {}. ",
        bytes(threshold),
        bytes(available)
    );
    for (spec, c) in run.main() {
        let Some(r) = c.running() else { continue };
        let used = r.burden().of(signal).at(now).div_ceil(PAGE) * PAGE;
        if used > spec.request(resource) {
            let request = cells::plain(&spec.resources["requests"][resource]);
            let request = cells::or(&request, "0");
            text += &format!(
                "Container {} was using {}, request is {request}, has larger consumption of {resource}. ",
                spec.name,
                bytes(used)
            );
        }
    }
    text
}

/// How gladly the kernel kills a process: its share of the memory in thousandths, and what the kubelet adds for its class.
fn badness(used: u64, request: u64, class: &str, priority: i64, memory_bytes: u64) -> i64 {
    let share = |bytes: u64| {
        i64::try_from(u128::from(bytes) * 1000 / u128::from(memory_bytes.max(1))).unwrap_or(i64::MAX)
    };
    let adjusted = match class {
        _ if priority > CRITICAL => -997,
        "Guaranteed" => -997,
        "BestEffort" => 1000,
        _ => (1000 - share(request)).clamp(3, 999),
    };
    share(used) + adjusted
}

/// What a process is called, as the kernel tells it.
fn process(spec: &ContainerSpec) -> String {
    let image = spec.image.split([':', '@']).next().unwrap_or("");
    let program = spec.command.first().map_or(image, |c| c.as_str());
    program.rsplit('/').next().unwrap_or(program).chars().take(15).collect()
}

fn pid(container_id: &str) -> u64 {
    1000 + fnv64(container_id.as_bytes()) % 31_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const MI: i64 = 1 << 20;

    /// Models `rankMemoryPressure` (pkg/kubelet/eviction/helpers.go): usage over request, then priority, then how much over.
    #[test]
    fn pods_are_evicted_in_the_kubelets_order() {
        // Name, MiB used, MiB asked for, priority.
        for (mut pods, order) in [
            (vec![("modest", 90, 100, 0), ("over", 110, 100, 0)], "over modest"),
            (vec![("large", 900, 1000, 0), ("small", 1, 0, 0)], "small large"),
            (vec![("vital", 900, 0, 1000), ("cheap", 10, 0, 0)], "cheap vital"),
            (vec![("by-10", 110, 100, 0), ("by-50", 60, 10, 0)], "by-50 by-10"),
            (vec![("spare-5", 95, 100, 0), ("spare-50", 50, 100, 0)], "spare-5 spare-50"),
        ] {
            pods.sort_by_key(|(_, used, asked, priority)| {
                rank(u64::try_from(used * MI).unwrap(), asked * MI, *priority)
            });
            let names: Vec<_> = pods.iter().map(|p| p.0).collect();
            assert_eq!(names.join(" "), order);
        }
    }

    /// Models `GetContainerOOMScoreAdjust` (pkg/kubelet/qos/policy.go) over the kernel's `oom_badness`.
    #[test]
    fn the_kernel_kills_by_class_and_share() {
        const GI: u64 = 1 << 30;
        for (used, request, class, priority, expect) in [
            (GI, 0, "BestEffort", 0, 1250),
            (GI, GI, "Burstable", 0, 1000),
            (GI, 4 * GI, "Burstable", 0, 253),
            (GI, 0, "Burstable", 0, 1249),
            (GI, GI, "Guaranteed", 0, -747),
            (GI, 0, "BestEffort", 2_000_001_000, -747),
        ] {
            assert_eq!(
                badness(used, request, class, priority, 4 * GI),
                expect,
                "{class} {request} {priority}"
            );
        }
    }

    #[test]
    fn the_manager_looks_every_ten_seconds() {
        let keeping = Housekeeping::new(Time(1000));
        for (time, look) in [(0, 3000), (3000, 3000), (3001, 13_000), (23_000, 23_000)] {
            assert_eq!(keeping.look_at(Time(time)), Time(look));
        }
    }
}
