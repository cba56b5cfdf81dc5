//! The disruption controller: how many pods of a budget may go. Models `pkg/controller/disruption`.
//! Omits: custom controllers' scale subresources, the condition DisruptionTarget of pods that were not deleted in time.

use std::collections::BTreeMap;

use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    json::Json,
    object::{Key, Object},
    origin,
    resources::{self, POD, POD_DISRUPTION_BUDGET, REPLICA_SET, Resource},
    selector::Labels,
};

use super::{
    Work,
    common::{controller_of, is_active, is_ready},
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 10;
/// How long an eviction that was allowed counts while its pod is still there.
const EVICTION_MS: i64 = 120_000;

/// Sees a change.
pub fn observe(record: &Record, api: &Api, queue: &mut Queue) {
    let object = &record.object;
    let mut put = |budget: &Object| queue.after_ms(LATENCY_MS, Work::Disruption(budget.key()));
    match record.resource {
        POD_DISRUPTION_BUDGET
            if record.change != Change::Deleted && record.origin.user != origin::DISRUPTION_CONTROLLER =>
        {
            put(object);
        }
        POD => {
            let states = [Some(object), record.before.as_ref()];
            api.list(POD_DISRUPTION_BUDGET, object.namespace())
                .filter(|b| states.iter().flatten().any(|pod| covers(b, pod)))
                .for_each(put);
        }
        // A change of scale changes what is expected.
        REPLICA_SET | resources::DEPLOYMENT | resources::STATEFUL_SET | resources::REPLICATION_CONTROLLER
            if record
                .before
                .as_ref()
                .is_none_or(|old| old["spec"]["replicas"] != object["spec"]["replicas"]) =>
        {
            api.list(POD_DISRUPTION_BUDGET, object.namespace()).for_each(put);
        }
        _ => {}
    }
}

/// Is the pod one of the budget's?
pub fn covers(budget: &Object, pod: &Object) -> bool {
    let selector = &budget["spec"]["selector"];
    !selector.is_null() && budget.namespace() == pod.namespace() && Labels::from_object(selector).selects(pod)
}

/// Writes what is allowed now.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::DISRUPTION_CONTROLLER);
    let Some(budget) = ctx.api.find(POD_DISRUPTION_BUDGET, key).cloned() else { return };
    let now = ctx.now();
    let pods: Vec<&Object> =
        ctx.api.list(POD, budget.namespace()).filter(|p| covers(&budget, p) && is_active(p)).collect();
    let (disrupted, recheck) = disrupted(&budget, &pods, now);
    let healthy = pods.iter().filter(|p| is_ready(p) && disrupted[p.name().as_str()].is_null()).count();
    let (expected, desired) = expected(&budget, &pods, ctx.api);
    let healthy = i64::try_from(healthy).unwrap_or(i64::MAX);
    let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
    ctx.api.update_status(POD_DISRUPTION_BUDGET, key, |b| {
        let generation = b.generation();
        let status = &mut b["status"];
        for (field, value) in [
            ("currentHealthy", healthy),
            ("desiredHealthy", desired),
            ("expectedPods", expected),
            ("disruptionsAllowed", allowed),
            ("observedGeneration", generation),
        ] {
            status.set(field, value);
        }
        status.set("disruptedPods", if disrupted.is_empty() { Json::Null } else { disrupted });
        crate::api::set_disruption_condition(b, now);
    });
    if let Some(at) = recheck {
        ctx.queue.at(at, Work::Disruption(key.clone()));
    }
}

/// Evictions that were allowed and whose pods are still there, and when the first of them no longer counts.
fn disrupted(budget: &Object, pods: &[&Object], now: Time) -> (Json, Option<Time>) {
    let mut kept = Json::object();
    let mut recheck: Option<Time> = None;
    for (name, since) in budget["status"]["disruptedPods"].entries() {
        let ends = since.time().unwrap_or_default().plus_ms(EVICTION_MS);
        if ends <= now || !pods.iter().any(|p| p.name() == name) {
            continue;
        }
        recheck = Some(recheck.map_or(ends, |at| at.min(ends)));
        kept.set(name, since.clone());
    }
    (kept, recheck)
}

/// How many pods there should be, and how many of them must stay healthy. Models `getExpectedPodCount`.
fn expected(budget: &Object, pods: &[&Object], api: &Api) -> (i64, i64) {
    let spec = &budget["spec"];
    let there = i64::try_from(pods.len()).unwrap_or(i64::MAX);
    if !spec["maxUnavailable"].is_null() {
        let expected = scale(pods, api);
        return (expected, (expected - of(&spec["maxUnavailable"], expected)).max(0));
    }
    match spec["minAvailable"].int() {
        Some(least) => (there, least),
        None if spec["minAvailable"].is_null() => (there, 0),
        None => {
            let expected = scale(pods, api);
            (expected, of(&spec["minAvailable"], expected))
        }
    }
}

/// A count, or a percentage of all, rounded up.
fn of(value: &Json, all: i64) -> i64 {
    let percent = value.text().strip_suffix('%').and_then(|n| n.parse::<i64>().ok());
    percent.map_or_else(|| value.int().unwrap_or(0), |p| (p * all + 99) / 100)
}

/// What the pods' controllers are told to run, each counted once.
fn scale(pods: &[&Object], api: &Api) -> i64 {
    let mut scales: BTreeMap<(Resource, Key), i64> = BTreeMap::new();
    for pod in pods {
        if let Some(of) = scaled(pod, api)
            && let Some(replicas) = api.find(of.0, &of.1).and_then(|o| o["spec"]["replicas"].int())
        {
            scales.insert(of, replicas);
        }
    }
    scales.values().sum()
}

/// What decides how many pods like this one there are.
fn scaled(pod: &Object, api: &Api) -> Option<(Resource, Key)> {
    let whole = [
        ("ReplicationController", resources::REPLICATION_CONTROLLER),
        ("StatefulSet", resources::STATEFUL_SET),
    ];
    if let Some(of) = whole.into_iter().find_map(|(kind, r)| Some((r, controller_of(pod, kind)?))) {
        return Some(of);
    }
    let set = controller_of(pod, "ReplicaSet")?;
    let deployment = api.find(REPLICA_SET, &set).and_then(|rs| controller_of(rs, "Deployment"));
    Some(deployment.map_or((REPLICA_SET, set), |key| (resources::DEPLOYMENT, key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn percentages_round_up() {
        for (value, all, expect) in [
            (json!("50%"), 3, 2),
            (json!("34%"), 3, 2),
            (json!("100%"), 3, 3),
            (json!(2), 9, 2),
            (json!("0%"), 3, 0),
        ] {
            assert_eq!(of(&value, all), expect, "{value} of {all}");
        }
    }
}
