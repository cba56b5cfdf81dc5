//! Where a write comes from: who made it, and which revision led to it. Kept in revision records, never in objects.

use std::sync::LazyLock;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// User of the deployment controller.
pub const DEPLOYMENT_CONTROLLER: &str = "system:serviceaccount:kube-system:deployment-controller";
/// User of the replicaset controller.
pub const REPLICASET_CONTROLLER: &str = "system:serviceaccount:kube-system:replicaset-controller";
/// User of the replication controller.
pub const REPLICATION_CONTROLLER: &str = "system:serviceaccount:kube-system:replication-controller";
/// User of the daemonset controller.
pub const DAEMON_SET_CONTROLLER: &str = "system:serviceaccount:kube-system:daemon-set-controller";
/// User of the statefulset controller.
pub const STATEFULSET_CONTROLLER: &str = "system:serviceaccount:kube-system:statefulset-controller";
/// User of the job controller.
pub const JOB_CONTROLLER: &str = "system:serviceaccount:kube-system:job-controller";
/// User of the controller that deletes finished jobs.
pub const TTL_AFTER_FINISHED_CONTROLLER: &str =
    "system:serviceaccount:kube-system:ttl-after-finished-controller";
/// User of the cronjob controller.
pub const CRONJOB_CONTROLLER: &str = "system:serviceaccount:kube-system:cronjob-controller";
/// User of the horizontal pod autoscaler.
pub const HORIZONTAL_POD_AUTOSCALER: &str = "system:serviceaccount:kube-system:horizontal-pod-autoscaler";
/// User of the endpointslice controller.
pub const ENDPOINTSLICE_CONTROLLER: &str = "system:serviceaccount:kube-system:endpointslice-controller";
/// User of the node lifecycle controller.
pub const NODE_CONTROLLER: &str = "system:serviceaccount:kube-system:node-controller";
/// User of the taint eviction controller.
pub const TAINT_EVICTION_CONTROLLER: &str = "system:serviceaccount:kube-system:taint-eviction-controller";
/// User of the garbage collector.
pub const GARBAGE_COLLECTOR: &str = "system:serviceaccount:kube-system:generic-garbage-collector";
/// User of the pod garbage collector.
pub const POD_GARBAGE_COLLECTOR: &str = "system:serviceaccount:kube-system:pod-garbage-collector";
/// User of the namespace controller.
pub const NAMESPACE_CONTROLLER: &str = "system:serviceaccount:kube-system:namespace-controller";
/// User of the controller that gives every namespace its service account.
pub const SERVICE_ACCOUNT_CONTROLLER: &str = "system:serviceaccount:kube-system:service-account-controller";
/// User of the controller that gives every namespace the cluster's certificate.
pub const ROOT_CA_PUBLISHER: &str = "system:serviceaccount:kube-system:root-ca-cert-publisher";
/// User of the endpoints controller.
pub const ENDPOINT_CONTROLLER: &str = "system:serviceaccount:kube-system:endpoint-controller";
/// User of the quota controller.
pub const RESOURCEQUOTA_CONTROLLER: &str = "system:serviceaccount:kube-system:resourcequota-controller";
/// User of the controller that says how long nodes may keep Secrets.
pub const TTL_CONTROLLER: &str = "system:serviceaccount:kube-system:ttl-controller";
/// User of the controller that mirrors Endpoints into slices.
pub const ENDPOINTSLICEMIRRORING_CONTROLLER: &str =
    "system:serviceaccount:kube-system:endpointslicemirroring-controller";
/// User of the disruption controller.
pub const DISRUPTION_CONTROLLER: &str = "system:serviceaccount:kube-system:disruption-controller";
/// User of the controller that puts cluster roles together.
pub const AGGREGATION_CONTROLLER: &str =
    "system:serviceaccount:kube-system:clusterrole-aggregation-controller";
/// User of the persistent volume controller.
pub const PERSISTENT_VOLUME_BINDER: &str = "system:serviceaccount:kube-system:persistent-volume-binder";
/// User of the controller that makes claims for pods.
pub const EPHEMERAL_VOLUME_CONTROLLER: &str = "system:serviceaccount:kube-system:ephemeral-volume-controller";
/// User of the controller that keeps claims in use.
pub const PVC_PROTECTION_CONTROLLER: &str = "system:serviceaccount:kube-system:pvc-protection-controller";
/// User of the controller that keeps volumes in use.
pub const PV_PROTECTION_CONTROLLER: &str = "system:serviceaccount:kube-system:pv-protection-controller";
/// User of the controllers that have none of their own.
pub const CONTROLLER_MANAGER: &str = "system:kube-controller-manager";
/// User of the scheduler.
pub const SCHEDULER: &str = "system:kube-scheduler";
/// User of the API server's own loops.
pub const API_SERVER: &str = "system:apiserver";
/// User of the simulated world (machines, network, traffic); no such user exists in a real cluster.
pub const WORLD: &str = "system:sim:world";
/// Prefix of a kubelet's user; the node's name follows.
pub const KUBELET_PREFIX: &str = "system:node:";

/// What led to a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Nothing inside: a request from outside, or an object of the world.
    #[default]
    Outside,
    /// A part of the control plane or of the world observed this revision.
    Record(u64),
    /// It was time.
    Timer(Due),
}

/// A timer that went off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What it was time for.
    pub timer: Timer,
    /// The revision that first set it; 0: the cluster's beginning.
    pub set_by: u64,
}

/// What happens when it is time, whatever happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {
    /// The cluster begins.
    Start,
    /// A kubelet renews its node's Lease.
    Lease,
    /// A kubelet posts its node's status.
    NodeStatus,
    /// A CronJob's schedule.
    Schedule,
    /// A Traffic's counts are written.
    TrafficReport,
    /// The metrics server scrapes.
    Scrape,
}

impl Cause {
    /// The revision, if it was one.
    pub fn revision(self) -> Option<u64> {
        if let Self::Record(revision) = self { Some(revision) } else { None }
    }

    /// A timer that is set because of this; one that sets itself again is still set by what set it first.
    pub fn sets(self, timer: Timer) -> Due {
        let set_by = match self {
            Self::Record(revision) => revision,
            Self::Timer(due) => due.set_by,
            Self::Outside => 0,
        };
        Due { timer, set_by }
    }
}

/// Who wrote, and because of what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The authenticated user name, as RBAC and audit logs of a real cluster have it.
    pub user: EcoString,
    /// What led to it.
    pub because: Cause,
}

impl Origin {
    /// A request from outside.
    pub fn user(name: impl Into<EcoString>) -> Self {
        Self { user: name.into(), because: Cause::Outside }
    }

    /// Work that `because` led to.
    pub fn part(user: impl Into<EcoString>, because: Cause) -> Self {
        Self { user: user.into(), because }
    }
}

/// The program behind a user of the control plane, as it names itself in its `User-Agent`; empty for anybody else.
pub fn component(user: &str) -> EcoString {
    // Too long to stand in itself, and in every object: shared.
    static CONTROLLER_MANAGER: LazyLock<EcoString> = LazyLock::new(|| "kube-controller-manager".into());
    match user {
        SCHEDULER => "kube-scheduler".into(),
        API_SERVER => "kube-apiserver".into(),
        WORLD => "pilothouse".into(),
        _ if user.starts_with("system:serviceaccount:kube-system:") => CONTROLLER_MANAGER.clone(),
        _ if user.starts_with(KUBELET_PREFIX) => "kubelet".into(),
        _ => EcoString::new(),
    }
}

/// A kubelet's user.
pub fn kubelet(node: &str) -> EcoString {
    format!("{KUBELET_PREFIX}{node}").into()
}
