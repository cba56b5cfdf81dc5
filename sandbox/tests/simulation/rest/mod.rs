//! What must be once the faults have stopped and time has passed: wishes that can be met are met, and what is not met says why.

mod batch;
mod bounds;
mod compose;
mod left;
mod nodes;
mod reasons;
mod sets;
mod workloads;

use sandbox::{
    api::Api,
    cluster::Cluster,
    object::{Key, Object},
    resources::{self, Resource},
};

use super::pods::is_ready;

type Verdict = Result<(), String>;

/// A look at all objects of a kind, one by one.
type Check = fn(&Api, &Object) -> Verdict;

const CHECKS: [(&str, Resource, Check); 19] = [
    ("silent nodes", resources::NODE, nodes::silent_ones_are_left),
    ("pressure at rest", resources::NODE, nodes::pressure_is_told),
    ("pods at rest", resources::POD, reasons::explained),
    ("deployments", resources::DEPLOYMENT, workloads::deployment),
    ("replica sets", resources::REPLICA_SET, workloads::replica_set),
    ("stateful sets", resources::STATEFUL_SET, sets::stateful_set),
    ("daemon sets", resources::DAEMON_SET, sets::daemon_set),
    ("rollouts of daemons", resources::DAEMON_SET, sets::daemons_are_new),
    ("jobs at rest", resources::JOB, batch::job),
    ("cron jobs", resources::CRON_JOB, batch::cron_job),
    ("endpoints", resources::SERVICE, bounds::endpoints),
    ("budgets", resources::POD_DISRUPTION_BUDGET, bounds::budget),
    ("quotas", resources::RESOURCE_QUOTA, bounds::quota),
    ("autoscalers", resources::HORIZONTAL_POD_AUTOSCALER, bounds::autoscaler),
    ("claims of volumes", resources::PERSISTENT_VOLUME_CLAIM, bounds::claim),
    ("namespaces", resources::NAMESPACE, left::namespace),
    ("projects", resources::COMPOSE_PROJECT, compose::project),
    ("containers", resources::COMPOSE_CONTAINER, compose::container),
    ("commands", resources::COMPOSE_COMMAND, compose::command),
];

const OWNERS: &str = "owners at rest";

/// What it may find.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.into_iter().map(|(name, ..)| name).chain([OWNERS])
}

/// Its namespace ends, and waits for a pod on a silent machine: what is left in it has no wish that counts.
fn is_given_up(api: &Api, object: &Object) -> bool {
    let key = Key::cluster(object.namespace().to_owned());
    api.find(resources::NAMESPACE, &key).is_some_and(Object::is_terminating)
}

/// Pods, and how many of them are Ready; or the check that does not hold, and why.
pub fn look(cluster: &Cluster) -> Result<(u64, u64), (&'static str, String)> {
    let api = cluster.api();
    for (name, resource, check) in CHECKS {
        let mut kept = api.list(resource, "").filter(|o| !is_given_up(api, o));
        kept.try_for_each(|o| check(api, o)).map_err(|why| (name, why))?;
    }
    left::owners_exist(api).map_err(|why| (OWNERS, why))?;
    let ready = api.list(resources::POD, "").filter(|p| is_ready(p)).count() as u64;
    Ok((api.list(resources::POD, "").count() as u64, ready))
}
