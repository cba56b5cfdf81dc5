//! The stage: one picture of a cluster at one moment, and the frames that keep a browser's copy current.

use serde::{Deserialize, Serialize};

use crate::{
    act::{Actor, Deed},
    compose::{ComposeDelta, ComposeView},
    diff::{Diff, Keyed},
    lesson::Progress,
};

/// Everything the stage draws.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageView {
    /// Number of this picture; the SSE event id. Grows by one a frame.
    pub seq: u64,
    /// The newest resourceVersion in it.
    pub revision: u64,
    /// Virtual time.
    pub clock: ClockView,
    /// Deployments, by key.
    pub workloads: Vec<WorkloadView>,
    /// Services, by key.
    pub services: Vec<ServiceView>,
    /// Nodes, by name.
    pub nodes: Vec<NodeView>,
    /// Pods, by key.
    pub pods: Vec<PodView>,
    /// Docker Compose beside the cluster, or instead of one.
    #[serde(default)]
    pub compose: ComposeView,
    /// What each part of the control plane did last, in the order of [`Actor`].
    pub actors: Vec<Deed>,
    /// Marks on the timeline, oldest first; bounded (the server folds older ones).
    pub marks: Vec<Mark>,
    /// Number of Kubernetes Events and of all objects, for the tabs.
    pub counts: Counts,
}

/// Numbers on the tool tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Event objects.
    pub events: u32,
    /// Objects of the kinds the stage watches, Events apart.
    pub objects: u32,
}

/// Virtual time as the learner steers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClockView {
    /// Virtual now, ms since the sandbox's creation.
    pub now_ms: i64,
    /// The moment the learner's clock shows as 00:00 (the world was left to settle before it).
    pub start_ms: i64,
    /// Unix time of the sandbox's creation, ms.
    pub epoch_unix_ms: i64,
    /// Virtual seconds per real second: 1, 5, 20 or 60.
    pub speed: u16,
    /// Paused by the learner.
    pub paused: bool,
    /// This picture shows the newest moment, not a past one.
    pub live: bool,
    /// Virtual time of the newest moment (equals `now_ms` when live).
    pub live_ms: i64,
}

/// A Deployment: wanted against actual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkloadView {
    /// `namespace/name`.
    pub key: String,
    /// Object name.
    pub name: String,
    /// `spec.replicas`.
    pub desired: i64,
    /// `status.readyReplicas`.
    pub ready: i64,
    /// Its revision annotation.
    pub revision: i64,
    /// Image of the first container.
    pub image: String,
    /// The replica set of the current template.
    pub replica_set: Option<String>,
}

/// A Service and the traffic towards it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// `namespace/name`.
    pub key: String,
    /// Object name.
    pub name: String,
    /// Virtual IP, or `None` for a headless one.
    pub cluster_ip: Option<String>,
    /// First port.
    pub port: u16,
    /// Keys of pods that are ready endpoints.
    pub ready: Vec<String>,
    /// How many pods the selector matches.
    pub selected: u32,
    /// Who calls it.
    pub traffic: Option<TrafficView>,
}

/// A `Traffic` object's wish and count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrafficView {
    /// Object name.
    pub name: String,
    /// Wanted requests a second.
    pub rate_rps: f64,
    /// Highest rate its handle offers, requests a second.
    pub rate_rps_max: f64,
    /// Requests answered a second, now.
    pub served_rps: f64,
    /// Failing share of requests now, 0 to 1.
    pub error_ratio: f64,
    /// Requests since the learner's start.
    pub sent: u64,
    /// Failed requests since the learner's start.
    pub failed: u64,
    /// Spans in which requests failed, oldest first.
    pub failures: Vec<FailureSpan>,
}

/// A span of virtual time in which requests failed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureSpan {
    /// First failing moment.
    pub from_ms: i64,
    /// Last failing moment; `None`: it lasts.
    pub to_ms: Option<i64>,
    /// Requests that failed in it.
    pub failed: u64,
}

/// A node, the machine under it, and its capacity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// Object name.
    pub name: String,
    /// What its Ready condition says.
    pub ready: NodeReady,
    /// Is the machine powered? `None` where the cluster has no Machine object (a real cluster).
    pub powered: Option<bool>,
    /// Last word of the kubelet (its lease).
    pub heard_ms: Option<i64>,
    /// `spec.unschedulable`.
    pub cordoned: bool,
    /// Taints as `key:effect`.
    pub taints: Vec<String>,
    /// Allocatable CPU, millicores.
    pub cpu_m: i64,
    /// Allocatable memory, MiB.
    pub memory_mib: i64,
}

/// The Ready condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeReady {
    /// `True`.
    Ready,
    /// `False`: the kubelet itself says so.
    NotReady,
    /// `Unknown`: no contact.
    #[default]
    Unknown,
}

/// A pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PodView {
    /// `namespace/name`.
    pub key: String,
    /// Object name.
    pub name: String,
    /// Key of the workload it belongs to, if any.
    pub workload: Option<String>,
    /// `spec.nodeName`.
    pub node: Option<String>,
    /// `status.podIP`.
    pub ip: Option<String>,
    /// How the stage draws it.
    pub phase: PodPhase,
    /// kubectl's STATUS column, for the curious.
    pub status: String,
    /// Ready containers of all.
    pub ready: (u32, u32),
    /// Restarts of all containers.
    pub restarts: u32,
    /// Image of the first container.
    pub image: String,
    /// Since when it has been in this phase.
    pub since_ms: i64,
    /// When the phase is expected to end (grace period, back-off), if known.
    pub until_ms: Option<i64>,
    /// Requested CPU, millicores.
    pub cpu_m: i64,
    /// Requested memory, MiB.
    pub memory_mib: i64,
    /// A sentence of the cluster's own that explains the phase (FailedScheduling, pull error), if any.
    pub message: Option<String>,
}

/// The states the stage draws; see DESIGN.md's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodPhase {
    /// Not yet on a node.
    Pending,
    /// Its image is being pulled.
    Pulling,
    /// ContainerCreating.
    Starting,
    /// Running 0/1.
    NotReady,
    /// Running 1/1.
    Ready,
    /// Has a deletion timestamp.
    Terminating,
    /// CrashLoopBackOff, or dead and about to be restarted.
    CrashLoop,
    /// Failed by eviction.
    Evicted,
    /// ErrImagePull.
    PullError,
    /// ImagePullBackOff.
    PullBackOff,
    /// Succeeded.
    Completed,
    /// Failed otherwise.
    Failed,
    /// On a node without contact.
    Unknown,
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Its shape.
    pub kind: MarkKind,
    /// What it stands for.
    pub deed: Deed,
}

/// Diamond, circle, triangle, square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// The learner acted.
    You,
    /// A controller acted.
    Controller,
    /// Something became worse.
    Worse,
    /// Something became better.
    Better,
}

/// What one SSE event carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frame {
    /// The whole picture: at the start, and for a viewer that fell behind.
    Snapshot {
        /// The picture.
        stage: Box<StageView>,
        /// The learner's place in the experiment.
        progress: Box<Progress>,
    },
    /// What changed since picture `base`.
    Delta {
        /// Number (`seq`) of the picture it stands on.
        base: u64,
        /// The changes.
        delta: Box<StageDelta>,
        /// The learner's place, whole, when it changed.
        progress: Option<Box<Progress>>,
    },
}

/// The difference between two pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageDelta {
    /// Number of the newer picture.
    pub seq: u64,
    /// Its newest resourceVersion.
    pub revision: u64,
    /// Its virtual time, whole.
    pub clock: ClockView,
    /// Deployments that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub workloads: Diff<WorkloadView>,
    /// Services that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub services: Diff<ServiceView>,
    /// Nodes that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub nodes: Diff<NodeView>,
    /// Pods that changed.
    #[serde(default, skip_serializing_if = "Diff::is_empty")]
    pub pods: Diff<PodView>,
    /// What changed of Docker Compose.
    #[serde(default, skip_serializing_if = "ComposeDelta::is_empty")]
    pub compose: ComposeDelta,
    /// Whole when changed.
    pub actors: Option<Vec<Deed>>,
    /// Whole when changed.
    pub marks: Option<Vec<Mark>>,
    /// Numbers for the tabs, whole.
    pub counts: Counts,
}

impl StageDelta {
    /// What turns `old` into `new`.
    pub fn between(old: &StageView, new: &StageView) -> Self {
        Self {
            seq: new.seq,
            revision: new.revision,
            clock: new.clock,
            workloads: Diff::between(&old.workloads, &new.workloads),
            services: Diff::between(&old.services, &new.services),
            nodes: Diff::between(&old.nodes, &new.nodes),
            pods: Diff::between(&old.pods, &new.pods),
            compose: ComposeDelta::between(&old.compose, &new.compose),
            actors: (old.actors != new.actors).then(|| new.actors.clone()),
            marks: (old.marks != new.marks).then(|| new.marks.clone()),
            counts: new.counts,
        }
    }

    /// Brings a copy of the older picture up to date.
    pub fn apply(&self, view: &mut StageView) {
        view.seq = self.seq;
        view.revision = self.revision;
        view.clock = self.clock;
        self.workloads.apply(&mut view.workloads);
        self.services.apply(&mut view.services);
        self.nodes.apply(&mut view.nodes);
        self.pods.apply(&mut view.pods);
        self.compose.apply(&mut view.compose);
        if let Some(actors) = &self.actors {
            view.actors.clone_from(actors);
        }
        if let Some(marks) = &self.marks {
            view.marks.clone_from(marks);
        }
        view.counts = self.counts;
    }
}

impl StageView {
    /// Is there Docker and no cluster at all?
    pub fn is_compose_only(&self) -> bool {
        self.nodes.is_empty() && !self.compose.projects.is_empty()
    }

    /// All that calls something on the stage.
    pub fn traffics(&self) -> impl Iterator<Item = &TrafficView> {
        let entries = self.compose.entries.iter().map(|e| &e.traffic);
        self.services.iter().filter_map(|s| s.traffic.as_ref()).chain(entries)
    }

    /// Does this part of the control plane act at this very moment (within 1.5 virtual seconds)?
    pub fn acts_now(&self, actor: Actor) -> bool {
        self.actors.iter().any(|d| d.actor == actor && self.clock.now_ms - d.at_ms < 1_500)
    }
}

macro_rules! keyed {
    ($($t:ty => $f:ident),*) => { $(impl Keyed for $t { fn key(&self) -> &str { &self.$f } })* };
}
keyed!(WorkloadView => key, ServiceView => key, NodeView => name, PodView => key);
