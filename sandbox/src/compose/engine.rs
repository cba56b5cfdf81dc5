//! Docker's engine on each machine, with the containers that it keeps, and the objects that show them. Models dockerd: ports
//! are held while a container runs, and containers are started again by their policy, also when the engine comes up.
//! Omits: addresses of containers, layers, logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ecow::{EcoString, eco_format};

use super::{
    Work,
    container::{Container, State},
};
use crate::{
    api::{Api, DeleteOptions},
    cluster::Ctx,
    json::Json,
    kubelet::{Behaviour, behaviour, hex64},
    object::Key,
    resources::{COMPOSE_CONTAINER, COMPOSE_PROJECT, compose_file::Service},
};

/// The first port that the engine takes where nobody names one.
const EPHEMERAL_FIRST: i64 = 32_768;

/// The engine of a machine.
#[derive(Clone, Debug, Default)]
pub struct Daemon {
    /// Does it run?
    pub up: bool,
    /// Images on its disk.
    pub images: BTreeSet<EcoString>,
    /// Networks of projects.
    pub networks: BTreeSet<Key>,
}

/// All engines with their containers.
#[derive(Clone, Debug, Default)]
pub struct Engines {
    /// Those that a command has reached, by machine.
    pub daemons: BTreeMap<EcoString, Daemon>,
    /// By their objects' keys.
    pub containers: BTreeMap<Key, Container>,
}

impl Engines {
    /// How a service's image behaves.
    pub fn behaviour(service: &Service, api: &Api) -> Behaviour {
        behaviour(api, &service.image, &service.command)
    }

    /// Containers of a project in order of service and number.
    pub fn of_project<'a>(&'a self, project: &'a Key) -> impl Iterator<Item = (&'a Key, &'a Container)> {
        let of =
            |(key, c): &(&Key, &Container)| key.namespace == project.namespace && c.project == project.name;
        self.containers.iter().filter(of)
    }

    /// Containers of one service of a project, by their numbers.
    pub fn of_service(&self, project: &Key, service: &str) -> Vec<Key> {
        let of = self.of_project(project).filter(|(_, c)| c.service.name == service);
        let mut all: Vec<(i64, &Key)> = of.map(|(key, c)| (c.number, key)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, key)| key.clone()).collect()
    }

    /// Makes a container.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn create(
        &mut self,
        project: &Key,
        machine: &EcoString,
        service: &Arc<Service>,
        number: i64,
        ctx: &mut Ctx<'_>,
    ) -> Result<Key, String> {
        let key =
            Key::new(project.namespace.clone(), eco_format!("{}-{}-{number}", project.name, service.name));
        let behaviour = Self::behaviour(service, ctx.api);
        let container =
            Container::new(project.name.clone(), machine.clone(), service.clone(), number, behaviour);
        let object = container.object(&key.name, &key.namespace);
        let made = ctx.api.create(COMPOSE_CONTAINER, object);
        made.map_err(|status| format!("Error response from daemon: {}", status.message))?;
        self.containers.insert(key.clone(), container);
        self.publish(&key, ctx);
        Ok(key)
    }

    /// Takes a container away.
    pub fn remove(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(container) = self.containers.remove(key) else { return };
        ctx.queue.cancel(Work::Container(key.clone()));
        // It can only be gone already.
        let _ = ctx.api.delete(COMPOSE_CONTAINER, key, &DeleteOptions::default());
        self.summarize(&Key::new(key.namespace.clone(), container.project), ctx);
    }

    /// Starts a container that rests.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn start(&mut self, key: &Key, ctx: &mut Ctx<'_>) -> Result<(), String> {
        let ports = self.ports_for(key);
        let Some(container) = self.containers.get_mut(key) else { return Ok(()) };
        let started = match ports {
            Ok(ports) => {
                let behaviour = Self::behaviour(&container.service, ctx.api);
                container.start(ports, behaviour, ctx.now());
                Ok(())
            }
            Err(why) => {
                container.refuse();
                Err(why)
            }
        };
        self.publish(key, ctx);
        started
    }

    /// Lets a container be told something, and shows what came of it.
    pub fn tell(&mut self, key: &Key, ctx: &mut Ctx<'_>, tell: impl FnOnce(&mut Container)) {
        if let Some(container) = self.containers.get_mut(key) {
            tell(container);
            self.publish(key, ctx);
        }
    }

    /// Brings a container forward.
    pub fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(container) = self.containers.get(key) else { return };
        if container.due_again(now) {
            let (ports, behaviour) = (self.ports_for(key), Self::behaviour(&container.service, ctx.api));
            self.tell(key, ctx, |c| match ports {
                Ok(ports) => c.again(ports, behaviour, now),
                Err(_) => c.refuse(),
            });
        } else {
            self.tell(key, ctx, |c| c.step(now));
        }
    }

    /// The machine's ports for a container that starts.
    fn ports_for(&self, key: &Key) -> Result<Vec<(i64, i64)>, String> {
        let Some(container) = self.containers.get(key) else { return Ok(Vec::new()) };
        let others = self.containers.values().filter(|c| c.machine == container.machine);
        let mut taken: BTreeSet<i64> =
            others.flat_map(|c| c.ports.iter().map(|(published, _)| *published)).collect();
        let mut held = Vec::new();
        for port in &container.service.ports {
            let (first, last) = port.published.unwrap_or((EPHEMERAL_FIRST, 65_535));
            let free = (first..=last).find(|p| !taken.contains(p)).ok_or_else(|| {
                let why = if first == last {
                    format!("Bind for 0.0.0.0:{first} failed: port is already allocated")
                } else {
                    "all ports are allocated".to_owned()
                };
                format!(
                    "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint {} ({}): {why}",
                    key.name,
                    hex64(&key.to_string())
                )
            })?;
            taken.insert(free);
            held.push((free, port.target));
        }
        Ok(held)
    }

    /// Shows a container, and puts what it does next into the queue.
    fn publish(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(container) = self.containers.get(key) else { return };
        if let Some(at) = container.next() {
            ctx.queue.cancel(Work::Container(key.clone()));
            ctx.queue.at(at, Work::Container(key.clone()));
        }
        let status = container.status();
        ctx.api.update_status(COMPOSE_CONTAINER, key, |object| object.set("status", status));
        let project = Key::new(key.namespace.clone(), container.project.clone());
        self.summarize(&project, ctx);
    }

    fn summarize(&self, project: &Key, ctx: &mut Ctx<'_>) {
        let mut states: BTreeMap<&str, i64> = BTreeMap::new();
        for (_, container) in self.of_project(project) {
            *states.entry(container.shown()).or_default() += 1;
        }
        let containers =
            states.into_iter().fold(Json::object(), |all, (state, count)| all.with(state, count));
        ctx.api.update_status(COMPOSE_PROJECT, project, |p| p["status"].set("containers", containers));
    }

    /// A machine's power goes.
    pub fn lose(&mut self, machine: &EcoString, ctx: &mut Ctx<'_>) {
        if let Some(daemon) = self.daemons.get_mut(machine) {
            daemon.up = false;
        }
        let now = ctx.now();
        for key in self.on(machine) {
            ctx.queue.cancel(Work::Container(key.clone()));
            self.tell(&key, ctx, |c| c.lose(now));
        }
    }

    /// The engine comes up, and starts what its policy says.
    pub fn wake(&mut self, machine: &EcoString, ctx: &mut Ctx<'_>) {
        if let Some(daemon) = self.daemons.get_mut(machine) {
            daemon.up = true;
        }
        for key in self.on(machine) {
            let (now, mut wakes) = (ctx.now(), false);
            self.tell(&key, ctx, |c| wakes = c.wakes(now));
            if wakes {
                // Nobody reads the engine's log; the container shows its exit code.
                let _ = self.start(&key, ctx);
            }
        }
    }

    /// A machine is gone with all that was on it.
    pub fn forget(&mut self, machine: &EcoString, ctx: &mut Ctx<'_>) {
        self.daemons.remove(machine);
        for key in self.on(machine) {
            self.remove(&key, ctx);
        }
    }

    fn on(&self, machine: &EcoString) -> Vec<Key> {
        self.containers.iter().filter(|(_, c)| c.machine == *machine).map(|(key, _)| key.clone()).collect()
    }

    /// Is a container still being started?
    pub fn is_starting(&self, key: &Key) -> bool {
        self.containers.get(key).is_some_and(|c| matches!(c.state, State::Starting { .. }))
    }
}
