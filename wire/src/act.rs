//! Facts about who did what: for the control-plane rail, the marks on the timeline, the narration and the cause chain.

use serde::{Deserialize, Serialize};

use crate::compose::ComposeAct;

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
    /// kube-controller-manager's replication controller.
    ReplicationController,
    /// kube-controller-manager's daemonset controller.
    DaemonSetController,
    /// kube-controller-manager's statefulset controller.
    StatefulSetController,
    /// kube-controller-manager's job controller, and the one that deletes finished jobs.
    JobController,
    /// kube-controller-manager's cronjob controller.
    CronJobController,
    /// kube-controller-manager's horizontal pod autoscaler.
    Autoscaler,
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
    /// Docker's engine on a machine, with Docker Compose.
    Engine,
    /// A program in a pod, which acts by a service account: a controller that somebody has installed.
    Program,
    /// The simulated world: machines, network, traffic.
    World,
}

/// What happened, with the names and numbers of this run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A machine lost power.
    Unplugged {
        /// Name of the node.
        node: String,
    },
    /// A machine got power again.
    Plugged {
        /// Name of the node.
        node: String,
    },
    /// The main process of a container was killed.
    Killed {
        /// Name of the pod.
        pod: String,
    },
    /// `spec.replicas` of a workload changed.
    Scaled {
        /// Name of the workload.
        workload: String,
        /// `spec.replicas` before.
        from: i64,
        /// `spec.replicas` after.
        to: i64,
    },
    /// A pod template changed: a new revision starts.
    RolledOut {
        /// Name of the workload.
        workload: String,
        /// Image of its first container.
        image: String,
    },
    /// Traffic towards a Service changed, requests per second.
    TrafficSet {
        /// Name of the `Traffic` object.
        traffic: String,
        /// Before, requests a second.
        from_rps: f64,
        /// After, requests a second.
        to_rps: f64,
    },
    /// Any other object was created by hand.
    Created {
        /// Kind of the object.
        kind: String,
        /// Name of the object.
        name: String,
    },
    /// Any other object was changed by hand.
    Changed {
        /// Kind of the object.
        kind: String,
        /// Name of the object.
        name: String,
    },
    /// An object was deleted by hand.
    Deleted {
        /// Kind of the object.
        kind: String,
        /// Name of the object.
        name: String,
    },
    /// A kubelet stopped renewing its lease; `last_ms` is its last renewal.
    LeaseStopped {
        /// Name of the node.
        node: String,
        /// The last renewal, virtual milliseconds since the sandbox's creation.
        last_ms: i64,
    },
    /// Ready became Unknown: no word from the kubelet for `silent_ms`. `pods` of its pods became not ready.
    NodeUnknown {
        /// Name of the node.
        node: String,
        /// Since the last word of the kubelet, virtual milliseconds.
        silent_ms: i64,
        /// How many of its pods became not ready.
        pods: u32,
    },
    /// Ready became True (again).
    NodeReady {
        /// Name of the node.
        node: String,
    },
    /// Pods on a node were marked for deletion because a toleration of `tolerated_s` ran out.
    EvictedPods {
        /// Name of the node.
        node: String,
        /// How many pods were marked.
        pods: u32,
        /// `tolerationSeconds` of the toleration, virtual seconds.
        tolerated_s: i64,
    },
    /// A replica set created pods: it wanted `wanted` and had `had`.
    CreatedPods {
        /// Name of the replica set.
        replica_set: String,
        /// How many pods were created.
        pods: u32,
        /// Pods it wants (`spec.replicas`).
        wanted: i64,
        /// Pods it had before.
        had: i64,
    },
    /// A replica set deleted pods.
    DeletedPods {
        /// Name of the replica set.
        replica_set: String,
        /// How many pods were deleted.
        pods: u32,
        /// Pods it wants (`spec.replicas`).
        wanted: i64,
    },
    /// A deployment scaled one of its replica sets.
    ScaledReplicaSet {
        /// Name of the replica set.
        replica_set: String,
        /// `spec.replicas` before.
        from: i64,
        /// `spec.replicas` after.
        to: i64,
    },
    /// A pod was bound to a node.
    Scheduled {
        /// Name of the pod.
        pod: String,
        /// Name of the node.
        node: String,
    },
    /// No node fits; `message` is the scheduler's own sentence.
    Unschedulable {
        /// Name of the pod.
        pod: String,
        /// The scheduler's own sentence.
        message: String,
    },
    /// An image is being pulled.
    Pulling {
        /// Name of the pod.
        pod: String,
        /// The image's reference.
        image: String,
    },
    /// A container runs.
    Started {
        /// Name of the pod.
        pod: String,
        /// Name of the node.
        node: String,
    },
    /// A pod passes its readiness (again).
    PodReady {
        /// Name of the pod.
        pod: String,
        /// Name of the node.
        node: String,
    },
    /// A container ended.
    Died {
        /// Name of the pod.
        pod: String,
        /// Exit code of the main process.
        exit_code: i64,
    },
    /// A container was started again on the same node, for the `count`th time.
    Restarted {
        /// Name of the pod.
        pod: String,
        /// Restarts of the container so far, this one included.
        count: u32,
    },
    /// A container waits `wait_ms` before it is started again.
    BackOff {
        /// Name of the pod.
        pod: String,
        /// Length of the wait, virtual milliseconds.
        wait_ms: i64,
    },
    /// The ready addresses behind a Service changed.
    EndpointsChanged {
        /// Name of the Service.
        service: String,
        /// Ready addresses before.
        from: u32,
        /// Ready addresses after.
        to: u32,
    },
    /// The last object of a deleted pod went away.
    PodGone {
        /// Name of the pod.
        pod: String,
    },
    /// Something of Docker Compose.
    Compose(ComposeAct),
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
    pub act: Act,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::{Mark, MarkKind};

    #[test]
    fn what_is_sent_is_read_again() {
        let name = || "x".to_owned();
        for act in [
            Act::Created { kind: "Deployment".into(), name: name() },
            Act::Changed { kind: "Deployment".into(), name: name() },
            Act::Deleted { kind: "Deployment".into(), name: name() },
            Act::TrafficSet { traffic: name(), from_rps: 40.0, to_rps: 60.5 },
            Act::NodeUnknown { node: name(), silent_ms: 50_000, pods: 2 },
            Act::PodGone { pod: name() },
            Act::Compose(ComposeAct::Died { container: name(), exit_code: 137 }),
        ] {
            let deed = Deed { actor: Actor::You, at_ms: 5, revision: 7, because: Some(6), act };
            // A mark has a kind of its own beside that of what was made.
            let mark = Mark { kind: MarkKind::You, deed };
            let sent = serde_json::to_string(&mark).unwrap();
            assert_eq!(serde_json::from_str::<Mark>(&sent).unwrap(), mark, "{sent}");
        }
    }
}
