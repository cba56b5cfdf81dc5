//! Facts about who did what: for the control-plane rail, the marks on the timeline, the narration and the cause chain.

use serde::{Deserialize, Serialize};

/// Who wrote a change, as the stage names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The learner, by a handle, the console or their own client.
    You,
    /// The API server itself (defaults, allocation).
    ApiServer,
    /// kube-controller-manager's deployment controller.
    DeploymentController,
    /// kube-controller-manager's replicaset controller.
    ReplicaSetController,
    /// kube-controller-manager's endpointslice controller.
    EndpointSliceController,
    /// kube-controller-manager's node lifecycle controller (NotReady, taints).
    NodeController,
    /// kube-controller-manager's taint eviction controller (deletes pods whose toleration ran out).
    EvictionController,
    /// kube-controller-manager's garbage collector and pod GC.
    GarbageCollector,
    /// kube-scheduler.
    Scheduler,
    /// The kubelet of a node.
    Kubelet,
    /// The simulated world: machines, network, traffic.
    World,
}

/// What happened, with the names and numbers of this run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// A machine lost power.
    Unplugged { node: String },
    /// A machine got power again.
    Plugged { node: String },
    /// The main process of a container was killed.
    Killed { pod: String },
    /// `spec.replicas` of a workload changed.
    Scaled { workload: String, from: i64, to: i64 },
    /// A pod template changed: a new revision starts.
    RolledOut { workload: String, image: String },
    /// Traffic towards a Service changed, requests per second.
    TrafficSet { traffic: String, from_rps: f64, to_rps: f64 },
    /// Any other object was created by hand.
    Created { kind: String, name: String },
    /// Any other object was changed by hand.
    Changed { kind: String, name: String },
    /// An object was deleted by hand.
    Deleted { kind: String, name: String },
    /// A kubelet stopped renewing its lease; `last_ms` is its last renewal.
    LeaseStopped { node: String, last_ms: i64 },
    /// Ready became Unknown: no word from the kubelet for `silent_ms`. `pods` of its pods became not ready.
    NodeUnknown { node: String, silent_ms: i64, pods: u32 },
    /// Ready became True (again).
    NodeReady { node: String },
    /// Pods on a node were marked for deletion because a toleration of `tolerated_s` ran out.
    EvictedPods { node: String, pods: u32, tolerated_s: i64 },
    /// A replica set created pods: it wanted `wanted` and had `had`.
    CreatedPods { replica_set: String, pods: u32, wanted: i64, had: i64 },
    /// A replica set deleted pods.
    DeletedPods { replica_set: String, pods: u32, wanted: i64 },
    /// A deployment scaled one of its replica sets.
    ScaledReplicaSet { replica_set: String, from: i64, to: i64 },
    /// A pod was bound to a node.
    Scheduled { pod: String, node: String },
    /// No node fits; `message` is the scheduler's own sentence.
    Unschedulable { pod: String, message: String },
    /// An image is being pulled.
    Pulling { pod: String, image: String },
    /// A container runs.
    Started { pod: String, node: String },
    /// A pod passes its readiness (again).
    PodReady { pod: String, node: String },
    /// A container ended.
    Died { pod: String, exit_code: i64 },
    /// A container was started again on the same node, for the `count`th time.
    Restarted { pod: String, count: u32 },
    /// A container waits `wait_ms` before it is started again.
    BackOff { pod: String, wait_ms: i64 },
    /// The ready addresses behind a Service changed.
    EndpointsChanged { service: String, from: u32, to: u32 },
    /// The last object of a deleted pod went away.
    PodGone { pod: String },
}

impl Act {
    /// Pods that the act names, for links and highlights.
    pub fn pod(&self) -> Option<&str> {
        match self {
            Act::Killed { pod }
            | Act::Scheduled { pod, .. }
            | Act::Unschedulable { pod, .. }
            | Act::Pulling { pod, .. }
            | Act::Started { pod, .. }
            | Act::PodReady { pod, .. }
            | Act::Died { pod, .. }
            | Act::Restarted { pod, .. }
            | Act::BackOff { pod, .. }
            | Act::PodGone { pod } => Some(pod),
            _ => None,
        }
    }
}

/// An act with its author, its moment and the revision that recorded it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// Who.
    pub actor: Actor,
    /// When, virtual milliseconds since the sandbox's creation.
    pub at_ms: i64,
    /// The first resourceVersion that shows it.
    pub revision: u64,
    /// The revision that led to it, if the cluster knows.
    pub because: Option<u64>,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}
