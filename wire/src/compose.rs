//! What the stage draws of Docker Compose: projects, the machines that their engines run on, their containers, and who calls them.

use serde::{Deserialize, Serialize};

use crate::{
    diff::{Diff, Keyed},
    stage::TrafficView,
};

/// Everything of Docker on the stage; empty in a world without a Compose project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComposeView {
    /// Projects, by key.
    pub projects: Vec<ProjectView>,
    /// Machines with an engine, by name.
    pub engines: Vec<EngineView>,
    /// Containers, by key.
    pub containers: Vec<ContainerView>,
    /// Where callers arrive, by key.
    pub entries: Vec<EntryView>,
}

/// A project: what its file says against what runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectView {
    /// `namespace/name`.
    pub key: String,
    /// Object name.
    pub name: String,
    /// `spec.machine`.
    pub machine: String,
    /// Its services in the order of their names.
    pub services: Vec<FileService>,
}

/// A service of a compose file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileService {
    /// Its name.
    pub name: String,
    /// Containers that the file asks for: `scale`, `deploy.replicas`, or 1.
    pub wanted: u32,
    /// Of its containers, those that run.
    pub running: u32,
    /// `restart`, as Docker reads it: `no` where the file has none.
    pub restart: String,
}

/// A machine with Docker's engine on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineView {
    /// The machine's name.
    pub name: String,
    /// Does it have power?
    pub powered: bool,
    /// Does the network reach it?
    pub connected: bool,
    /// `spec.cpu`, millicores; 0 where it says none.
    pub cpu_m: i64,
    /// `spec.memory`, MiB; 0 where it says none.
    pub memory_mib: i64,
}

/// A container of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerView {
    /// `namespace/name`.
    pub key: String,
    /// As `docker compose ps` names it.
    pub name: String,
    /// `spec.project`, of the same namespace.
    pub project: String,
    /// `spec.service`.
    pub service: String,
    /// The machine it is on.
    pub machine: String,
    /// `spec.image`.
    pub image: String,
    /// How the stage draws it.
    pub state: ContainerState,
    /// Of its last end; 0 where it has not ended.
    pub exit_code: i64,
    /// How often the engine has started it again.
    pub restarts: u32,
    /// Published ports, as `8080->80`.
    pub ports: Vec<String>,
}

/// `docker compose ps`' state and health in one; a container that was told to end is stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContainerState {
    /// `created`: not yet started, or the engine refused to.
    Created,
    /// `running`, and nothing checks its health.
    Running,
    /// `running`, `health: starting`.
    Checking,
    /// `running`, `healthy`.
    Healthy,
    /// `running`, `unhealthy`.
    Unhealthy,
    /// `running`, after SIGTERM.
    Stopping,
    /// `restarting`: it ended, and the engine will start it again.
    Restarting,
    /// `exited` with 0.
    Done,
    /// `exited` otherwise.
    Dead,
}

impl ContainerState {
    /// Does its process run?
    pub fn runs(self) -> bool {
        use ContainerState::{Checking, Healthy, Running, Stopping, Unhealthy};
        matches!(self, Running | Checking | Healthy | Unhealthy | Stopping)
    }
}

/// Where callers arrive: a published port of a machine, or a service by its name within a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EntryView {
    /// `namespace/name` of the Traffic.
    pub key: String,
    /// The machine that is called; `None`: a service is, from inside.
    pub machine: Option<String>,
    /// `box:8080`, or `shop/web`.
    pub address: String,
    /// Keys of containers that are meant.
    pub meant: Vec<String>,
    /// Of these, those that get requests.
    pub reached: Vec<String>,
    /// The callers.
    pub traffic: TrafficView,
}

/// What happened under Docker, with the names and numbers of this run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComposeAct {
    /// The process of a container was killed.
    Killed {
        /// Name of the container.
        container: String,
    },
    /// A command was typed.
    Typed {
        /// Name of the project.
        project: String,
        /// What follows `docker compose`.
        command: String,
    },
    /// A command ended with an error.
    InVain {
        /// Name of the project.
        project: String,
        /// What follows `docker compose`.
        command: String,
        /// Its exit code, not 0.
        exit_code: i64,
    },
    /// The engine started a container.
    Started {
        /// Name of the container.
        container: String,
        /// Name of the machine.
        machine: String,
    },
    /// A container ended, and nobody had asked for it.
    Died {
        /// Name of the container.
        container: String,
        /// Exit code of its process.
        exit_code: i64,
    },
    /// The engine started a container again by its restart policy, for the `count`th time.
    Restarted {
        /// Name of the container.
        container: String,
        /// Restarts so far, this one included.
        count: u32,
    },
    /// A healthcheck's word changed.
    Health {
        /// Name of the container.
        container: String,
        /// Did it become healthy? Else unhealthy.
        healthy: bool,
    },
    /// A container was taken away.
    Gone {
        /// Name of the container.
        container: String,
    },
}

/// What changed in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComposeDelta {
    /// Projects that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub projects: Diff<ProjectView>,
    /// Machines that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub engines: Diff<EngineView>,
    /// Containers that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub containers: Diff<ContainerView>,
    /// Entries that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub entries: Diff<EntryView>,
}

impl ComposeDelta {
    /// What turns `old` into `new`.
    pub fn between(old: &ComposeView, new: &ComposeView) -> Self {
        Self {
            projects: Diff::between(&old.projects, &new.projects),
            engines: Diff::between(&old.engines, &new.engines),
            containers: Diff::between(&old.containers, &new.containers),
            entries: Diff::between(&old.entries, &new.entries),
        }
    }

    /// Nothing to do?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Brings a copy of the older one up to date.
    pub fn apply(&self, view: &mut ComposeView) {
        self.projects.apply(&mut view.projects);
        self.engines.apply(&mut view.engines);
        self.containers.apply(&mut view.containers);
        self.entries.apply(&mut view.entries);
    }
}

macro_rules! keyed {
    ($($t:ty => $f:ident),*) => { $(impl Keyed for $t { fn key(&self) -> &str { &self.$f } })* };
}
keyed!(ProjectView => key, EngineView => name, ContainerView => key, EntryView => key);
