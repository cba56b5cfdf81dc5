//! A command at work: its phases one after another, in each the services in order of their dependencies, all at once where
//! nothing keeps them apart. Models compose's `up`, `start`, `stop`, `restart`, `down`, `kill`, `rm`.
//! Omits: how long the client and the engine think; containers of one service start one after another, as in compose.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use ecow::EcoString;

use super::{
    command::{Command, Verb},
    container::Container,
    converge::{self, Found},
    engine::Engines,
    health::Word,
};
use crate::{
    clock::Time,
    cluster::Ctx,
    object::Key,
    resources::compose_file::{Condition, Dependency, Service},
};

/// What is done to each service in a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Pull,
    Converge,
    Start,
    Stop,
    Restart,
    Down,
    Kill,
    Remove,
}

/// How far a service is in a phase.
#[derive(Clone, Debug, PartialEq)]
enum Progress {
    /// Its image is being pulled.
    Pulling(Time),
    /// Containers are on their way to rest.
    Stopping(Vec<Key>, converge::Plan),
    /// One is being started, others follow.
    Starting(Key, VecDeque<Key>),
    Done,
}

/// Exit codes of compose: any failure, and that of a pull.
const FAILED: i64 = 1;
const NOT_PULLED: i64 = 18;

/// What a phase came to.
type Step = Result<bool, String>;

/// A command at work.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its project.
    pub project: Key,
    /// The machine it is typed on.
    pub machine: EcoString,
    command: Command,
    file: Vec<Arc<Service>>,
    scope: Vec<Arc<Service>>,
    deeds: VecDeque<Deed>,
    progress: BTreeMap<EcoString, Progress>,
    /// What it has printed.
    pub output: Vec<String>,
    /// When it goes on, should no container move before.
    pub until: Option<Time>,
}

impl Run {
    /// A command for a project as its file says now.
    ///
    /// # Errors
    /// What it prints where it names a service that is not there.
    pub fn new(
        project: Key,
        machine: EcoString,
        command: Command,
        file: Vec<Service>,
    ) -> Result<Self, String> {
        let file: Vec<Arc<Service>> = file.into_iter().map(Arc::new).collect();
        let named = command.services.iter().chain(command.scale.keys());
        if let Some(unknown) = named.into_iter().find(|name| !file.iter().any(|s| s.name == **name)) {
            return Err(format!("no such service: {unknown}"));
        }
        let scope = scope(&command, &file);
        let deeds = match command.verb {
            Verb::Up | Verb::Scale => vec![Deed::Pull, Deed::Converge, Deed::Start],
            Verb::Down => vec![Deed::Down],
            Verb::Start => vec![Deed::Start],
            Verb::Stop => vec![Deed::Stop],
            Verb::Restart => vec![Deed::Restart],
            Verb::Kill => vec![Deed::Kill],
            Verb::Rm if command.stop_first => vec![Deed::Stop, Deed::Remove],
            Verb::Rm => vec![Deed::Remove],
        };
        Ok(Self {
            project,
            machine,
            command,
            file,
            scope,
            deeds: deeds.into(),
            progress: BTreeMap::new(),
            output: Vec::new(),
            until: None,
        })
    }

    /// Goes on as far as it can; true once all is done.
    ///
    /// # Errors
    /// What it prints before it gives up.
    pub fn proceed(&mut self, engines: &mut Engines, ctx: &mut Ctx<'_>) -> Step {
        self.until = None;
        while let Some(deed) = self.deeds.front().copied() {
            while self.visit_all(deed, engines, ctx)? {}
            if !self.scope.iter().all(|s| self.is_done(&s.name)) {
                return Ok(false);
            }
            self.finish(deed, engines, ctx);
            self.progress.clear();
            self.deeds.pop_front();
        }
        Ok(true)
    }

    /// The exit code, should it fail where it is.
    pub fn failure(&self) -> i64 {
        if self.deeds.front() == Some(&Deed::Pull) { NOT_PULLED } else { FAILED }
    }

    /// Looks at each service once; true if one of them got further.
    fn visit_all(&mut self, deed: Deed, engines: &mut Engines, ctx: &mut Ctx<'_>) -> Step {
        let mut moved = false;
        for service in self.scope.clone() {
            let before = self.progress.get(&service.name).cloned();
            match before.clone() {
                None if self.may_begin(deed, &service) => self.begin(deed, &service, engines, ctx)?,
                Some(Progress::Pulling(until)) if until <= ctx.now() => {
                    self.output.push(format!(" {} Pulled", service.name));
                    self.done(&service.name);
                }
                Some(Progress::Pulling(until)) => self.wake_at(until),
                Some(Progress::Stopping(keys, plan)) if at_rest(&keys, engines) => {
                    self.stopped(deed, &service, &keys, plan, engines, ctx)?;
                }
                Some(Progress::Starting(first, rest)) if !engines.is_starting(&first) => {
                    self.say(&first, "Started");
                    self.start_next(&service, rest, engines, ctx)?;
                }
                _ => {}
            }
            moved |= before != self.progress.get(&service.name).cloned();
        }
        Ok(moved)
    }

    fn wake_at(&mut self, at: Time) {
        self.until = Some(self.until.map_or(at, |known| known.min(at)));
    }

    fn is_done(&self, service: &str) -> bool {
        self.progress.get(service) == Some(&Progress::Done)
    }

    fn done(&mut self, service: &EcoString) {
        self.progress.insert(service.clone(), Progress::Done);
    }

    /// Are those done that come before it in this phase?
    fn may_begin(&self, deed: Deed, service: &Service) -> bool {
        let in_scope = |name: &str| self.scope.iter().any(|s| s.name == *name);
        let needs = |a: &Service, b: &str| a.depends_on.iter().any(|d| d.service == *b);
        match deed {
            Deed::Pull | Deed::Kill | Deed::Remove => true,
            Deed::Converge | Deed::Start | Deed::Restart => {
                let mut before = service.depends_on.iter().filter(|d| in_scope(&d.service));
                before.all(|d| self.is_done(&d.service))
            }
            Deed::Stop | Deed::Down => {
                let mut after = self.scope.iter().filter(|s| needs(s, &service.name));
                after.all(|s| self.is_done(&s.name))
            }
        }
    }

    fn begin(
        &mut self,
        deed: Deed,
        service: &Arc<Service>,
        engines: &mut Engines,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), String> {
        let keys = engines.of_service(&self.project, &service.name);
        match deed {
            Deed::Pull => self.pull(service, engines, ctx),
            Deed::Converge => {
                self.converge(service, keys, engines, ctx);
                Ok(())
            }
            Deed::Start => self.await_needs(service, keys, engines, ctx),
            Deed::Stop | Deed::Down | Deed::Restart => {
                self.stop(&keys, if deed == Deed::Restart { "Restarting" } else { "Stopping" }, engines, ctx);
                self.progress
                    .insert(service.name.clone(), Progress::Stopping(keys, converge::Plan::default()));
                Ok(())
            }
            Deed::Kill => {
                for key in
                    keys.iter().filter(|key| !at_rest(std::slice::from_ref(key), engines)).collect::<Vec<_>>()
                {
                    let (signal, now) = (self.command.signal.clone(), ctx.now());
                    engines.tell(key, ctx, |c| c.kill(&signal, now));
                    self.say(key, "Killed");
                }
                self.done(&service.name);
                Ok(())
            }
            Deed::Remove => {
                for key in
                    keys.iter().filter(|key| at_rest(std::slice::from_ref(key), engines)).collect::<Vec<_>>()
                {
                    engines.remove(key, ctx);
                    self.say(key, "Removed");
                }
                self.done(&service.name);
                Ok(())
            }
        }
    }

    fn pull(&mut self, service: &Service, engines: &mut Engines, ctx: &Ctx<'_>) -> Result<(), String> {
        let behaviour = Engines::behaviour(service, ctx.api);
        let daemon = engines.daemons.entry(self.machine.clone()).or_default();
        if daemon.images.contains(&service.image) {
            self.done(&service.name);
            return Ok(());
        }
        if behaviour.missing {
            let image = &service.image;
            return Err(format!(
                "Error response from daemon: manifest for {image} not found: manifest unknown: manifest unknown"
            ));
        }
        daemon.images.insert(service.image.clone());
        self.output.push(format!(" {} Pulling", service.name));
        let until = ctx.now().plus_ms(behaviour.pull_ms);
        self.progress.insert(service.name.clone(), Progress::Pulling(until));
        self.wake_at(until);
        Ok(())
    }

    fn converge(&mut self, service: &Arc<Service>, keys: Vec<Key>, engines: &mut Engines, ctx: &mut Ctx<'_>) {
        let found = |c: &Container| Found { number: c.number, current: c.service.config == service.config };
        let found = keys.iter().filter_map(|key| engines.containers.get(key)).map(found).collect();
        let expected = self.command.scale.get(&service.name).copied().unwrap_or(service.replicas);
        let recreate =
            if self.is_named(&service.name) { self.command.recreate } else { converge::Recreate::Diverged };
        let plan = converge::plan(found, usize::try_from(expected).unwrap_or(0), recreate);
        let of = |numbers: &[i64]| -> Vec<Key> {
            let wanted =
                |key: &&Key| engines.containers.get(key).is_some_and(|c| numbers.contains(&c.number));
            keys.iter().filter(wanted).cloned().collect()
        };
        let (removed, recreated, kept) = (of(&plan.remove), of(&plan.recreate), of(&plan.keep));
        for key in kept.iter().filter(|key| engines.containers.get(key).is_some_and(Container::runs)) {
            self.say(key, "Running");
        }
        let dependents =
            if recreated.is_empty() { Vec::new() } else { self.dependents(&service.name, engines) };
        for (keys, doing) in [(&removed, "Stopping"), (&recreated, "Recreate"), (&dependents, "Stopping")] {
            self.stop(keys, doing, engines, ctx);
        }
        let all = [removed, recreated, dependents].concat();
        self.progress.insert(service.name.clone(), Progress::Stopping(all, plan));
    }

    fn is_named(&self, service: &EcoString) -> bool {
        self.command.services.is_empty() || self.command.services.contains(service)
    }

    /// Containers that are to be started again once those of a service are made anew.
    fn dependents(&self, service: &str, engines: &Engines) -> Vec<Key> {
        let follows = |s: &&Arc<Service>| s.depends_on.iter().any(|d| d.restart && d.service == *service);
        self.file.iter().filter(follows).flat_map(|s| engines.of_service(&self.project, &s.name)).collect()
    }

    fn stop(&mut self, keys: &[Key], doing: &str, engines: &mut Engines, ctx: &mut Ctx<'_>) {
        for key in keys {
            let Some(container) = engines.containers.get(key) else { continue };
            let grace_ms = self.command.timeout_ms.unwrap_or(container.service.stop_grace_ms);
            if doing != "Stopping" || !container.rests() {
                self.say(key, doing);
            }
            let now = ctx.now();
            engines.tell(key, ctx, |c| c.stop(grace_ms, now));
        }
    }

    /// What was to be stopped rests.
    fn stopped(
        &mut self,
        deed: Deed,
        service: &Arc<Service>,
        keys: &[Key],
        plan: converge::Plan,
        engines: &mut Engines,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), String> {
        if deed == Deed::Restart {
            return self.start_next(service, keys.iter().cloned().collect(), engines, ctx);
        }
        for key in keys {
            let number =
                engines.containers.get(key).filter(|c| c.service.name == service.name).map(|c| c.number);
            let goes = |list: &[i64]| number.is_some_and(|n| list.contains(&n));
            if goes(&plan.recreate) {
                engines.remove(key, ctx);
            } else if deed == Deed::Down || goes(&plan.remove) {
                self.say(key, "Stopped");
                self.say(key, "Removing");
                engines.remove(key, ctx);
                self.say(key, "Removed");
            } else {
                self.say(key, "Stopped");
            }
        }
        for (numbers, doing, done) in
            [(&plan.recreate, None, "Recreated"), (&plan.create, Some("Creating"), "Created")]
        {
            for number in numbers {
                let key = engines.create(&self.project, &self.machine, service, *number, ctx)?;
                doing.into_iter().for_each(|doing| self.say(&key, doing));
                self.say(&key, done);
            }
        }
        self.done(&service.name);
        Ok(())
    }

    /// Starts a service once what it depends on is as far as it asks.
    fn await_needs(
        &mut self,
        service: &Service,
        keys: Vec<Key>,
        engines: &mut Engines,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), String> {
        for needed in service.depends_on.iter().filter(|_| self.command.deps) {
            if !self.has_come(needed, engines)? {
                return Ok(());
            }
        }
        let rest = |key: &Key| engines.containers.get(key).is_some_and(Container::rests);
        let keys = keys.into_iter().filter(rest).collect();
        self.start_next(service, keys, engines, ctx)
    }

    fn has_come(&self, needed: &Dependency, engines: &Engines) -> Result<bool, String> {
        for key in engines.of_service(&self.project, &needed.service) {
            let Some(c) = engines.containers.get(&key) else { continue };
            let refuse = |why: &str| Err(format!("dependency failed to start: container {} {why}", key.name));
            let has_come = match (needed.condition, c.ended(), c.health_word()) {
                (Condition::Started, ..) | (Condition::Completed, Some(0), _) => true,
                (Condition::Completed, Some(code), _) => {
                    return Err(format!(
                        "service {:?} didn't complete successfully: exit {code}",
                        needed.service
                    ));
                }
                (Condition::Healthy, Some(code), _) => return refuse(&format!("exited ({code})")),
                (Condition::Healthy, None, Some(Word::Unhealthy)) => return refuse("is unhealthy"),
                (Condition::Healthy, None, None) if c.service.healthcheck.is_none() => {
                    return refuse("has no healthcheck configured");
                }
                (_, None, word) => word == Some(Word::Healthy) && needed.condition == Condition::Healthy,
            };
            if !has_come {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Starts the first of them; those after it follow.
    fn start_next(
        &mut self,
        service: &Service,
        mut keys: VecDeque<Key>,
        engines: &mut Engines,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), String> {
        let Some(first) = keys.pop_front() else {
            self.done(&service.name);
            return Ok(());
        };
        self.say(&first, "Starting");
        self.progress.insert(service.name.clone(), Progress::Starting(first.clone(), keys));
        engines.start(&first, ctx)
    }

    /// What concerns the project as a whole.
    fn finish(&mut self, deed: Deed, engines: &mut Engines, ctx: &mut Ctx<'_>) {
        let network = format!(" Network {}_default ", self.project.name);
        let orphans = self.orphans(engines);
        let daemon = engines.daemons.entry(self.machine.clone()).or_default();
        match deed {
            Deed::Pull if daemon.networks.insert(self.project.clone()) => {
                self.output.extend(["Creating", "Created"].map(|what| format!("{network} {what}")));
            }
            Deed::Down if orphans.is_empty() && self.command.services.is_empty() => {
                daemon.networks.remove(&self.project);
                self.output.extend(["Removing", "Removed"].map(|what| format!("{network} {what}")));
            }
            _ => {}
        }
        if !matches!(deed, Deed::Converge | Deed::Down) || orphans.is_empty() {
            return;
        }
        if !self.command.remove_orphans {
            let names: Vec<&str> = orphans.iter().map(|key| key.name.as_str()).collect();
            self.output.push(format!(
                "Found orphan containers ([{}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.",
                names.join(" ")
            ));
            return;
        }
        for key in orphans {
            engines.remove(&key, ctx);
            self.say(&key, "Removed");
        }
    }

    /// Containers of the project whose service is not in the file.
    fn orphans(&self, engines: &Engines) -> Vec<Key> {
        let known = |c: &Container| self.file.iter().any(|s| s.name == c.service.name);
        engines.of_project(&self.project).filter(|(_, c)| !known(c)).map(|(key, _)| key.clone()).collect()
    }

    fn say(&mut self, key: &Key, what: &str) {
        self.output.push(format!(" Container {}  {what}", key.name));
    }
}

/// The services that a command is about: those it names with what they depend on, or all.
fn scope(command: &Command, file: &[Arc<Service>]) -> Vec<Arc<Service>> {
    let follows = command.deps && matches!(command.verb, Verb::Up | Verb::Start);
    let mut names: Vec<&EcoString> = command.services.iter().collect();
    if names.is_empty() && command.verb != Verb::Scale {
        return file.to_vec();
    }
    let mut at = 0;
    while let Some(name) = names.get(at).copied().filter(|_| follows) {
        let needed = file.iter().filter(|s| s.name == *name).flat_map(|s| &s.depends_on);
        for other in needed.map(|d| &d.service) {
            if !names.contains(&other) {
                names.push(other);
            }
        }
        at += 1;
    }
    file.iter().filter(|s| names.contains(&&s.name)).cloned().collect()
}

fn at_rest(keys: &[Key], engines: &Engines) -> bool {
    keys.iter().all(|key| engines.containers.get(key).is_none_or(Container::rests))
}
