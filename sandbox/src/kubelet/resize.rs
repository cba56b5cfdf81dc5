//! Resources that change while containers run: what is allocated, what is in force, and what has to wait. Models the kubelet's
//! `handlePodResourcesResize`, `canResizePod` and `doPodResizeAction` of 1.33.
//! Omits: static CPU and memory managers, swap, a runtime that fails.

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::{
    container::Container,
    run::{Note, PodRun, Scene},
    spec::{ContainerSpec, PodSpec, Restart},
};
use crate::{clock::Time, json, json::Json, object::Object, resources::quantity};

/// From the allocation to the moment at which the kubelet sees it in force: it looks at the runtime once a second.
const IN_FORCE_MS: i64 = 1000;
/// Until a resize that had to wait is tried again. Models `--sync-frequency`.
const RETRY_MS: i64 = 60_000;
/// Exit code of a process that SIGTERM ended.
const TERMINATED: i64 = 143;

/// The conditions that tell of a resize, as the kubelet orders them.
pub const CONDITIONS: [&str; 2] = ["PodResizePending", "PodResizeInProgress"];

/// Where a pod's resize stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resizing {
    waits: Option<Waiting>,
    goes: Option<Going>,
}

/// It cannot be allocated.
#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    refusal: Refusal,
    since: Time,
    retry_at: Time,
}

/// It is allocated and not in force yet.
#[derive(Clone, Debug, PartialEq)]
struct Going {
    since: Time,
    until: Time,
    /// What is in force, by container.
    before: BTreeMap<EcoString, Json>,
    /// Containers that have to be started again for it.
    restarts: Vec<EcoString>,
}

/// Why a node cannot give what is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    reason: &'static str,
    message: String,
}

/// CPU in thousandths, memory in bytes.
pub type Amounts = [i64; 2];

const NAMES: [&str; 2] = ["cpu", "memory"];

/// What a node has for pods.
pub fn allocatable(node: &Object) -> Amounts {
    amounts(&node["status"]["allocatable"])
}

/// What a pod asks for. Models `PodRequests`.
pub fn requests(spec: &PodSpec) -> Amounts {
    let of = |c: &ContainerSpec| amounts(&c.resources["requests"]);
    let (mut sum, mut most): (Amounts, Amounts) = ([0; 2], [0; 2]);
    for container in &spec.containers {
        let own = of(container);
        for i in 0..2 {
            if container.init && !container.sidecar() {
                most[i] = most[i].max(sum[i].saturating_add(own[i]));
            } else {
                sum[i] = sum[i].saturating_add(own[i]);
            }
        }
    }
    [sum[0].max(most[0]), sum[1].max(most[1])]
}

/// The CPU and the memory of a list of resources.
pub fn amounts(list: &Json) -> Amounts {
    let milli = |name: &str| {
        let value = &list[name];
        value
            .int()
            .map(|n| n.saturating_mul(1000))
            .or_else(|| quantity::parse_milli(value.text()))
            .unwrap_or(0)
    };
    [milli("cpu"), milli("memory") / 1000]
}

/// Can a node with this much, of which other pods have some, give a pod what it asks for?
pub fn refusal(asked: Amounts, others: Amounts, allocatable: Amounts) -> Option<Refusal> {
    // Kubernetes looks at memory first where nothing could ever help.
    if let Some(i) = [1, 0].into_iter().find(|i| asked[*i] > allocatable[*i]) {
        let message = format!(
            "Node didn't have enough capacity: {}, requested: {}, capacity: {}",
            NAMES[i], asked[i], allocatable[i]
        );
        return Some(Refusal { reason: "Infeasible", message });
    }
    let full = |i: &usize| asked[*i].saturating_add(others[*i]) > allocatable[*i];
    [0, 1].into_iter().find(full).map(|i| {
        let message = format!(
            "Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
            NAMES[i], asked[i], others[i], allocatable[i]
        );
        Refusal { reason: "Deferred", message }
    })
}

/// Do they ask for other resources?
pub fn differs(wanted: &PodSpec, allocated: &PodSpec) -> bool {
    wanted.containers.iter().zip(&allocated.containers).any(|(w, a)| w.resources != a.resources)
}

impl PodRun {
    /// Takes what is declared now; where it is refused, resources stay as they were allocated.
    pub fn redeclare(&mut self, mut wanted: PodSpec, refusal: Option<Refusal>, now: Time) {
        if self.resizing.goes.as_ref().is_some_and(|g| g.until <= now) {
            self.resizing.goes = None;
        }
        match refusal {
            Some(refusal) => {
                for (w, a) in wanted.containers.iter_mut().zip(&self.spec.containers) {
                    w.resources = a.resources.clone();
                }
                self.wait(refusal, now);
            }
            None => {
                self.resizing.waits = None;
                self.allocate(&wanted, now);
            }
        }
        if wanted != *self.spec {
            // Only ephemeral containers can have come, and they stand last.
            self.containers.resize(wanted.containers.len(), Container::default());
            self.spec = Arc::new(wanted);
        }
    }

    fn wait(&mut self, refusal: Refusal, now: Time) {
        let same = self.resizing.waits.take().filter(|w| w.refusal.reason == refusal.reason);
        let since = same.map_or(now, |w| w.since);
        self.resizing.waits = Some(Waiting { refusal, since, retry_at: now.plus_ms(RETRY_MS) });
    }

    /// What runs is changed in place; what does not run yet starts with it.
    fn allocate(&mut self, wanted: &PodSpec, now: Time) {
        let all = wanted.containers.iter().zip(&self.spec.containers).zip(&self.containers);
        let changed: Vec<_> = all
            .filter(|((w, a), c)| w.resources != a.resources && c.running().is_some())
            .map(|(p, _)| p)
            .collect();
        if changed.is_empty() {
            return;
        }
        let in_force = |a: &ContainerSpec| (a.name.clone(), self.resizing.in_force(a).clone());
        let before = changed.iter().map(|(_, a)| in_force(a)).collect();
        let restarts =
            changed.iter().filter(|(w, a)| needs_restart(w, a)).map(|(w, _)| w.name.clone()).collect();
        self.resizing.goes = Some(Going { since: now, until: now.plus_ms(IN_FORCE_MS), before, restarts });
    }

    /// Ends the containers that start again with their new resources.
    pub fn restart_resized(&mut self, scene: &mut Scene<'_>) {
        let Some(going) = &mut self.resizing.goes else { return };
        for name in std::mem::take(&mut going.restarts) {
            let found = self.spec.containers.iter().zip(&mut self.containers).find(|(s, _)| s.name == name);
            let Some((spec, container)) = found else { continue };
            scene.note(spec, Note::normal("Killing", format!("Container {name} resize requires restart")));
            let code = if spec.restart == Restart::Always { 0 } else { TERMINATED };
            let (now, grace_ms) = (scene.now, self.spec.grace_ms);
            container.stop(now.plus_ms(spec.pre_stop_ms), now.plus_ms(grace_ms), code, now);
        }
    }
}

/// Models `resizePolicy`, which stays quiet where it says nothing.
fn needs_restart(wanted: &ContainerSpec, allocated: &ContainerSpec) -> bool {
    let changed = |name: &str| {
        ["requests", "limits"]
            .iter()
            .any(|part| wanted.resources[*part][name] != allocated.resources[*part][name])
    };
    let asks = |p: &&Json| p["restartPolicy"] == "RestartContainer" && changed(p["resourceName"].text());
    wanted.resize_policy.list().iter().any(|p| asks(&p))
}

impl Resizing {
    /// The resources of a running container that are in force.
    pub fn in_force<'a>(&'a self, allocated: &'a ContainerSpec) -> &'a Json {
        self.goes.as_ref().and_then(|g| g.before.get(&allocated.name)).unwrap_or(&allocated.resources)
    }

    /// When to look again.
    pub fn next(&self, now: Time) -> Option<Time> {
        let retry = self.waits.as_ref().filter(|w| w.refusal.reason == "Deferred").map(|w| w.retry_at);
        [self.goes.as_ref().map(|g| g.until), retry].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// The conditions that tell of it.
    pub fn conditions(&self) -> impl Iterator<Item = Json> {
        let condition = |type_: &str, since: Time| {
            let mut c = json!({"type": type_, "status": "True"});
            c.set("lastProbeTime", since);
            c.set("lastTransitionTime", since);
            c
        };
        let waits = self.waits.as_ref().map(|w| {
            condition(CONDITIONS[0], w.since)
                .with("reason", w.refusal.reason)
                .with("message", w.refusal.message.as_str())
        });
        let goes = self.goes.as_ref().map(|g| condition(CONDITIONS[1], g.since));
        waits.into_iter().chain(goes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_gives_what_it_has() {
        for (asked, others, expect) in [
            ([1000, 1 << 30], [2000, 0], ""),
            (
                [5000, 1],
                [0, 0],
                "Infeasible Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000",
            ),
            (
                [5000, 9 << 30],
                [0, 0],
                "Infeasible Node didn't have enough capacity: memory, requested: 9663676416, capacity: 8589934592",
            ),
            (
                [3000, 1],
                [2000, 0],
                "Deferred Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000",
            ),
        ] {
            let refusal = refusal(asked, others, [4000, 8 << 30]);
            let words = refusal.map_or(String::new(), |r| format!("{} {}", r.reason, r.message));
            assert_eq!(words, expect, "{asked:?}");
        }
    }
}
