//! What a kubelet needs of a pod's spec, read once per change. Of hooks, `preStop` takes its time; omits what else they do, and
//! `postStart`.

use ecow::EcoString;

use super::probe::Probe;
use crate::{json::Json, object::Object, resources::quantity};

/// `restartPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// After every end.
    Always,
    /// After an exit code other than 0.
    OnFailure,
    /// Not at all.
    Never,
}

/// What a probe is for, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeKind {
    /// Has it started?
    Startup,
    /// Does it live?
    Liveness,
    /// May it get requests?
    Readiness,
}

impl ProbeKind {
    /// All of them, each at its own place.
    pub const ALL: [ProbeKind; 3] = [ProbeKind::Startup, ProbeKind::Liveness, ProbeKind::Readiness];

    fn field(self) -> &'static str {
        ["startupProbe", "livenessProbe", "readinessProbe"][self as usize]
    }

    /// As events about it begin.
    pub fn name(self) -> &'static str {
        ["Startup", "Liveness", "Readiness"][self as usize]
    }
}

/// A container as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerSpec {
    /// Name.
    pub name: EcoString,
    /// Reference of its image, as written.
    pub image: EcoString,
    /// `command` and `args`.
    pub command: Vec<EcoString>,
    /// `imagePullPolicy`.
    pub pull_policy: EcoString,
    /// By kind.
    probes: [Option<Probe>; 3],
    /// `ports`, as declared.
    pub ports: Json,
    /// `volumeMounts`, as declared.
    pub mounts: Json,
    /// `resources`, as allocated.
    pub resources: Json,
    /// `resizePolicy`, as declared.
    pub resize_policy: Json,
    /// One of `initContainers`.
    pub init: bool,
    /// One of `ephemeralContainers`: it came to a pod that was there.
    pub ephemeral: bool,
    /// When it is started again.
    pub restart: Restart,
    /// What `preStop` takes before SIGTERM, in milliseconds.
    pub pre_stop_ms: i64,
}

/// A pod as declared: init containers first, ephemeral ones last, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct PodSpec {
    /// Init containers, the others, the ephemeral ones.
    pub containers: Vec<ContainerSpec>,
    /// Does it share the machine's address?
    pub host_network: bool,
    /// `activeDeadlineSeconds`, in milliseconds.
    pub deadline_ms: Option<i64>,
    /// `terminationGracePeriodSeconds`, in milliseconds.
    pub grace_ms: i64,
    /// `priority`.
    pub priority: i64,
    /// Conditions of others without which it is not ready.
    pub gates: Vec<EcoString>,
}

impl ContainerSpec {
    /// Its probe of a kind.
    pub fn probe(&self, kind: ProbeKind) -> Option<&Probe> {
        self.probes[kind as usize].as_ref()
    }

    /// The most memory that it may use, in bytes.
    pub fn memory_limit(&self) -> Option<u64> {
        self.limit("memory")
    }

    /// The most that it may have of a resource that is counted in bytes.
    pub fn limit(&self, resource: &str) -> Option<u64> {
        self.amount("limits", resource).filter(|bytes| *bytes > 0)
    }

    /// What it asks for of a resource that is counted in bytes.
    pub fn request(&self, resource: &str) -> u64 {
        self.amount("requests", resource).unwrap_or(0)
    }

    fn amount(&self, part: &str, resource: &str) -> Option<u64> {
        let amount = &self.resources[part][resource];
        let bytes = amount.int().or_else(|| quantity::parse_bytes(amount.text()))?;
        u64::try_from(bytes).ok()
    }

    /// An init container that keeps running.
    pub fn sidecar(&self) -> bool {
        self.init && self.restart == Restart::Always
    }

    /// `involvedObject.fieldPath` of events about it.
    pub fn field(&self) -> String {
        let list = match (self.init, self.ephemeral) {
            (true, _) => "initContainers",
            (_, true) => "ephemeralContainers",
            _ => "containers",
        };
        format!("spec.{list}{{{}}}", self.name)
    }

    /// Is it started again after this exit code?
    pub fn restarts_after(&self, code: i64) -> bool {
        match self.restart {
            Restart::Always => true,
            Restart::OnFailure => code != 0,
            Restart::Never => false,
        }
    }
}

impl PodSpec {
    /// From a Pod.
    pub fn read(pod: &Object) -> Self {
        let spec = &pod["spec"];
        let policy = match spec["restartPolicy"].text() {
            "OnFailure" => Restart::OnFailure,
            "Never" => Restart::Never,
            _ => Restart::Always,
        };
        let init = spec["initContainers"].list().iter().map(|c| read(c, true, policy));
        let main = spec["containers"].list().iter().map(|c| read(c, false, policy));
        let late = spec["ephemeralContainers"]
            .list()
            .iter()
            .map(|c| ContainerSpec { ephemeral: true, ..read(c, false, Restart::Never) });
        Self {
            containers: init.chain(main).chain(late).collect(),
            host_network: spec["hostNetwork"] == Json::Bool(true),
            deadline_ms: spec["activeDeadlineSeconds"].int().map(|s| s.saturating_mul(1000)),
            grace_ms: spec["terminationGracePeriodSeconds"].int().unwrap_or(0).saturating_mul(1000),
            priority: spec["priority"].int().unwrap_or(0),
            gates: spec["readinessGates"].list().iter().map(|g| g["conditionType"].text().into()).collect(),
        }
    }
}

fn read(c: &Json, init: bool, policy: Restart) -> ContainerSpec {
    let words = |field: &str| c[field].list().iter().filter_map(|w| w.eco().cloned());
    let restart = match (init, c["restartPolicy"].text(), policy) {
        (true, "Always", _) => Restart::Always,
        (true, _, Restart::Always) => Restart::OnFailure,
        _ => policy,
    };
    let pre_stop = &c["lifecycle"]["preStop"];
    let sleep_ms = pre_stop["sleep"]["seconds"].int().map(|s| s * 1000);
    let exec: Vec<&str> = pre_stop["exec"]["command"].list().iter().map(Json::text).collect();
    let exec_ms = super::image::ends_of(&exec.join(" ")).map(|(ms, _)| ms);
    ContainerSpec {
        name: c["name"].text().into(),
        image: c["image"].text().into(),
        command: words("command").chain(words("args")).collect(),
        pull_policy: c["imagePullPolicy"].text().into(),
        probes: ProbeKind::ALL.map(|kind| Probe::read(&c[kind.field()], c)),
        ports: c["ports"].clone(),
        mounts: c["volumeMounts"].clone(),
        resources: c["resources"].clone(),
        resize_policy: c["resizePolicy"].clone(),
        init,
        ephemeral: false,
        restart,
        pre_stop_ms: sleep_ms.or(exec_ms).unwrap_or(0),
    }
}
