//! Projects of Docker Compose (ours: ComposeProject, ComposeContainer, ComposeCommand), each on one machine: nothing is moved
//! to another one, and nothing changes until somebody types a command, but for what the engine's restart policies do.
//! Models Docker Engine 28 and Docker Compose 2. Omits: networks between machines, volumes, Swarm; two commands for one project
//! at once (the second waits).

mod command;
mod container;
mod converge;
mod engine;
mod health;
mod restart;
mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{self, COMPOSE_COMMAND, COMPOSE_CONTAINER, COMPOSE_PROJECT, MACHINE, SIGNAL, compose_file},
};
use engine::{Daemon, Engines};
use run::Run;

/// From a typed command to its first deed.
const TYPED_MS: i64 = 100;
/// From power to the engine: firmware, kernel, containerd, dockerd. As long as a kubelet takes.
const BOOT_MS: i64 = 5000;
/// Exit codes of `ssh` to a machine that is away, of a client that finds no engine, and of compose without its file.
const UNREACHABLE: i64 = 255;
const NO_ENGINE: i64 = 1;
const NO_FILE: i64 = 14;
const FAILED: i64 = 1;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Bring a container forward.
    Container(Key),
    /// A container was taken away by hand.
    Removed(Key),
    /// Bring a command forward.
    Command(Key),
    /// A machine was plugged or unplugged, or is gone.
    Machine(EcoString),
    /// The engine of a machine comes up.
    Boot(EcoString),
    /// Deliver a Signal.
    Signal(Key),
}

/// All engines, and the commands at work.
#[derive(Clone, Debug, Default)]
pub struct Compose {
    engines: Engines,
    runs: BTreeMap<Key, Run>,
    /// Commands that wait for another one of their project.
    waiting: BTreeSet<Key>,
}

impl Compose {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, queue: &mut Queue) {
        let (new, key) = (&record.object, record.object.key());
        let deleted = record.change == Change::Deleted;
        match record.resource {
            COMPOSE_COMMAND if record.change == Change::Added => queue.after_ms(TYPED_MS, Work::Command(key)),
            COMPOSE_COMMAND if deleted => {
                self.waiting.remove(&key);
                if let Some(run) = self.runs.remove(&key) {
                    self.go_on(&run.project, queue);
                }
            }
            COMPOSE_CONTAINER if deleted && self.engines.containers.contains_key(&key) => {
                queue.after_ms(0, Work::Removed(key));
            }
            MACHINE if self.engines.daemons.contains_key(new.name()) => {
                let unlike = |field: &str| {
                    record.before.as_ref().is_none_or(|b| b["status"][field] != new["status"][field])
                };
                if deleted || unlike("power") || unlike("network") {
                    queue.after_ms(0, Work::Machine(new.name().clone()));
                }
            }
            SIGNAL if record.change == Change::Added && !new["spec"]["composeContainer"].is_empty() => {
                queue.after_ms(0, Work::Signal(key));
            }
            _ => {}
        }
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::WORLD);
        match work {
            Work::Container(key) => {
                self.engines.sync(&key, ctx);
                self.moved(&key, ctx.queue);
            }
            // One that was made anew has the same name.
            Work::Removed(key) if ctx.api.find(COMPOSE_CONTAINER, &key).is_some() => {}
            Work::Removed(key) => {
                let project = self.engines.containers.get(&key).map(|c| c.project.clone());
                self.engines.remove(&key, ctx);
                if let Some(project) = project {
                    self.go_on(&Key::new(key.namespace, project), ctx.queue);
                }
            }
            Work::Command(key) => self.command(&key, ctx),
            Work::Machine(name) => self.machine(&name, ctx),
            Work::Boot(name) => self.engines.wake(&name, ctx),
            Work::Signal(key) => self.signal(&key, ctx),
        }
    }

    /// A container moved: commands of its project may go on.
    fn moved(&self, key: &Key, queue: &mut Queue) {
        if let Some(container) = self.engines.containers.get(key) {
            self.go_on(&Key::new(key.namespace.clone(), container.project.clone()), queue);
        }
    }

    /// Lets the command at work for a project go on, or the next one begin.
    fn go_on(&self, project: &Key, queue: &mut Queue) {
        let mut at_work =
            self.runs.iter().filter(|(_, run)| run.project == *project).map(|(key, _)| key).peekable();
        let idle = at_work.peek().is_none();
        for key in at_work.chain(self.waiting.iter().filter(|_| idle)) {
            queue.after_ms(0, Work::Command(key.clone()));
        }
    }

    fn command(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(object) =
            ctx.api.find(COMPOSE_COMMAND, key).filter(|c| c["status"]["exitCode"].is_null()).cloned()
        else {
            return;
        };
        let project = Key::new(key.namespace.clone(), object["spec"]["project"].text());
        let mut run = match self.runs.remove(key) {
            Some(run) => run,
            None if self.runs.values().any(|run| run.project == project) => {
                self.waiting.insert(key.clone());
                return;
            }
            None => {
                self.waiting.remove(key);
                match self.begin(&object, &project, ctx.api) {
                    Ok(run) => run,
                    Err((why, code)) => return end(key, &[why], code, ctx),
                }
            }
        };
        let ended = match reachable(ctx.api, &run.machine) {
            Err(why) => Err((why, UNREACHABLE)),
            Ok(()) => run.proceed(&mut self.engines, ctx).map_err(|why| (why, run.failure())),
        };
        match ended {
            Ok(false) => {
                if let Some(at) = run.until {
                    ctx.queue.at(at, Work::Command(key.clone()));
                }
                self.runs.insert(key.clone(), run);
                return;
            }
            Ok(true) => end(key, &run.output, 0, ctx),
            Err((why, code)) => {
                run.output.push(why);
                end(key, &run.output, code, ctx);
            }
        }
        self.go_on(&project, ctx.queue);
    }

    /// A command begins: what it is about, and whether it can be typed at all.
    fn begin(&mut self, object: &Object, project: &Key, api: &Api) -> Result<Run, command::Refusal> {
        let words: Vec<&str> = object["spec"]["args"].list().iter().map(Json::text).collect();
        let command = command::parse(&words)?;
        let file = api.find(COMPOSE_PROJECT, project);
        let file = file.ok_or_else(|| ("no configuration file provided: not found".to_owned(), NO_FILE))?;
        let machine: EcoString = file["spec"]["machine"].text().into();
        reachable(api, &machine).map_err(|why| (why, UNREACHABLE))?;
        let daemon = self.engines.daemons.entry(machine.clone());
        if !daemon.or_insert_with(|| Daemon { up: true, ..Daemon::default() }).up {
            let why = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
            return Err((why.into(), NO_ENGINE));
        }
        // Nobody can write a project that does not read.
        let services = compose_file::read(&file["spec"]["services"]).unwrap_or_default();
        Run::new(project.clone(), machine, command, services).map_err(|why| (why, FAILED))
    }

    fn machine(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        let Some(machine) = ctx.api.find(MACHINE, &Key::cluster(name.clone())) else {
            self.engines.forget(name, ctx);
            ctx.queue.cancel(Work::Boot(name.clone()));
            return self.all_go_on(ctx.queue);
        };
        let on = machine["status"]["power"] == "On";
        let up = self.engines.daemons.get(name).is_some_and(|d| d.up);
        let boots = ctx.queue.waits_until(Work::Boot(name.clone())).is_some();
        match (on, up) {
            (true, false) if !boots => ctx.queue.after_ms(BOOT_MS, Work::Boot(name.clone())),
            (false, true) => self.engines.lose(name, ctx),
            (false, false) => ctx.queue.cancel(Work::Boot(name.clone())),
            _ => {}
        }
        self.all_go_on(ctx.queue);
    }

    fn all_go_on(&self, queue: &mut Queue) {
        for key in self.runs.keys() {
            queue.after_ms(0, Work::Command(key.clone()));
        }
    }

    /// A signal from the machine's shell to a container's process.
    fn signal(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(signal) = ctx.api.find(SIGNAL, key).map(|s| s["spec"].clone()) else { return };
        let name = signal["composeContainer"].text();
        let target = Key::new(key.namespace.clone(), name);
        let (now, mut hit) = (ctx.now(), false);
        self.engines.tell(&target, ctx, |c| hit = c.signal(signal["signal"].text(), now));
        let message = match (hit, self.engines.containers.get(&target)) {
            (true, _) => format!("container {name:?} got {}", signal["signal"].text()),
            (false, Some(c)) if c.runs() => format!("container {name:?} ignores SIGTERM"),
            (false, Some(_)) => format!("container {name:?} is not running"),
            (false, None) => format!("container {name:?} is on no machine"),
        };
        ctx.api.update_status(resources::SIGNAL, key, |s| {
            s["status"].set("delivered", hit);
            s["status"].set("message", message);
        });
    }
}

/// Can somebody type on a machine?
fn reachable(api: &Api, machine: &EcoString) -> Result<(), String> {
    let found = api.find(MACHINE, &Key::cluster(machine.clone()));
    match found {
        None => Err(format!("ssh: Could not resolve hostname {machine}: Name or service not known")),
        Some(m) if m["status"]["power"] == "Off" || m["status"]["network"] == "Partitioned" => {
            Err(format!("ssh: connect to host {machine} port 22: Connection timed out"))
        }
        Some(_) => Ok(()),
    }
}

/// A command is over.
fn end(key: &Key, output: &[String], code: i64, ctx: &mut Ctx<'_>) {
    let (text, now) = (output.join("\n"), ctx.now());
    ctx.api.update_status(COMPOSE_COMMAND, key, |command| {
        command["status"].set("exitCode", code);
        command["status"].set("output", text);
        command["status"].set("finishedAt", now);
    });
}
