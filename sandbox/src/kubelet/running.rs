//! A main process: what it answers its probes, what it uses, and how it will end. Models the kubelet's probe workers
//! (`prober/worker.go`) and the kernel's OOM killer for one cgroup (`memory.oom.group`: the whole container goes).

use ecow::EcoString;

use super::{
    image::Behaviour,
    pressure::Burden,
    probe::{Answers, Seen, outcome_at},
    run::{Note, Scene},
    spec::{ContainerSpec, ProbeKind},
};
use crate::{
    clock::Time,
    object::Key,
    process::{Fate, Outcome},
    usage::{Line, Load, Memory, Written},
};

/// Exit code of what SIGKILL ended.
pub const KILLED: i64 = 137;

/// A main process.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Since when.
    pub since: Time,
    /// Container id.
    pub id: EcoString,
    /// When it will end, and with which code, as known now.
    pub ends: Option<(Time, i64)>,
    /// What it leaves in its termination log when it ends so.
    pub message: EcoString,
    /// The Service without which it does not go on.
    pub waits: Option<Key>,
    /// When it makes a request on whose answer it depends what it does.
    pub asks: Option<Time>,
    /// Requests that it has come to.
    pub asked: u32,
    /// Does it pass its readiness probe?
    pub ready: bool,
    /// Has it passed its startup probe?
    pub started: bool,
    /// Is it stopped only to be started again?
    pub renewed: bool,
    answers: Answers,
    /// What the commands of its probes do, each from a moment on.
    outcomes: [Vec<(Time, Outcome)>; 3],
    turns: [Turn; 3],
    memory: Memory,
    written: Option<Box<Written>>,
    limit: Option<u64>,
    oom_at: Option<Time>,
}

/// Where a probe stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Turn {
    /// The next try whose outcome is open; none: all pass from here on, or nobody asks any more.
    try_at: Option<Time>,
    seen: Seen,
}

impl Running {
    /// A process that starts at `since`.
    pub fn new(
        spec: &ContainerSpec,
        id: EcoString,
        behaviour: &Behaviour,
        since: Time,
        outcomes: [Vec<(Time, Outcome)>; 3],
    ) -> Self {
        let answers = Answers {
            from: since.plus_ms(behaviour.ready_ms),
            hangs_at: behaviour.hangs_ms.map(|after_ms| since.plus_ms(after_ms)),
        };
        let mut new = Self {
            since,
            id,
            ends: behaviour.ends.map(|(after_ms, code)| (since.plus_ms(after_ms), code)),
            message: EcoString::new(),
            waits: None,
            asks: None,
            asked: 0,
            ready: false,
            started: spec.probe(ProbeKind::Startup).is_none(),
            renewed: false,
            answers,
            outcomes,
            turns: [Turn::default(); 3],
            memory: Memory::new(behaviour.appetite, since),
            written: behaviour.writes.map(|writes| Box::new(Written::new(writes, since))),
            limit: spec.memory_limit(),
            oom_at: None,
        };
        match spec.probe(ProbeKind::Startup) {
            Some(probe) => new.ask(ProbeKind::Startup, Some(probe.first(since))),
            None => new.ask_on(spec, since),
        }
        new.weigh(since);
        new
    }

    fn ask(&mut self, kind: ProbeKind, try_at: Option<Time>) {
        self.turns[kind as usize] = Turn { try_at, seen: Seen::default() };
    }

    /// It has started: the other probes begin.
    fn ask_on(&mut self, spec: &ContainerSpec, now: Time) {
        let not_before = |delayed: Time| delayed.max(now);
        match spec.probe(ProbeKind::Readiness) {
            Some(probe) => self.ask(ProbeKind::Readiness, Some(not_before(probe.first(self.since)))),
            None => self.ready = true,
        }
        if let Some(probe) = spec.probe(ProbeKind::Liveness) {
            let outcomes = &self.outcomes[ProbeKind::Liveness as usize];
            let try_at = probe.first_failure(self.since, &self.answers, outcomes);
            self.ask(ProbeKind::Liveness, try_at.map(not_before));
        }
    }

    /// Takes over what is known of its future.
    pub fn follow(&mut self, fate: Fate, now: Time) {
        (self.ends, self.waits, self.asks) = (None, None, None);
        match fate {
            Fate::Ends { after_ms, code, message } => {
                self.ends = Some((self.since.plus_ms(after_ms).max(now), code));
                self.message = message.into();
            }
            Fate::Waits(service) => self.waits = Some(service),
            Fate::Asks(at) => {
                self.asks = Some(at.max(now));
                self.asked += 1;
            }
            Fate::Runs | Fate::Refused { .. } => {}
        }
    }

    /// How it will end, as known now: when, with which code, for which reason.
    pub fn end(&self) -> Option<(Time, i64, &'static str)> {
        let own = self.ends.map(|(at, code)| (at, code, if code == 0 { "Completed" } else { "Error" }));
        let oom = self.oom_at.map(|at| (at, KILLED, "OOMKilled"));
        [own, oom].into_iter().flatten().min_by_key(|end| end.0)
    }

    /// When it moves on.
    pub fn next(&self, spec: &ContainerSpec) -> Option<Time> {
        let turns = ProbeKind::ALL.into_iter().filter_map(|kind| self.due(kind, spec));
        turns.chain(self.end().map(|end| end.0)).min()
    }

    /// When the outcome of a probe's next try is known.
    fn due(&self, kind: ProbeKind, spec: &ContainerSpec) -> Option<Time> {
        let try_at = self.turns[kind as usize].try_at?;
        Some(spec.probe(kind)?.known(try_at, &self.answers))
    }

    /// Takes the outcome of the try that is due; gives the kind of probe for which it has to be started again.
    pub fn probe(&mut self, spec: &ContainerSpec, scene: &mut Scene<'_>) -> Option<ProbeKind> {
        let due = |kind: &ProbeKind| self.due(*kind, spec).is_some_and(|at| at <= scene.now);
        let kind = ProbeKind::ALL.into_iter().find(due)?;
        let (probe, turn) = (spec.probe(kind)?, &mut self.turns[kind as usize]);
        let tried = turn.try_at?;
        let outcomes = &self.outcomes[kind as usize];
        let outcome =
            probe.attempt(self.answers.at(tried), outcome_at(outcomes, tried), scene.ip, &spec.ports);
        let verdict = probe.judge(&mut turn.seen, outcome.is_ok());
        let known = probe.known(tried, &self.answers);
        turn.try_at = match verdict {
            Some(true) => probe.matters(tried, &self.answers, outcomes),
            _ => Some(probe.after(tried, known)),
        };
        if let Err(output) = outcome {
            let text = format!("{} probe failed: {output}", kind.name());
            scene.note(spec, Note::warning("Unhealthy", text));
        }
        self.conclude(kind, verdict?, spec, scene.now)
    }

    fn conclude(
        &mut self,
        kind: ProbeKind,
        passes: bool,
        spec: &ContainerSpec,
        now: Time,
    ) -> Option<ProbeKind> {
        match (kind, passes) {
            (ProbeKind::Readiness, _) => self.ready = passes,
            (ProbeKind::Startup, true) => {
                self.started = true;
                self.turns[kind as usize] = Turn::default();
                self.ask_on(spec, now);
            }
            (ProbeKind::Liveness, true) => {}
            (_, false) => return Some(kind),
        }
        None
    }

    /// It gets SIGTERM: nobody asks any more whether it has started or lives.
    pub fn leave_alone(&mut self) {
        self.turns[ProbeKind::Startup as usize] = Turn::default();
        self.turns[ProbeKind::Liveness as usize] = Turn::default();
    }

    /// From `now` on it answers so many requests.
    pub fn bear(&mut self, load: Load, now: Time) {
        self.memory = self.memory.changed(load, now);
        if let Some(written) = &mut self.written {
            **written = written.changed(load, now);
        }
        self.weigh(now);
    }

    /// Its limit may be another one.
    pub fn limit(&mut self, limit: Option<u64>, now: Time) {
        if limit != self.limit {
            self.limit = limit;
            self.weigh(now);
        }
    }

    fn weigh(&mut self, now: Time) {
        self.oom_at = self.limit.and_then(|limit| self.memory.line().exceeds(limit, now));
    }

    /// The kernel needs its memory.
    pub fn sacrifice(&mut self, now: Time) {
        self.oom_at = Some(now);
    }

    /// Its memory over time.
    pub fn memory(&self) -> Line {
        self.memory.line()
    }

    /// What it has of its machine over time.
    pub fn burden(&self) -> Burden {
        let disk = self.written.as_ref().map_or_else(Line::default, |written| written.line());
        Burden { memory: self.memory(), disk }
    }
}
