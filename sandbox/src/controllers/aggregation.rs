//! The clusterrole-aggregation controller: roles with an aggregation rule get the rules of those that it chooses. Models
//! `pkg/controller/clusterroleaggregation`.

use ecow::EcoString;

use super::Work;
use crate::{
    api::{Api, Record, Subresource, access::aggregated},
    cluster::{Ctx, Queue},
    object::{Key, Object},
    origin,
    resources::CLUSTER_ROLE,
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 15;

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    if record.resource != CLUSTER_ROLE {
        return;
    }
    for role in api.list(CLUSTER_ROLE, "").filter(|role| !role["aggregationRule"].is_null()) {
        queue.after_ms(LATENCY_MS, Work::Aggregation(role.name().clone()));
    }
}

/// Puts a role together.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    let key = Key::cluster(name.clone());
    let Some(role) = ctx.api.find(CLUSTER_ROLE, &key).filter(|role| !role["aggregationRule"].is_null())
    else {
        return;
    };
    let others: Vec<&Object> = ctx.api.list(CLUSTER_ROLE, "").collect();
    let rules = aggregated(role, others.into_iter());
    if rules == role["rules"] || (rules.is_empty() && role["rules"].is_empty()) {
        return;
    }
    ctx.acting(origin::AGGREGATION_CONTROLLER);
    // Refused where somebody else wrote in between; that write leads here again.
    ctx.api.modify(CLUSTER_ROLE, &key, Subresource::Main, |role| role.set("rules", rules));
}
