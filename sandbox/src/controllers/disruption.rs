//! The disruption controller: how many pods of a budget may go. Models `pkg/controller/disruption`.
//! Omits: custom controllers' scale subresources, another try where one failed (the next change is one), the condition
//! DisruptionTarget of pods that were not deleted in time.

use std::collections::BTreeMap;

use crate::{
    api::{Api, Change, EventType, Record, Source},
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
    common::{controller_of, is_ready},
};

/// From seeing a change to acting on it.
const LATENCY_MS: i64 = 10;
/// How long an eviction that was allowed counts while its pod is still there.
const EVICTION_MS: i64 = 120_000;
const SOURCE: Source<'_> = Source { component: "controllermanager", host: "" };

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

/// Writes what is allowed now. Models `trySync`.
pub fn sync(key: &Key, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::DISRUPTION_CONTROLLER);
    let Some(budget) = ctx.api.find(POD_DISRUPTION_BUDGET, key).cloned() else { return };
    let now = ctx.now();
    let pods: Vec<&Object> = ctx.api.list(POD, budget.namespace()).filter(|p| covers(&budget, p)).collect();
    let (disrupted, recheck) = disrupted(&budget, &pods, now);
    let counts = |p: &&&Object| !p.is_terminating() && is_ready(p) && disrupted[p.name().as_str()].is_null();
    let healthy = i64::try_from(pods.iter().filter(counts).count()).unwrap_or(i64::MAX);
    let (nobody, wanted) = (pods.is_empty(), expected(&budget, &pods, ctx.api));
    if nobody {
        tell(&budget, EventType::Normal, "NoPods", "No matching pods found", ctx);
    }
    match wanted {
        Ok(wanted) => {
            if wanted.unmanaged {
                tell(&budget, EventType::Warning, "UnmanagedPods", &unmanaged(&budget), ctx);
            }
            write(key, &wanted, healthy, disrupted, ctx);
        }
        Err(why) => fail(&budget, &why, ctx),
    }
    if let Some(at) = recheck {
        ctx.queue.at(at, Work::Disruption(key.clone()));
    }
}

fn tell(budget: &Object, type_: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
    ctx.api.record(budget, "", type_, reason, message, SOURCE);
}

fn write(key: &Key, wanted: &Expected, healthy: i64, disrupted: Json, ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    let allowed = if wanted.pods > 0 { (healthy - wanted.healthy).max(0) } else { 0 };
    ctx.api.update_status(POD_DISRUPTION_BUDGET, key, |b| {
        let generation = b.generation();
        let status = &mut b["status"];
        for (field, value) in [
            ("currentHealthy", healthy),
            ("desiredHealthy", wanted.healthy),
            ("expectedPods", wanted.pods),
            ("disruptionsAllowed", allowed),
            ("observedGeneration", generation),
        ] {
            status.set(field, value);
        }
        status.set("disruptedPods", if disrupted.is_empty() { Json::Null } else { disrupted });
        crate::api::set_disruption_condition(b, now);
    });
}

/// It cannot be told how many pods there should be: none may go. Models `failSafe`.
fn fail(budget: &Object, why: &str, ctx: &mut Ctx<'_>) {
    let message = format!("Failed to calculate the number of expected pods: {why}");
    tell(budget, EventType::Warning, "CalculateExpectedPodCountFailed", &message, ctx);
    let now = ctx.now();
    ctx.api.update_status(POD_DISRUPTION_BUDGET, &budget.key(), |b| {
        b["status"].set("disruptionsAllowed", 0i64);
        crate::api::set_disruption_condition(b, now);
        let conditions = b["status"]["conditions"].list_mut().make_mut();
        for condition in conditions.iter_mut().filter(|c| c["type"] == "DisruptionAllowed") {
            condition.set("reason", "SyncFailed");
            condition.set("message", why);
        }
    });
}

/// What is said of pods without a controller; Go prints the selector.
fn unmanaged(budget: &Object) -> String {
    let selector = &budget["spec"]["selector"];
    let mut labels: Vec<String> =
        selector["matchLabels"].entries().map(|(k, v)| format!("{k}: {},", v.text())).collect();
    labels.sort_unstable();
    let one = |e: &Json| {
        let values: Vec<&str> = e["values"].list().iter().map(Json::text).collect();
        let (key, operator) = (e["key"].text(), e["operator"].text());
        format!("LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{}],}},", values.join(" "))
    };
    let expressions: String = selector["matchExpressions"].list().iter().map(one).collect();
    format!(
        "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{{MatchLabels:map[string]string{{{}}},\
         MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}) were found to be unmanaged. As a result, the status of the \
         PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \
         \".spec.minAvailable\" field of the PDB to an integer value.",
        labels.concat()
    )
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

/// How many pods there should be.
#[derive(Debug, PartialEq)]
struct Expected {
    pods: i64,
    /// How many of them must stay healthy.
    healthy: i64,
    /// Was it asked of controllers, and do some pods have none?
    unmanaged: bool,
}

/// Models `getExpectedPodCount`. The error is a controller that cannot be asked.
fn expected(budget: &Object, pods: &[&Object], api: &Api) -> Result<Expected, String> {
    let spec = &budget["spec"];
    let there = i64::try_from(pods.len()).unwrap_or(i64::MAX);
    let of_controllers = |healthy: &dyn Fn(i64) -> i64| {
        let all = scale(pods, api)?;
        let unmanaged = pods.iter().any(|p| p.controller().is_none());
        Ok(Expected { pods: all, healthy: healthy(all), unmanaged })
    };
    if !spec["maxUnavailable"].is_null() {
        return of_controllers(&|all| (all - of(&spec["maxUnavailable"], all)).max(0));
    }
    match spec["minAvailable"].int() {
        Some(least) => Ok(Expected { pods: there, healthy: least, unmanaged: false }),
        None if spec["minAvailable"].is_null() => Ok(Expected { pods: there, healthy: 0, unmanaged: false }),
        None => of_controllers(&|all| of(&spec["minAvailable"], all)),
    }
}

/// A count, or a percentage of all, rounded up.
fn of(value: &Json, all: i64) -> i64 {
    let percent = value.text().strip_suffix('%').and_then(|n| n.parse::<i64>().ok());
    percent.map_or_else(|| value.int().unwrap_or(0), |p| (p * all + 99) / 100)
}

/// What the pods' controllers are told to run, each counted once. Models `getExpectedScale`.
fn scale(pods: &[&Object], api: &Api) -> Result<i64, String> {
    let mut scales: BTreeMap<(Resource, Key), i64> = BTreeMap::new();
    for pod in pods {
        let Some(controller) = pod.controller() else { continue };
        let Some(of) = scaled(pod, api) else {
            let (version, kind) = (controller["apiVersion"].text(), controller["kind"].text());
            let known = api.kinds().by_kind(version, kind).map(|resource| api.def(resource).qualified());
            return Err(match known {
                Some(kind) => format!("{kind} does not implement the scale subresource"),
                None => format!("found no controllers for pod {:?}", pod.name().as_str()),
            });
        };
        if let Some(replicas) = api.find(of.0, &of.1).and_then(|o| o["spec"]["replicas"].int()) {
            scales.insert(of, replicas);
        }
    }
    Ok(scales.values().sum())
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

    /// `getExpectedPodCount`, `getExpectedScale`, `getScaleController` (pkg/controller/disruption/disruption.go): all pods that the
    /// selector takes count, those that go, too.
    #[test]
    fn what_is_expected_is_asked_of_controllers_where_a_budget_needs_it() {
        let api = Api::new(1, Time(0));
        let owned = |kind: &str| {
            let mut pod = Object(
                json!({"metadata": {"name": "p", "namespace": "d", "deletionTimestamp": "2026-01-01T00:00:00Z"}}),
            );
            let owner = json!({"apiVersion": "apps/v1", "name": "o", "controller": true}).with("kind", kind);
            pod["metadata"].set("ownerReferences", (!kind.is_empty()).then(|| vec![owner]));
            pod
        };
        let refused = "daemonsets.apps does not implement the scale subresource";
        for (spec, kind, expect) in [
            (json!({"minAvailable": 2}), "DaemonSet", Ok((1, 2, false))),
            (json!({"minAvailable": "50%"}), "DaemonSet", Err(refused)),
            (json!({"maxUnavailable": 1}), "DaemonSet", Err(refused)),
            (json!({"maxUnavailable": 1}), "ReplicaSet", Ok((0, 0, false))),
            (json!({"maxUnavailable": 1}), "", Ok((0, 0, true))),
        ] {
            let (budget, pod) = (Object(Json::object().with("spec", spec)), owned(kind));
            let got = expected(&budget, &[&pod], &api).map(|e| (e.pods, e.healthy, e.unmanaged));
            assert_eq!(got, expect.map_err(str::to_owned), "{budget:?} {kind}");
        }
    }

    #[test]
    fn selectors_are_printed_as_go_does() {
        let budget = Object(json!({"spec": {"selector": {"matchLabels": {"b": "2", "a": "1"},
            "matchExpressions": [{"key": "x", "operator": "In", "values": ["y", "z"]}]}}}));
        let said = unmanaged(&budget);
        let selector = "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{\
            LabelSelectorRequirement{Key:x,Operator:In,Values:[y z],},},}";
        assert!(
            said.contains(&format!("(selector: {selector}) were found to be unmanaged. As a result")),
            "{said}"
        );
    }

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
