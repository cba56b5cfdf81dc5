//! Budgets, quotas, owners, priorities, autoscalers that nobody asks.

use sandbox::{
    api::{Api, DeleteOptions, Subresource},
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    origin, resources,
};

use super::{pick, write};
use crate::{
    perform::{USER, send},
    pods::{is_ready, is_terminal, node_of},
    world::TEAM,
};

fn budget_of<'a>(pod: &'a Object, api: &'a Api) -> Option<&'a Object> {
    let mut budgets = api.list(resources::POD_DISRUPTION_BUDGET, pod.namespace());
    budgets.find(|b| b.at("spec.selector.matchLabels.app").text() == pod.label("app").unwrap_or_default())
}

fn evict_unasked(cluster: &mut Cluster, pod: &Object) -> bool {
    let told = write(cluster, USER, resources::POD, pod, Subresource::Status, |p| {
        let condition =
            json!({"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"});
        p["status"]["conditions"].list_mut().push(condition);
    });
    let uri = format!("/api/v1/namespaces/{}/pods/{}", pod.namespace(), pod.name());
    told && send(cluster, "DELETE", &uri, &Json::Null) < 300
}

pub fn budget_not_asked(cluster: &mut Cluster) -> bool {
    let pod = pick(cluster, resources::POD, |p, api| {
        is_ready(p) && !p.is_terminating() && budget_of(p, api).is_some()
    });
    pod.is_some_and(|pod| evict_unasked(cluster, &pod))
}

pub fn budget_overdrawn(cluster: &mut Cluster) -> bool {
    let spent = |b: &Object, _: &Api| b.at("status.disruptionsAllowed").int() == Some(0);
    let Some(budget) = pick(cluster, resources::POD_DISRUPTION_BUDGET, spent) else { return false };
    write(cluster, origin::API_SERVER, resources::POD_DISRUPTION_BUDGET, &budget, Subresource::Status, |b| {
        b["status"]["disruptedPods"].set("somebody", "2026-11-18T00:00:00Z");
    })
}

/// The quota looks away while one more pod is made than it allows.
pub fn quota(cluster: &mut Cluster) -> bool {
    let uri = format!("/api/v1/namespaces/{TEAM}/resourcequotas/share");
    let is_bounded = pick(cluster, resources::LIMIT_RANGE, |_, _| true).is_some();
    let Some(quota) = pick(cluster, resources::RESOURCE_QUOTA, |_, _| !is_bounded) else { return false };
    let hard = quota.at("spec.hard").clone();
    let allow = |cluster: &mut Cluster, hard: Json| {
        let spec = Json::object().with("hard", hard);
        send(cluster, "PATCH", &uri, &Json::object().with("spec", spec)) < 300
    };
    if !allow(cluster, json!({"pods": "99", "requests.cpu": "99"})) {
        return false;
    }
    let containers = json!([{"name": "c", "image": "good:1", "resources": {"requests": {"cpu": "1900m"}}}]);
    let spec = Json::object().with("containers", containers);
    for name in ["more-1", "more-2"] {
        let pod =
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}).with("spec", spec.clone());
        send(cluster, "POST", &format!("/api/v1/namespaces/{TEAM}/pods"), &pod);
    }
    allow(cluster, hard)
}

pub fn owner(cluster: &mut Cluster) -> bool {
    let Some(pod) = pick(cluster, resources::POD, |p, _| p.controller().is_some()) else { return false };
    write(cluster, USER, resources::POD, &pod, Subresource::Main, |p| {
        p["metadata"].remove("ownerReferences");
    })
}

pub fn address(cluster: &mut Cluster) -> bool {
    let ip = |p: &Object| p.at("status.podIP").text().to_owned();
    let Some(first) = pick(cluster, resources::POD, |p, _| !ip(p).is_empty() && !is_terminal(p)) else {
        return false;
    };
    let second =
        pick(cluster, resources::POD, |p, _| !ip(p).is_empty() && !is_terminal(p) && p.uid() != first.uid());
    second.is_some_and(|second| {
        write(cluster, USER, resources::POD, &second, Subresource::Status, |p| {
            p["status"].set("podIP", first.at("status.podIP").clone());
            p["status"].set("podIPs", first.at("status.podIPs").clone());
        })
    })
}

pub fn no_cause(cluster: &mut Cluster) -> bool {
    let Some(set) = pick(cluster, resources::REPLICA_SET, |_, _| true) else { return false };
    write(cluster, origin::REPLICASET_CONTROLLER, resources::REPLICA_SET, &set, Subresource::Main, |rs| {
        rs["metadata"]["annotations"].set("told", "by nobody");
    })
}

pub fn preemption(cluster: &mut Cluster) -> bool {
    let Some(pod) = pick(cluster, resources::POD, |p, _| !node_of(p).is_empty() && !p.is_terminating())
    else {
        return false;
    };
    cluster
        .request(origin::SCHEDULER, |api| api.delete(resources::POD, &pod.key(), &DeleteOptions::default()))
        .is_ok()
}

/// The autoscaler's bounds, and its target.
fn scaled(cluster: &Cluster) -> Option<(Object, Object)> {
    let hpa = pick(cluster, resources::HORIZONTAL_POD_AUTOSCALER, |_, _| true)?;
    let is_target = |d: &Object, _: &Api| {
        d.namespace() == hpa.namespace() && hpa.at("spec.scaleTargetRef.name") == d.name().as_str()
    };
    let target = pick(cluster, resources::DEPLOYMENT, is_target)?;
    Some((hpa, target))
}

fn scale_to(cluster: &mut Cluster, target: &Object, replicas: i64) -> bool {
    let by = origin::HORIZONTAL_POD_AUTOSCALER;
    write(cluster, by, resources::DEPLOYMENT, target, Subresource::Main, |d| {
        d["spec"].set("replicas", replicas)
    })
}

pub fn scale(cluster: &mut Cluster) -> bool {
    let Some((hpa, target)) = scaled(cluster) else { return false };
    scale_to(cluster, &target, hpa.at("spec.maxReplicas").int().unwrap_or(1) + 1)
}

pub fn jump(cluster: &mut Cluster) -> bool {
    let Some((hpa, target)) = scaled(cluster) else { return false };
    let (most, now) =
        (hpa.at("spec.maxReplicas").int().unwrap_or(1), target.at("spec.replicas").int().unwrap_or(1));
    most > (now * 2).max(now + 4) && scale_to(cluster, &target, most)
}

pub fn nominate(cluster: &mut Cluster) -> bool {
    let polite = |p: &Object, _: &Api| p.at("spec.preemptionPolicy") == "Never" && node_of(p).is_empty();
    let Some(pod) = pick(cluster, resources::POD, polite) else { return false };
    write(cluster, origin::SCHEDULER, resources::POD, &pod, Subresource::Status, |p| {
        p["status"].set("nominatedNodeName", "node-0");
    })
}
