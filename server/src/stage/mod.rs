//! The picture of a cluster, made from watches alone: what the stage draws and what the timeline remembers.
//! Everything here is pure; who watches and who is told is `sandboxes`' business.

mod compose;
mod compose_deeds;
mod deeds;
mod failures;
mod history;
mod pod;
mod read;
mod scene;
mod series;
mod view;

pub use scene::{Change, Scene};
pub use series::Series;

use sandbox::user::{ACCOUNT_PREFIX, User};
use wire::act::Actor;

/// The user that learners act as, from the page and from their own clients.
pub const LEARNER: &str = "learner";

/// That user: the administrator of their own cluster.
pub fn learner() -> User {
    User::admin(LEARNER)
}

/// Who a user of the cluster is on the stage.
pub fn actor(user: &str) -> Actor {
    const CONTROLLER: &str = "system:serviceaccount:kube-system:";
    match user.strip_prefix(CONTROLLER) {
        Some("deployment-controller") => Actor::DeploymentController,
        Some("replicaset-controller") => Actor::ReplicaSetController,
        Some("replication-controller") => Actor::ReplicationController,
        Some("daemon-set-controller") => Actor::DaemonSetController,
        Some("statefulset-controller") => Actor::StatefulSetController,
        Some("job-controller" | "ttl-after-finished-controller") => Actor::JobController,
        Some("cronjob-controller") => Actor::CronJobController,
        Some("horizontal-pod-autoscaler") => Actor::Autoscaler,
        Some("endpointslice-controller") => Actor::EndpointSliceController,
        Some("node-controller") => Actor::NodeController,
        Some("taint-eviction-controller") => Actor::EvictionController,
        Some(_) => Actor::GarbageCollector,
        None if user == "system:kube-scheduler" => Actor::Scheduler,
        None if user.starts_with("system:node:") => Actor::Kubelet,
        None if user == "system:sim:world" => Actor::World,
        None if user.starts_with(ACCOUNT_PREFIX) => Actor::Program,
        None if user.starts_with("system:") => Actor::ApiServer,
        None => Actor::You,
    }
}
