//! What must not be left over.

use std::collections::BTreeSet;

use sandbox::{
    api::Api,
    object::Object,
    resources::{self, Resource},
};

use super::Verdict;

/// A namespace that was deleted goes when the last of its pods has gone.
pub fn namespace(api: &Api, namespace: &Object) -> Verdict {
    let name = namespace.name();
    if namespace.is_terminating() && api.list(resources::POD, name).next().is_none() {
        return Err(format!("namespace {name} was deleted, is empty, and stays: {}", namespace["status"]));
    }
    Ok(())
}

/// Who has a controller has one that exists.
pub fn owners_exist(api: &Api) -> Verdict {
    const OWNERS: [Resource; 7] = [
        resources::DEPLOYMENT,
        resources::REPLICA_SET,
        resources::STATEFUL_SET,
        resources::DAEMON_SET,
        resources::JOB,
        resources::CRON_JOB,
        resources::SERVICE,
    ];
    const OWNED: [Resource; 5] = [
        resources::POD,
        resources::REPLICA_SET,
        resources::JOB,
        resources::ENDPOINT_SLICE,
        resources::CONTROLLER_REVISION,
    ];
    let uids: BTreeSet<&str> =
        OWNERS.iter().flat_map(|o| api.list(*o, "")).map(|o| o.uid().as_str()).collect();
    for object in OWNED.iter().flat_map(|o| api.list(*o, "")) {
        if object.controller_uid().is_some_and(|uid| !uids.contains(uid.as_str())) && !object.is_terminating()
        {
            return Err(format!("the owner of {} is no more", object.name()));
        }
    }
    Ok(())
}
