//! One container's life on a node: pulled, created, running, ended, started again.
//! Models `kuberuntime` and containerd as the pod's status and events show them.

use ecow::EcoString;

use super::{
    backoff::{Backoff, go_duration},
    image::{self, Behaviour},
    probe::Probe,
    run::{Note, Scene},
    running::{KILLED, Running},
    spec::{ContainerSpec, ProbeKind, Restart},
};
use crate::{clock::Time, process::Fate, usage::Load};

/// From a container's end to the kubelet's decision what to do about it: it looks at the runtime once a second.
pub const REACT_MS: i64 = 1000;
/// From a failed pull to the next look at the pod, which finds the image backing off.
const PULL_REACT_MS: i64 = 1500;
/// From a sync of a pod that failed to the next one: ten seconds and up to half of that again.
const RETRY_MS: i64 = 12_000;
/// A pull that finds all layers there and only asks the registry for the digest.
const REPULL_MS: i64 = 200;
/// `minimumGracePeriodInSeconds`: so long a process has after SIGTERM, however short the grace.
const GRACE_MS_MIN: i64 = 2000;
/// Exit code and reason of processes lost with their machine.
const LOST: (i64, &str) = (255, "Unknown");
/// Exit code and reason of processes that could not be started.
const START_ERROR: (i64, &str) = (128, "StartError");

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Exit code.
    pub code: i64,
    /// `reason` of the terminated state.
    pub reason: &'static str,
    /// `message` of the terminated state.
    pub message: EcoString,
    /// When it had started.
    pub started: Time,
    /// When it ended.
    pub finished: Time,
    /// Container id.
    pub id: EcoString,
}

/// Where a container stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Not begun (again).
    Idle,
    /// Its image is being pulled.
    Pulling { since: Time, until: Time },
    /// Shown as `ErrImagePull`.
    PullFailed { at: Time },
    /// Shown as `ImagePullBackOff`.
    PullBackOff { until: Time },
    /// Could not be created, for this reason.
    Barred { again: Time, reason: &'static str, why: EcoString },
    /// Created, about to run.
    Starting { until: Time },
    /// Its main process runs.
    Running(Box<Running>),
    /// `last` tells how.
    Ended,
    /// Shown as `CrashLoopBackOff`.
    BackOff { until: Time },
}

/// A container of a pod on a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// Where it stands.
    pub state: State,
    /// Its last end.
    pub last: Option<End>,
    /// The end before the last.
    pub before: Option<End>,
    /// `restartCount`.
    pub restarts: u32,
    /// How long its next restart waits.
    pub restart_backoff: Backoff,
    /// Was it stopped only to be started again?
    renewed: bool,
    pull_backoff: Backoff,
    behaviour: Option<Behaviour>,
}

impl Default for Container {
    fn default() -> Self {
        Self {
            state: State::Idle,
            last: None,
            before: None,
            restarts: 0,
            restart_backoff: Backoff::default(),
            renewed: false,
            pull_backoff: Backoff::default(),
            behaviour: None,
        }
    }
}

impl Container {
    pub fn running(&self) -> Option<&Running> {
        if let State::Running(r) = &self.state { Some(r) } else { None }
    }

    /// Does it hold up the containers after it?
    pub fn busy(&self) -> bool {
        matches!(self.state, State::Pulling { .. } | State::Starting { .. })
    }

    pub fn succeeded(&self) -> bool {
        self.state == State::Ended && self.last.as_ref().is_some_and(|e| e.code == 0)
    }

    /// Its last end, if that was a start that failed.
    pub fn start_error(&self) -> Option<&End> {
        self.last.as_ref().filter(|e| e.reason == START_ERROR.1)
    }

    /// Has it ended, not to be started again?
    pub fn over(&self, spec: &ContainerSpec) -> bool {
        let again = self.renewed || self.last.as_ref().is_none_or(|e| spec.restarts_after(e.code));
        self.state == State::Ended && !again
    }

    /// From `now` on it answers so many requests.
    pub fn bear(&mut self, load: Load, now: Time) {
        if let State::Running(r) = &mut self.state {
            r.bear(load, now);
        }
    }

    /// The kernel takes its memory.
    pub fn sacrifice(&mut self, now: Time) {
        if let State::Running(r) = &mut self.state {
            r.sacrifice(now);
        }
    }

    /// When it moves on by itself.
    pub fn next(&self, spec: &ContainerSpec) -> Option<Time> {
        match &self.state {
            State::Idle => None,
            State::Pulling { until, .. }
            | State::PullBackOff { until }
            | State::Starting { until }
            | State::BackOff { until } => Some(*until),
            State::PullFailed { at } => Some(at.plus_ms(PULL_REACT_MS)),
            State::Barred { again, .. } => Some(*again),
            State::Running(r) => r.next(spec),
            // Who stopped it to start it again does not have to find that out.
            State::Ended => {
                self.last.as_ref().map(|e| e.finished.plus_ms(if self.renewed { 0 } else { REACT_MS }))
            }
        }
    }

    /// Pulls the image, or creates the container if it is there.
    pub fn begin(&mut self, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        let behaviour = scene.behaviour(spec);
        let here = scene.images.contains_key(&image::canonical(&spec.image));
        if let Some(image::Trouble { event, reason, why }) =
            image::trouble(&spec.image, &spec.pull_policy, here)
        {
            scene.note(spec, Note::warning(event, why.clone()));
            return self.bar(reason, reason, why, spec, scene);
        }
        let pull = !here || image::pulls_always(&spec.image, &spec.pull_policy);
        let pull_ms =
            if here { REPULL_MS.min(behaviour.pull_ms) } else { behaviour.pull_ms * scene.slowness };
        self.behaviour = Some(behaviour);
        if pull {
            scene.note(spec, Note::normal("Pulling", format!("Pulling image \"{}\"", spec.image)));
            self.state = State::Pulling { since: scene.now, until: scene.now.plus_ms(pull_ms) };
        } else {
            let text = format!("Container image \"{}\" already present on machine", spec.image);
            scene.note(spec, Note::normal("Pulled", text));
            self.create(spec, scene);
        }
    }

    fn create(&mut self, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        if let Some(why) = scene.world.config_error(spec) {
            return self.bar("CreateContainerConfigError", &why.clone(), why, spec, scene);
        }
        scene.note(spec, Note::normal("Created", format!("Created container: {}", spec.name)));
        let start_ms = self.behaviour.as_ref().map_or(0, |b| b.start_ms) * scene.slowness;
        self.state = State::Starting { until: scene.now.plus_ms(start_ms) };
    }

    /// It cannot be created now; `error` is how an event tells it.
    fn bar(
        &mut self,
        reason: &'static str,
        error: &str,
        why: String,
        spec: &ContainerSpec,
        scene: &mut Scene<'_>,
    ) {
        scene.note(spec, Note::warning("Failed", format!("Error: {error}")));
        self.state = State::Barred { again: scene.now.plus_ms(RETRY_MS), reason, why: why.into() };
    }

    /// Moves on if it is time to; `may_begin`: no other container is in the way. True if something changed.
    pub fn advance(&mut self, spec: &ContainerSpec, may_begin: bool, scene: &mut Scene<'_>) -> bool {
        let due = self.next(spec).is_some_and(|at| at <= scene.now);
        match self.state {
            State::Idle if may_begin => self.begin(spec, scene),
            State::Pulling { since, .. } if due => self.pulled(since, spec, scene),
            State::PullFailed { at } if due => self.await_pull(at, spec, scene),
            State::PullBackOff { .. } | State::Barred { .. } if due && may_begin => self.begin(spec, scene),
            State::Starting { .. } if due => self.start(spec, scene),
            State::Running(_) if due => self.live(spec, scene),
            State::Ended if due => return self.restart(spec, may_begin, scene),
            State::BackOff { until } if due && may_begin => {
                let finished = self.last.as_ref().map_or(until, |e| e.finished);
                self.restart_backoff.tried(finished, scene.now);
                self.begin(spec, scene);
            }
            _ => return false,
        }
        true
    }

    fn pulled(&mut self, since: Time, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        if self.behaviour.as_ref().is_some_and(|b| b.missing) {
            let why = image::pull_error(&spec.image);
            let text = format!("Failed to pull image \"{}\": {why}", spec.image);
            scene.note(spec, Note::warning("Failed", text));
            scene.note(spec, Note::warning("Failed", "Error: ErrImagePull".into()));
            self.state = State::PullFailed { at: scene.now };
            return;
        }
        let took = go_duration(scene.now.since_ms(since));
        let size = self.behaviour.as_ref().map_or(0, |b| b.size_bytes);
        scene.images.insert(image::canonical(&spec.image), size);
        let text = format!(
            "Successfully pulled image \"{}\" in {took} ({took} including waiting). Image size: {size} bytes.",
            spec.image
        );
        scene.note(spec, Note::normal("Pulled", text));
        self.pull_backoff = Backoff::default();
        self.create(spec, scene);
    }

    fn await_pull(&mut self, at: Time, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        self.pull_backoff.tried(at, at);
        scene.note(spec, Note::normal("BackOff", format!("Back-off pulling image \"{}\"", spec.image)));
        scene.note(spec, Note::warning("Failed", "Error: ImagePullBackOff".into()));
        self.state = State::PullBackOff { until: at.plus_ms(self.pull_backoff.delay_ms()) };
    }

    fn start(&mut self, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        self.restarts += u32::from(self.last.is_some());
        let now = scene.now;
        let fate = scene.world.fate(spec, now);
        if let Some(Fate::Refused { why }) = fate {
            return self.refuse(&why, spec, scene);
        }
        scene.note(spec, Note::normal("Started", format!("Started container {}", spec.name)));
        let Some(behaviour) = &self.behaviour else { return };
        let id = image::container_id(scene.pod_uid, &spec.name, self.restarts, now);
        let outcomes = ProbeKind::ALL.map(|kind| match spec.probe(kind).and_then(Probe::command) {
            Some(command) => scene.world.outcomes(spec, command, now),
            None => Vec::new(),
        });
        self.state = State::Running(Box::new(Running::new(spec, id, behaviour, now, outcomes)));
        if let (State::Running(r), Some(fate)) = (&mut self.state, fate) {
            r.follow(fate, now);
        }
    }

    /// Its main process cannot be started.
    fn refuse(&mut self, why: &str, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        scene.note(spec, Note::warning("Failed", format!("Error: {why}")));
        let (code, reason) = START_ERROR;
        let id = image::container_id(scene.pod_uid, &spec.name, self.restarts, scene.now);
        let end = End { code, reason, message: why.into(), started: Time(0), finished: scene.now, id };
        self.before = self.last.replace(end);
        self.state = State::Ended;
    }

    /// What it waits for may be there.
    pub fn look_again(&mut self, spec: &ContainerSpec, scene: &Scene<'_>) {
        let State::Running(r) = &mut self.state else { return };
        r.limit(spec.memory_limit(), scene.now);
        let has_asked = r.asks.is_some_and(|at| at <= scene.now);
        if !has_asked && (r.waits.is_none() || r.ends.is_some()) {
            return;
        }
        let Some(fate) = scene.world.fate(spec, r.since) else {
            r.asks = None;
            return;
        };
        // Who has been told to stop ends then at the latest.
        let stopped = r.ends;
        r.follow(fate, scene.now);
        if stopped.is_some_and(|stop| r.ends.is_none_or(|own| stop.0 < own.0)) {
            (r.ends, r.message) = (stopped, EcoString::new());
        }
    }

    fn live(&mut self, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        let State::Running(r) = &mut self.state else { return };
        if let Some((at, code, reason)) = r.end().filter(|end| end.0 <= scene.now) {
            self.end(code, reason, at);
        } else if let Some(failed) = r.probe(spec, scene) {
            self.renew(failed, spec, scene);
        }
    }

    /// A probe says that it has to be stopped, and started again if its pod may do that. Models `computePodActions`.
    fn renew(&mut self, failed: ProbeKind, spec: &ContainerSpec, scene: &mut Scene<'_>) {
        let again = spec.restart != Restart::Never;
        let what = failed.name().to_lowercase();
        let tail = if again { ", will be restarted" } else { "" };
        let text = format!("Container {} failed {what} probe{tail}", spec.name);
        scene.note(spec, Note::normal("Killing", text));
        let grace_ms = spec.probe(failed).and_then(|p| p.grace_ms).unwrap_or(scene.grace_ms);
        self.stop(scene.now.plus_ms(spec.pre_stop_ms), scene.now.plus_ms(grace_ms), 0, scene.now);
        if let State::Running(r) = &mut self.state {
            r.renewed = again;
        }
    }

    fn end(&mut self, code: i64, reason: &'static str, finished: Time) {
        let State::Running(r) = std::mem::replace(&mut self.state, State::Ended) else { return };
        let message = r.message;
        self.renewed = r.renewed;
        self.before = self.last.replace(End { code, reason, message, started: r.since, finished, id: r.id });
    }

    fn restart(&mut self, spec: &ContainerSpec, may_begin: bool, scene: &mut Scene<'_>) -> bool {
        let Some(finished) = self.last.as_ref().map(|e| e.finished) else { return false };
        if scene.ending || self.over(spec) {
            return false;
        }
        // Who stopped it to start it again has not seen it end: only the end before counts.
        let failed = if self.renewed { self.before.as_ref().map(|e| e.finished) } else { Some(finished) };
        let waits = failed.is_some_and(|at| self.restart_backoff.wait_until(at) > scene.now);
        if waits {
            let text = format!("Back-off restarting failed container {} in pod {}", spec.name, scene.pod_id);
            scene.note(spec, Note::warning("BackOff", text));
            self.renewed = false;
            self.state = State::BackOff { until: self.restart_backoff.wait_until(finished) };
        } else if may_begin {
            if let Some(failed) = failed {
                self.restart_backoff.tried(failed, scene.now);
            }
            self.renewed = false;
            self.begin(spec, scene);
        } else {
            return false;
        }
        true
    }

    /// SIGTERM at `term_at`, or at `kill_at` if that comes first; SIGKILL at `kill_at`, but two seconds after SIGTERM at least.
    /// `code` is what a process that obeys ends with. When it will have ended. Models `killContainer`.
    pub fn stop(&mut self, term_at: Time, kill_at: Time, code: i64, now: Time) -> Time {
        let State::Running(r) = &mut self.state else {
            if !matches!(self.state, State::Ended) {
                self.state = if self.last.is_some() { State::Ended } else { State::Idle };
            }
            return now;
        };
        let (takes_ms, deaf) =
            self.behaviour.as_ref().map_or((0, false), |b| (b.terminate_ms, b.ignores_sigterm));
        let term_at = term_at.min(kill_at).max(now);
        let kill_at = kill_at.max(term_at.plus_ms(GRACE_MS_MIN));
        let obeys_at = term_at.plus_ms(takes_ms);
        let end = if deaf || obeys_at > kill_at { (kill_at, KILLED) } else { (obeys_at, code) };
        r.leave_alone();
        if r.ends.is_none_or(|e| end.0 < e.0) {
            (r.ends, r.message) = (Some(end), EcoString::new());
        }
        r.end().map_or(now, |end| end.0)
    }

    /// SIGKILL now.
    pub fn kill(&mut self, now: Time) {
        if let State::Running(r) = &mut self.state {
            (r.ends, r.message) = (Some((now, KILLED)), EcoString::new());
        }
    }

    /// Does a SIGTERM do nothing to it?
    pub fn ignores_sigterm(&self) -> bool {
        self.behaviour.as_ref().is_some_and(|b| b.ignores_sigterm)
    }

    /// Its machine lost power and is back at `now`.
    pub fn lost(&mut self, now: Time) {
        match self.state {
            State::Running(_) => self.end(LOST.0, LOST.1, now),
            State::Ended => {}
            _ => self.state = if self.last.is_some() { State::Ended } else { State::Idle },
        }
        self.renewed = false;
        self.restart_backoff = Backoff::default();
        self.pull_backoff = Backoff::default();
    }
}
