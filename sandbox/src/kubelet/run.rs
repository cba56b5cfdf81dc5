//! A pod on its node: the sandbox, then the init containers one after another, then the containers; and its end.
//! Models the kubelet's `SyncPod`. Pure: gives notes for events; the caller writes.

use std::{collections::BTreeMap, sync::Arc};

use ecow::EcoString;

use super::{
    container::{Container, State},
    image::Behaviour,
    pressure::Burden,
    resize::Resizing,
    running::Running,
    spec::{ContainerSpec, PodSpec, Restart},
};
use crate::{
    clock::Time,
    object::Key,
    process::{Fate, Outcome},
};

/// Making a pod's network namespace and its pause container.
const SANDBOX_MS: i64 = 300;
/// Taking them down where no container has to be stopped first.
const TEAR_DOWN_MS: i64 = 250;
/// Reason and message of a pod that was there for too long.
const EXCEEDED: (&str, &str) =
    ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
/// First pause after a volume could not be set up; it doubles.
const MOUNT_RETRY_MS: i64 = 500;
/// Longest pause between two tries.
const MOUNT_RETRY_MS_MAX: i64 = 122_000;
/// Requests of a main process that do not make it one that asks and asks.
const ASKED_OFTEN: u32 = 20;
/// From the status of a pod that has ended to its removal from the API.
const REMOVE_MS: i64 = 20;

/// The pod's sandbox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sandbox {
    /// Not made yet.
    None,
    /// Being made.
    Creating { until: Time },
    /// It is there; containers can start.
    Up,
}

/// A pod as its kubelet knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PodRun {
    /// The pod's uid: a pod of the same name is another one.
    pub uid: EcoString,
    /// Its node.
    pub node: EcoString,
    /// What was declared, with the resources that it was given.
    pub spec: Arc<PodSpec>,
    /// Resources that are not as declared yet.
    pub resizing: Resizing,
    /// When the kubelet first saw it.
    pub since: Time,
    /// Its network namespace.
    pub sandbox: Sandbox,
    /// `podIP`; empty until it has one.
    pub ip: EcoString,
    /// Why it fails, if its kubelet ends it for good.
    pub doom: Option<Doom>,
    /// Volumes that could not be set up: when to try again, and after how long once more.
    pub mounting: Option<(Time, i64)>,
    /// In the order of the spec.
    pub containers: Vec<Container>,
    /// What it has of its machine over time, as its node counts it.
    pub burden: Burden,
    /// Is it stopped, since all that it had to do is done?
    winding_up: bool,
    /// When what is left gets SIGKILL, once it must go.
    pub kill_at: Option<Time>,
    /// When nothing is left of it on the node, once it must go; then, when it goes from the API.
    leaves: Option<Leaving>,
}

/// Why a kubelet ends a pod for good.
#[derive(Clone, Debug, PartialEq)]
pub struct Doom {
    /// `status.reason`.
    pub reason: &'static str,
    /// `status.message`.
    pub message: EcoString,
    /// When it was disrupted, if that is what it was.
    pub disrupted: Option<Time>,
}

/// The end of a pod that must go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaving {
    /// Its sandbox is taken down.
    Sandbox { until: Time },
    /// Its last status is told.
    Told { until: Time },
}

/// An event to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// `involvedObject.fieldPath`; empty for the pod as a whole.
    pub field: String,
    /// `Warning`, else `Normal`.
    pub warning: bool,
    /// Reason.
    pub reason: &'static str,
    /// Message.
    pub text: String,
}

impl Note {
    /// A `Normal` event of the pod.
    pub fn normal(reason: &'static str, text: String) -> Self {
        Self { field: String::new(), warning: false, reason, text }
    }

    /// A `Warning` event of the pod.
    pub fn warning(reason: &'static str, text: String) -> Self {
        Self { field: String::new(), warning: true, reason, text }
    }
}

/// What a pod meets on its node.
pub trait World {
    /// How a container behaves.
    fn behaviour(&self, spec: &ContainerSpec) -> Behaviour;
    /// Why a container cannot be created now.
    fn config_error(&self, _spec: &ContainerSpec) -> Option<String> {
        None
    }
    /// What a container's main process will do that started at a moment, if that is known.
    fn fate(&self, _spec: &ContainerSpec, _since: Time) -> Option<Fate> {
        None
    }
    /// What a probe's command does over time in a container that started at a moment, where that is known.
    fn outcomes(&self, _spec: &ContainerSpec, _command: &[String], _since: Time) -> Vec<(Time, Outcome)> {
        Vec::new()
    }
    /// Volumes that cannot be set up now, and why.
    fn mount_errors(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// What is around a container while it moves on.
pub struct Scene<'a> {
    /// Virtual now.
    pub now: Time,
    /// The pod's uid.
    pub pod_uid: &'a str,
    /// `NAME_NAMESPACE(UID)`, as messages name pods.
    pub pod_id: &'a str,
    /// The pod's address.
    pub ip: &'a str,
    /// Must the pod go?
    pub ending: bool,
    /// Images on the node, with their bytes.
    pub images: &'a mut BTreeMap<EcoString, i64>,
    /// How many times as long the node's disk takes.
    pub slowness: i64,
    /// The pod's `terminationGracePeriodSeconds`, in milliseconds.
    pub grace_ms: i64,
    /// What else there is.
    pub world: &'a dyn World,
    /// Events to write, in order.
    pub notes: &'a mut Vec<Note>,
}

impl Scene<'_> {
    /// How a container behaves.
    pub fn behaviour(&self, spec: &ContainerSpec) -> Behaviour {
        self.world.behaviour(spec)
    }

    /// Notes an event about a container.
    pub fn note(&mut self, spec: &ContainerSpec, note: Note) {
        self.notes.push(Note { field: spec.field(), ..note });
    }
}

impl PodRun {
    /// A pod that the kubelet sees for the first time.
    pub fn new(uid: EcoString, node: EcoString, spec: Arc<PodSpec>, now: Time) -> Self {
        let containers = vec![Container::default(); spec.containers.len()];
        Self {
            uid,
            node,
            spec,
            resizing: Resizing::default(),
            since: now,
            sandbox: Sandbox::None,
            ip: EcoString::new(),
            doom: None,
            mounting: None,
            containers,
            burden: Burden::default(),
            winding_up: false,
            kill_at: None,
            leaves: None,
        }
    }

    /// Does all that is due now; when to look again.
    pub fn step(&mut self, scene: &mut Scene<'_>) -> Option<Time> {
        let spec = self.spec.clone();
        self.expire(scene);
        self.raise_sandbox(scene);
        for (declared, c) in spec.containers.iter().zip(&mut self.containers) {
            c.look_again(declared, scene);
        }
        if self.sandbox == Sandbox::Up {
            while self.step_once(&spec, scene) {}
        }
        self.wind_up(scene);
        [self.next(scene), self.leave(scene.now), self.deadline()].into_iter().flatten().min()
    }

    /// Moves on with its end; when to look again.
    fn leave(&mut self, now: Time) -> Option<Time> {
        if self.kill_at.is_none() || self.alive() {
            return None;
        }
        let until = match self.leaves {
            None => {
                let until = now.plus_ms(REMOVE_MS);
                self.leaves = Some(Leaving::Told { until });
                until
            }
            Some(Leaving::Sandbox { until }) if until <= now => {
                let until = now.plus_ms(REMOVE_MS);
                self.leaves = Some(Leaving::Told { until });
                until
            }
            Some(Leaving::Sandbox { until } | Leaving::Told { until }) => until,
        };
        (until > now).then_some(until)
    }

    /// Is nothing of it left, and was that told?
    pub fn gone(&self, now: Time) -> bool {
        matches!(self.leaves, Some(Leaving::Told { until }) if until <= now) && !self.alive()
    }

    fn raise_sandbox(&mut self, scene: &mut Scene<'_>) {
        let now = scene.now;
        match self.sandbox {
            Sandbox::None if self.kill_at.is_none() && !self.ip.is_empty() && !self.finished() => {
                if !self.mount(scene) {
                    return;
                }
                self.sandbox = Sandbox::Creating { until: now.plus_ms(SANDBOX_MS) };
            }
            Sandbox::Creating { until } if until <= now => self.sandbox = Sandbox::Up,
            _ => {}
        }
    }

    /// When it will have been there for too long.
    fn deadline(&self) -> Option<Time> {
        let open = self.doom.is_none() && self.kill_at.is_none() && !self.winding_up && !self.finished();
        self.spec.deadline_ms.filter(|_| open).map(|ms| self.since.plus_ms(ms))
    }

    /// Ends it once it was there for too long. Models `activeDeadlineHandler`.
    fn expire(&mut self, scene: &mut Scene<'_>) {
        if self.deadline().is_some_and(|at| at <= scene.now) {
            scene.notes.push(Note::normal(EXCEEDED.0, EXCEEDED.1.into()));
            let doom = Doom { reason: EXCEEDED.0, message: EXCEEDED.1.into(), disrupted: None };
            scene.notes.extend(self.fail(doom, self.spec.grace_ms, scene.now));
        }
        scene.ending |= self.doom.is_some() || self.winding_up;
    }

    /// Stops what is left once its containers are over for good. Models `SyncTerminatingPod` of a pod that has done its work.
    fn wind_up(&mut self, scene: &mut Scene<'_>) {
        if self.winding_up || self.kill_at.is_some() || self.doom.is_some() || !self.done() || !self.alive() {
            return;
        }
        self.winding_up = true;
        scene.ending = true;
        scene.notes.extend(self.killing());
        self.terminate(scene.now.plus_ms(self.spec.grace_ms), scene.now);
    }

    /// SIGTERM to all: sidecars after the others, the last first. Models `terminationOrdering`.
    fn terminate(&mut self, kill_at: Time, now: Time) {
        let after_hook = |declared: &ContainerSpec| now.plus_ms(declared.pre_stop_ms.max(0));
        let (sidecars, others): (Vec<_>, Vec<_>) =
            self.spec.containers.iter().zip(&mut self.containers).partition(|(s, _)| s.sidecar());
        let ends = others.into_iter().map(|(s, c)| c.stop(after_hook(s), kill_at, 0, now));
        let mut turn = ends.max().unwrap_or(now);
        for (declared, c) in sidecars.into_iter().rev() {
            turn = turn.max(c.stop(after_hook(declared).max(turn), kill_at, 0, now));
        }
    }

    /// Its kubelet ends it for good.
    pub fn fail(&mut self, doom: Doom, grace_ms: i64, now: Time) -> Vec<Note> {
        self.doom = Some(doom);
        let notes = self.killing();
        self.terminate(now.plus_ms(grace_ms), now);
        notes
    }

    /// Sets the volumes up; true once all are there.
    fn mount(&mut self, scene: &mut Scene<'_>) -> bool {
        if self.mounting.is_some_and(|(again, _)| again > scene.now) {
            return false;
        }
        let errors = scene.world.mount_errors();
        let wait_ms = self.mounting.map_or(MOUNT_RETRY_MS, |(_, ms)| (ms * 2).min(MOUNT_RETRY_MS_MAX));
        self.mounting = (!errors.is_empty()).then(|| (scene.now.plus_ms(wait_ms), wait_ms));
        for (volume, why) in &errors {
            let text = format!("MountVolume.SetUp failed for volume {volume:?} : {why}");
            scene.notes.push(Note::warning("FailedMount", text));
        }
        errors.is_empty()
    }

    fn step_once(&mut self, spec: &PodSpec, scene: &mut Scene<'_>) -> bool {
        for (i, declared) in spec.containers.iter().enumerate() {
            let may_begin = !scene.ending && self.may_begin(i);
            if self.containers[i].advance(declared, may_begin, scene) {
                return true;
            }
        }
        false
    }

    /// Have those before it done their part?
    fn may_begin(&self, i: usize) -> bool {
        let others_busy = self.containers.iter().enumerate().any(|(j, c)| j != i && c.busy());
        let mut before = self.spec.containers.iter().zip(&self.containers).take(i).filter(|(s, _)| s.init);
        let inits_done = before.all(|(s, c)| init_done(s, c));
        !others_busy && inits_done
    }

    fn next(&self, scene: &Scene<'_>) -> Option<Time> {
        if let Sandbox::Creating { until } = self.sandbox {
            return Some(until);
        }
        if let (Sandbox::None, Some((again, _)), None) = (self.sandbox, self.mounting, self.kill_at) {
            return Some(again);
        }
        let containers = self.spec.containers.iter().zip(&self.containers);
        let of = |(s, c): (&ContainerSpec, &Container)| {
            let over = c.state == State::Ended && scene.ending || c.over(s);
            c.next(s).filter(|at| !over && *at > scene.now)
        };
        containers.filter_map(of).min()
    }

    /// Its containers, without init and ephemeral containers.
    pub fn main(&self) -> impl Iterator<Item = (&ContainerSpec, &Container)> {
        self.spec.containers.iter().zip(&self.containers).filter(|(s, _)| !s.init && !s.ephemeral)
    }

    /// Its ephemeral containers.
    pub fn late(&self) -> impl Iterator<Item = (&ContainerSpec, &Container)> {
        self.spec.containers.iter().zip(&self.containers).filter(|(s, _)| s.ephemeral)
    }

    /// Its init containers.
    pub fn inits(&self) -> impl Iterator<Item = (&ContainerSpec, &Container)> {
        self.spec.containers.iter().zip(&self.containers).filter(|(s, _)| s.init)
    }

    /// Have all init containers done their part?
    pub fn initialized(&self) -> bool {
        self.inits().all(|(s, c)| init_done(s, c))
    }

    /// Did an init container fail for good?
    pub fn init_failed(&self) -> bool {
        self.inits().any(|(s, c)| {
            s.restart == Restart::Never
                && c.state == State::Ended
                && c.last.as_ref().is_some_and(|e| e.code != 0)
        })
    }

    /// Does nothing run, and will nothing run again?
    pub fn finished(&self) -> bool {
        (self.doom.is_some() || self.done()) && !self.alive()
    }

    /// Are its containers over for good, but for sidecars?
    fn done(&self) -> bool {
        let over = |(s, c): (&ContainerSpec, &Container)| {
            c.state == State::Ended && self.kill_at.is_some() || c.over(s)
        };
        self.init_failed() || self.main().all(over)
    }

    /// Is its worker at something that takes its time?
    pub fn busy(&self) -> bool {
        matches!(self.sandbox, Sandbox::Creating { .. }) || self.containers.iter().any(Container::busy)
    }

    /// When containers ended last.
    pub fn ends(&self) -> Vec<Option<Time>> {
        self.containers.iter().map(|c| c.last.as_ref().map(|end| end.finished)).collect()
    }

    /// Does one of its containers wait for a Service?
    pub fn waits_for(&self, service: &Key) -> bool {
        self.containers.iter().filter_map(Container::running).any(|r| r.waits.as_ref() == Some(service))
    }

    /// Containers whose main process has come to a request by `now`, and since when each runs.
    pub fn asking(&self, now: Time) -> Vec<(EcoString, Time)> {
        let all = self.spec.containers.iter().zip(&self.containers);
        let one = |(s, c): (&ContainerSpec, &Container)| {
            let r = c.running().filter(|r| r.asks.is_some_and(|at| at <= now))?;
            Some((s.name.clone(), r.since))
        };
        all.filter_map(one).collect()
    }

    /// When one of its main processes next makes a request, and whether it has made many.
    pub fn asks_next(&self) -> Option<(Time, bool)> {
        let running = self.containers.iter().filter_map(Container::running);
        running.filter_map(|r| Some((r.asks?, r.asked > ASKED_OFTEN))).min()
    }

    /// What its containers have of their machine over time.
    pub fn weight(&self) -> Burden {
        let running = self.containers.iter().filter_map(Container::running);
        running.map(Running::burden).fold(Burden::default(), |a, b| a + b)
    }

    /// Is any process alive?
    pub fn alive(&self) -> bool {
        self.containers.iter().any(|c| c.running().is_some())
    }

    /// It must go: `kill_at` is the end of its grace. Later calls can only shorten it.
    pub fn stop(&mut self, kill_at: Time, scene: &mut Scene<'_>) {
        if self.kill_at.is_some_and(|k| k <= kill_at) {
            return;
        }
        let first = self.kill_at.replace(kill_at).is_none();
        if first && !self.alive() {
            let takes_ms = if self.sandbox == Sandbox::None { 0 } else { TEAR_DOWN_MS };
            self.leaves = Some(Leaving::Sandbox { until: scene.now.plus_ms(takes_ms) });
        }
        if first {
            scene.notes.extend(self.killing());
        }
        self.terminate(kill_at, scene.now);
        scene.ending = true;
    }

    /// What is told of each container that runs when it is stopped.
    pub fn killing(&self) -> Vec<Note> {
        let running =
            self.spec.containers.iter().zip(&self.containers).filter(|(_, c)| c.running().is_some());
        let note = |(declared, _): (&ContainerSpec, &Container)| {
            let text = format!("Stopping container {}", declared.name);
            Note { field: declared.field(), ..Note::normal("Killing", text) }
        };
        running.map(note).collect()
    }

    /// Its machine lost power and is back at `now`: its processes and its sandbox are gone. True if it had any.
    pub fn lost(&mut self, now: Time) -> bool {
        self.winding_up = false;
        for c in &mut self.containers {
            c.lost(now);
        }
        self.ip = EcoString::new();
        self.resizing = Resizing::default();
        std::mem::replace(&mut self.sandbox, Sandbox::None) == Sandbox::Up && !self.finished()
    }
}

fn init_done(spec: &ContainerSpec, c: &Container) -> bool {
    if spec.sidecar() { c.running().is_some_and(|r| r.started) } else { c.succeeded() }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
