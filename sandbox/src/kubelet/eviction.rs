//! Memory that runs short on a node: pods are evicted before, and killed by the kernel after it has. Models the eviction
//! manager (`eviction_manager.go`, `helpers.go`) with its documented default for memory, and the kernel's OOM killer with the
//! kubelet's `qos.GetContainerOOMScoreAdjust`.
//! Omits: soft thresholds, disk and process ids, the page cache, the delay of cAdvisor's figures.

use std::cmp::Reverse;

use ecow::EcoString;

use super::{
    Kubelets, Work,
    admission::CRITICAL,
    host::Kubelet,
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
    usage::{Line, Load, SYSTEM_MEMORY},
};

/// `--eviction-hard=memory.available<100Mi`.
const THRESHOLD: u64 = 100 << 20;
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
const PAGE: u64 = 4096;

/// What a node's eviction manager remembers.
#[derive(Clone, Debug, Default)]
pub struct Housekeeping {
    /// Its looks are whole periods from here.
    from: Time,
    /// When memory was last seen to be scarce.
    scarce_at: Option<Time>,
    /// The pod whose end it waits for, and until when.
    evicting: Option<(Key, Time)>,
}

impl Housekeeping {
    /// Of a kubelet that starts.
    pub fn new(booted: Time) -> Self {
        Self { from: booted.plus_ms(FIRST_MS), ..Self::default() }
    }

    /// The first look that is not before `time`.
    fn look_at(&self, time: Time) -> Time {
        let periods = (time.since_ms(self.from) + PERIOD_MS - 1).div_euclid(PERIOD_MS);
        self.from.plus_ms(periods.max(0) * PERIOD_MS)
    }

    /// Was memory scarce within the last transition period?
    fn pressed(&self, now: Time) -> bool {
        self.scarce_at.is_some_and(|at| now.since_ms(at) < TRANSITION_MS)
    }
}

impl Kubelet {
    /// What is used on it over time.
    fn used(&self) -> Line {
        self.burden + Line::flat(SYSTEM_MEMORY)
    }

    fn available(&self, now: Time) -> u64 {
        self.memory_bytes.saturating_sub(self.used().at(now)) / PAGE * PAGE
    }

    /// Looks again when its memory runs short, if it ever does.
    pub fn foresee(&self, name: &EcoString, queue: &mut Queue, now: Time) {
        if !self.up {
            return;
        }
        let used = self.used();
        let scarce = self.memory_bytes.saturating_sub(THRESHOLD);
        if let Some(at) = used.exceeds(scarce, now) {
            queue.at(self.housekeeping.look_at(at), Work::Housekeeping(name.clone()));
        }
        if let Some(at) = used.exceeds(self.memory_bytes, now) {
            queue.at(at, Work::OutOfMemory(name.clone()));
        }
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
        let (line, node) = (run.memory(), run.node.clone());
        let before = std::mem::replace(&mut run.burden, line);
        let Some(host) = self.hosts.get_mut(&node).filter(|_| before != line) else { return };
        host.burden = host.burden - before + line;
        host.foresee(&node, ctx.queue, ctx.api.now());
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
        let available = host.available(now);
        let scarce = available < THRESHOLD;
        if scarce {
            host.housekeeping.scarce_at = Some(now);
        }
        let pressed = host.housekeeping.pressed(now);
        if std::mem::replace(&mut host.pressed, pressed) != pressed {
            ctx.queue.at(host.next_status(now), Work::NodeChange(name.clone()));
        }
        let ends_at = host.housekeeping.scarce_at.filter(|_| pressed).map(|at| at.plus_ms(TRANSITION_MS));
        if let Some(at) = ends_at {
            ctx.queue.at(host.housekeeping.look_at(at), Work::Housekeeping(name.clone()));
        }
        if !scarce {
            return host.foresee(name, ctx.queue, now);
        }
        let again_ms = if self.evict_one(name, available, ctx) { CLEANUP_MS } else { PERIOD_MS };
        ctx.queue.after_ms(again_ms, Work::Housekeeping(name.clone()));
    }

    /// Evicts the pod that goes first; false if there is none.
    fn evict_one(&mut self, name: &EcoString, available: u64, ctx: &mut Ctx<'_>) -> bool {
        ctx.acting(origin::kubelet(name));
        let now = ctx.now();
        let online = self.hosts.get(name).is_some_and(|h| h.connected);
        if online {
            warn_of_node(name, "EvictionThresholdMet", "Attempting to reclaim memory", ctx);
        }
        let here = self.pods.iter().filter(|(_, run)| run.node == *name && run.doom.is_none());
        let active = here.filter(|(_, run)| !run.finished() && run.spec.priority < CRITICAL);
        let rank =
            |run: &PodRun| rank(run.memory().at(now), resize::requests(&run.spec)[1], run.spec.priority);
        let Some((key, run)) = active.min_by_key(|(_, run)| rank(run)) else { return false };
        let (key, message) = (key.clone(), message(run, available, now));
        let pod = ctx.api.find(resources::POD, &key).filter(|p| online && p.uid() == &run.uid).cloned();
        let Some(run) = self.pods.get_mut(&key) else { return false };
        let doom = Doom { reason: "Evicted", message: message.clone().into(), disrupted: Some(now) };
        let mut notes = vec![Note::warning("Evicted", message)];
        notes.extend(run.fail(doom, GRACE_MS, now));
        if let Some(pod) = pod {
            super::sync::record(&pod, &notes, name, ctx);
        }
        if let Some(host) = self.hosts.get_mut(name) {
            host.housekeeping.evicting = Some((key.clone(), now.plus_ms(CLEANUP_MS_MAX)));
        }
        ctx.queue.after_ms(0, Work::Pod(key));
        true
    }

    /// No memory is left: the kernel kills a process.
    pub(super) fn out_of_memory(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(host) = self.hosts.get(name).filter(|h| h.up) else { return };
        if host.used().at(now) <= host.memory_bytes {
            return host.foresee(name, ctx.queue, now);
        }
        let (memory_bytes, online) = (host.memory_bytes, host.connected);
        let here = self.pods.iter().filter(|(_, run)| run.node == *name);
        let processes = here.flat_map(|(key, run)| {
            let pod = ctx.api.find(resources::POD, key);
            let class = pod.map_or("", |p| p["status"]["qosClass"].text());
            let all = run.spec.containers.iter().zip(&run.containers).enumerate();
            all.filter_map(move |(i, (spec, c))| {
                let r = c.running()?;
                let (used, request) = (r.memory().at(now), spec.memory_request());
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

/// In which order pods are evicted: those over their requests, those of low priority, those most over their requests. Models
/// `rankMemoryPressure`.
fn rank(used: u64, request: i64, priority: i64) -> (bool, i64, Reverse<i64>) {
    let over = i64::try_from(used).unwrap_or(i64::MAX).saturating_sub(request);
    (over <= 0, priority, Reverse(over))
}

/// Models `evictionMessage`.
fn message(run: &PodRun, available: u64, now: Time) -> String {
    let bytes = |n: u64| quantity::format_bytes(i64::try_from(n).unwrap_or(i64::MAX));
    let mut text = format!(
        "The node was low on resource: memory. Threshold quantity: {}, available: {}. ",
        bytes(THRESHOLD),
        bytes(available)
    );
    for (spec, c) in run.spec.containers.iter().zip(&run.containers) {
        let Some(r) = c.running().filter(|_| !spec.ephemeral) else { continue };
        let used = r.memory().at(now).div_ceil(PAGE) * PAGE;
        if used > spec.memory_request() {
            let request = cells::plain(&spec.resources["requests"]["memory"]);
            let request = cells::or(&request, "0");
            text += &format!(
                "Container {} was using {}, request is {request}, has larger consumption of memory. ",
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
