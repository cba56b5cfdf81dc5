//! One container's life under Docker's engine: created, started, running, ended, started again. Models moby's container
//! state with its monitor. Omits: pausing, an engine that restarts without its machine (`live-restore`).

use std::sync::Arc;

use ecow::EcoString;

use super::{
    health::{Health, Word},
    restart::Manager,
};
use crate::{
    clock::Time,
    json,
    json::Json,
    kubelet::{Behaviour, ends_of},
    object::Object,
    resources::compose_file::Service,
};

/// Exit code of what lost its machine, as the engine finds it when it is back.
const LOST: i64 = 255;
/// Exit code of what could not be started.
const NOT_STARTED: i64 = 128;
/// Exit code of a process that got SIGKILL, and of one that a SIGTERM from nowhere ends.
const KILLED: i64 = 137;
const TERMINATED: i64 = 143;
/// Exit code of a process that ends in good order when it is asked to.
const OBEYED: i64 = 0;

/// Where a container stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It was never started.
    Created,
    /// Being started; shown as what it was before.
    Starting { until: Time, shown: &'static str },
    /// Its process runs, and ends then and so, as far as that is known.
    Running { ends: Option<(Time, i64)> },
    /// It ended and is started again then.
    Restarting { until: Time },
    /// It ended.
    Exited,
}

/// A container as the engine keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// Name of its project.
    pub project: EcoString,
    /// The machine whose engine keeps it.
    pub machine: EcoString,
    /// What it was made from.
    pub service: Arc<Service>,
    /// Its number in the service.
    pub number: i64,
    /// Where it stands.
    pub state: State,
    /// The machine's ports that it holds now, with its own.
    pub ports: Vec<(i64, i64)>,
    /// The exit code of its last end.
    pub exit_code: i64,
    /// Its health, while it runs and has a check.
    pub health: Option<Health>,
    behaviour: Behaviour,
    started: Option<Time>,
    finished: Option<Time>,
    told_to_end: Option<Time>,
    manager: Manager,
    by_hand: bool,
    lost: bool,
}

impl Container {
    /// A new one.
    pub fn new(
        project: EcoString,
        machine: EcoString,
        service: Arc<Service>,
        number: i64,
        behaviour: Behaviour,
    ) -> Self {
        Self {
            project,
            machine,
            service,
            number,
            state: State::Created,
            ports: Vec::new(),
            exit_code: 0,
            health: None,
            behaviour,
            started: None,
            finished: None,
            told_to_end: None,
            manager: Manager::default(),
            by_hand: false,
            lost: false,
        }
    }

    /// Does its process run?
    pub fn runs(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// Is there nothing to wait for before it is taken away?
    pub fn rests(&self) -> bool {
        matches!(self.state, State::Created | State::Exited)
    }

    /// Somebody starts it, or the engine does as it comes up.
    pub fn start(&mut self, ports: Vec<(i64, i64)>, behaviour: Behaviour, now: Time) {
        (self.by_hand, self.manager) = (false, Manager::default());
        self.begin(ports, behaviour, now);
    }

    fn begin(&mut self, ports: Vec<(i64, i64)>, behaviour: Behaviour, now: Time) {
        let until = now.plus_ms(behaviour.start_ms);
        self.state = State::Starting { until, shown: self.shown() };
        (self.ports, self.behaviour) = (ports, behaviour);
    }

    /// It cannot be started: a port is taken.
    pub fn refuse(&mut self) {
        self.exit_code = NOT_STARTED;
        self.state = if self.started.is_some() { State::Exited } else { State::Created };
    }

    /// When it moves on by itself.
    pub fn next(&self) -> Option<Time> {
        match self.state {
            State::Created | State::Exited => None,
            State::Starting { until, .. } | State::Restarting { until } => Some(until),
            State::Running { ends } => [ends.map(|e| e.0), self.probe_at()].into_iter().flatten().min(),
        }
    }

    fn probe_at(&self) -> Option<Time> {
        let health = self.health?;
        let wakes = self.started?.plus_ms(self.behaviour.ready_ms) > health.probe_at;
        (wakes || health.is_open(self.passes(health.probe_at))).then_some(health.probe_at)
    }

    /// Does its healthcheck succeed at a moment?
    fn passes(&self, at: Time) -> bool {
        let Some((check, started)) = self.service.healthcheck.as_ref().zip(self.started) else {
            return false;
        };
        let code = ends_of(&check.command.join(" ")).map_or(0, |(_, code)| code);
        code == 0 && at >= started.plus_ms(self.behaviour.ready_ms)
    }

    /// Is it about to be started again by the engine, which has to find its ports first?
    pub fn due_again(&self, now: Time) -> bool {
        matches!(self.state, State::Restarting { until } if until <= now)
    }

    /// The engine starts it again.
    pub fn again(&mut self, ports: Vec<(i64, i64)>, behaviour: Behaviour, now: Time) {
        self.begin(ports, behaviour, now);
    }

    /// Moves on as far as it is due.
    pub fn step(&mut self, now: Time) {
        match self.state {
            State::Starting { until, .. } if until <= now => {
                let ends = self.behaviour.ends.map(|(after_ms, code)| (until.plus_ms(after_ms), code));
                (self.state, self.started) = (State::Running { ends }, Some(until));
                self.exit_code = 0;
                self.health = self.service.healthcheck.as_ref().map(|check| Health::new(check, until));
            }
            State::Running { ends: Some((at, code)) } if at <= now => self.end(code, at),
            State::Running { .. } => self.probe(now),
            _ => {}
        }
    }

    fn probe(&mut self, now: Time) {
        let up = self.passes(now);
        let Some((check, started)) = self.service.healthcheck.as_ref().zip(self.started) else { return };
        if let Some(health) = self.health.as_mut().filter(|h| h.probe_at <= now) {
            health.tried(check, started, now, up);
        }
    }

    fn end(&mut self, code: i64, at: Time) {
        let ran_ms = self.started.map_or(0, |started| at.since_ms(started));
        (self.exit_code, self.finished, self.health, self.told_to_end) = (code, Some(at), None, None);
        self.ports.clear();
        let pause_ms = self.manager.ended(self.service.restart, code, ran_ms, self.by_hand);
        self.state = pause_ms.map_or(State::Exited, |ms| State::Restarting { until: at.plus_ms(ms) });
    }

    /// `docker stop`: SIGTERM, and SIGKILL at the end of its grace.
    pub fn stop(&mut self, grace_ms: i64, now: Time) {
        if self.rests() {
            return;
        }
        self.by_hand = true;
        let (obeys_ms, deaf) = (self.behaviour.terminate_ms, self.behaviour.ignores_sigterm);
        let end = if deaf || obeys_ms > grace_ms { (grace_ms, KILLED) } else { (obeys_ms, OBEYED) };
        match &mut self.state {
            State::Running { ends } => {
                let end = (now.plus_ms(end.0), end.1);
                if ends.is_none_or(|known| end.0 < known.0) {
                    *ends = Some(end);
                }
                self.told_to_end = (!deaf).then_some(now);
            }
            State::Starting { .. } | State::Restarting { .. } => self.cancel(),
            State::Created | State::Exited => {}
        }
    }

    fn cancel(&mut self) {
        self.ports.clear();
        self.state = if self.started.is_some() { State::Exited } else { State::Created };
    }

    /// `docker kill`. What is told so counts as stopped by hand.
    pub fn kill(&mut self, signal: &str, now: Time) {
        self.by_hand = true;
        if self.runs() {
            self.signal(signal, now);
        } else {
            self.cancel();
        }
    }

    /// A signal to its process from the machine, of which the engine knows nothing; true if it comes to something.
    pub fn signal(&mut self, signal: &str, now: Time) -> bool {
        let end = match signal {
            "SIGTERM" if self.behaviour.ignores_sigterm => return false,
            "SIGTERM" => (now.plus_ms(self.behaviour.terminate_ms), TERMINATED),
            _ => (now, KILLED),
        };
        let State::Running { ends } = &mut self.state else { return false };
        *ends = Some(end);
        self.told_to_end = Some(now);
        true
    }

    /// Its machine loses power.
    pub fn lose(&mut self, now: Time) {
        if !self.rests() {
            let begun = self.started.is_some();
            (self.health, self.ports, self.told_to_end) = (None, Vec::new(), None);
            self.state = if begun { State::Exited } else { State::Created };
            if begun {
                (self.exit_code, self.finished, self.lost) = (LOST, Some(now), true);
            }
        }
    }

    /// The engine is up again: does it start this one? Models `ShouldRestart` in the engine's `restore`: what lost its machine
    /// ended with 255, so `on-failure` starts it, too (moby issue 47846).
    pub fn wakes(&mut self, now: Time) -> bool {
        if std::mem::take(&mut self.lost) {
            self.finished = Some(now);
        }
        self.started.is_some()
            && self.rests()
            && self.manager.wants(self.service.restart, self.exit_code, self.by_hand)
    }

    /// As `docker ps` names its state.
    pub fn shown(&self) -> &'static str {
        match self.state {
            State::Created => "created",
            State::Starting { shown, .. } => shown,
            State::Running { .. } => "running",
            State::Restarting { .. } => "restarting",
            State::Exited => "exited",
        }
    }

    /// The spec of its object.
    pub fn spec(&self) -> Json {
        let mut spec = json!({
            "project": self.project.as_str(), "service": self.service.name.as_str(), "number": self.number,
            "machine": self.machine.as_str(), "image": self.service.image.as_str(),
        });
        spec.set("command", self.service.command.iter().map(Json::from).collect::<Json>());
        spec
    }

    /// The status of its object.
    pub fn status(&self) -> Json {
        let mut status = json!({
            "state": self.shown(), "exitCode": self.exit_code, "restartCount": self.manager.restarts,
        });
        status.set("health", self.health.map(|h| h.word.text()));
        let moments =
            [("startedAt", self.started), ("finishedAt", self.finished), ("toldToEndAt", self.told_to_end)];
        for (field, at) in moments {
            status.set(field, at.map(Time::rfc3339_micro));
        }
        let port = |(published, target): &(i64, i64)| json!({"published": *published, "target": *target});
        let ports: Vec<Json> = self.ports.iter().map(port).collect();
        status.set("ports", (!ports.is_empty()).then(|| Json::from(ports)));
        status
    }

    /// Its object, as it is created.
    pub fn object(&self, name: &str, namespace: &str) -> Object {
        let mut object = Object(json!({"metadata": {"name": name, "namespace": namespace}}));
        let labels = [
            ("com.docker.compose.project", self.project.clone()),
            ("com.docker.compose.service", self.service.name.clone()),
            ("com.docker.compose.container-number", ecow::eco_format!("{}", self.number)),
        ];
        for (label, value) in labels {
            object["metadata"]["labels"].set(label, value);
        }
        object.set("spec", self.spec());
        object
    }

    /// What its health says; `None` where nothing checks it.
    pub fn health_word(&self) -> Option<Word> {
        self.health.map(|h| h.word)
    }

    /// Its exit code, if it has ended for good.
    pub fn ended(&self) -> Option<i64> {
        (self.state == State::Exited).then_some(self.exit_code)
    }
}
