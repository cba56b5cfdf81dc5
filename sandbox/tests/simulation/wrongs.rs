//! Writes that nobody should make: what a part of the control plane would do that left a rule out. Each waits for its occasion.

use sandbox::{
    api::{Api, DeleteOptions, Subresource},
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    origin,
    resources::{self, Resource},
};

use super::{
    perform::{USER, send},
    places::refusal,
    pods::{asked, bears_taints, host_ports, is_ready, is_terminal, millis, node_of},
    world::{TEAM, claims},
};

fn all(api: &Api, resource: Resource) -> Vec<&Object> {
    api.list(resource, "").collect()
}

/// Binds a pod that waits to a node on which it may not be.
fn bind(cluster: &mut Cluster, is_wrong: impl Fn(&Object, &Object, &[&Object], &[&Object]) -> bool) -> bool {
    let api = cluster.api();
    let (nodes, pods) = (all(api, resources::NODE), all(api, resources::POD));
    let waits = |p: &&&Object| node_of(p).is_empty() && !p.is_terminating() && !is_terminal(p);
    let found = pods.iter().filter(waits).find_map(|pod| {
        let others: Vec<&Object> = pods.iter().copied().filter(|o| o.uid() != pod.uid()).collect();
        let node = nodes.iter().find(|node| is_wrong(pod, node, &nodes, &others))?;
        Some((pod.key(), node.name().clone()))
    });
    let Some((pod, node)) = found else { return false };
    let uri = format!("/api/v1/namespaces/{}/pods/{}/binding", pod.namespace, pod.name);
    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod.name.as_str()}});
    let target = json!({"kind": "Node", "name": node.as_str()});
    send(cluster, "POST", &uri, &binding.with("target", target)) < 300
}

/// May it be there, but for the rule in question?
fn is_at_home(pod: &Object, node: &Object, nodes: &[&Object], others: &[&Object]) -> bool {
    bears_taints(pod, node) && refusal(pod, node, nodes, others).is_none()
}

pub fn host_port(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        let here = others.iter().filter(|o| node_of(o) == node.name() && !is_terminal(o));
        let taken: Vec<i64> = here.flat_map(|o| host_ports(o)).collect();
        is_at_home(pod, node, nodes, others) && host_ports(pod).any(|port| taken.contains(&port))
    })
}

pub fn room(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        let here = others.iter().filter(|o| node_of(o) == node.name() && !is_terminal(o));
        let cpu: i64 = here.map(|o| asked(o).0).sum();
        is_at_home(pod, node, nodes, others) && cpu + asked(pod).0 > millis(node.at("status.allocatable.cpu"))
    })
}

pub fn taint(cluster: &mut Cluster) -> bool {
    bind(cluster, |pod, node, _, _| !bears_taints(pod, node))
}

fn in_spite_of(cluster: &mut Cluster, reason: &str) -> bool {
    bind(cluster, |pod, node, nodes, others| {
        bears_taints(pod, node) && refusal(pod, node, nodes, others).is_some_and(|why| why.contains(reason))
    })
}

pub fn anti_affinity(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "anti-affinity")
}

pub fn affinity(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "affinity to nobody")
}

pub fn spread(cluster: &mut Cluster) -> bool {
    in_spite_of(cluster, "a skew of")
}

pub fn volume(cluster: &mut Cluster) -> bool {
    let claims_now = all(cluster.api(), resources::PERSISTENT_VOLUME_CLAIM);
    let unbound: Vec<String> =
        claims_now.iter().filter(|c| c.at("status.phase") != "Bound").map(|c| c.name().to_string()).collect();
    bind(cluster, |pod, node, nodes, others| {
        is_at_home(pod, node, nodes, others) && claims(pod).iter().any(|claim| unbound.contains(claim))
    })
}

/// Changes an object in somebody's name.
fn write(
    cluster: &mut Cluster,
    user: &str,
    resource: Resource,
    object: &Object,
    sub: Subresource,
    change: impl FnOnce(&mut Object),
) -> bool {
    let key = object.key();
    cluster.request(user, |api| Ok(api.modify(resource, &key, sub, change).is_some())).unwrap_or(false)
}

fn pick(cluster: &Cluster, resource: Resource, is_it: impl Fn(&Object, &Api) -> bool) -> Option<Object> {
    cluster.api().list(resource, "").find(|o| is_it(o, cluster.api())).cloned()
}

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
    let Some(quota) = pick(cluster, resources::RESOURCE_QUOTA, |_, _| true) else { return false };
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

/// A pod of a controller that the controller did not make.
fn make_for(cluster: &mut Cluster, owner: &Object, name: &str) -> bool {
    let mut reference = owner.owner_reference();
    reference.set("controller", true);
    let containers = json!([{"name": "c", "image": "good:1"}]);
    let mut metadata = json!({"name": name}).with("ownerReferences", vec![reference]);
    metadata.set("labels", owner.at("spec.template.metadata.labels").clone());
    let pod = json!({"apiVersion": "v1", "kind": "Pod"}).with("metadata", metadata);
    let pod = pod.with("spec", Json::object().with("containers", containers));
    send(cluster, "POST", &format!("/api/v1/namespaces/{}/pods", owner.namespace()), &pod) < 300
}

pub fn ordinal(cluster: &mut Cluster) -> bool {
    let ordered = |s: &Object, _: &Api| s.at("spec.podManagementPolicy") != "Parallel" && !s.is_terminating();
    let set = pick(cluster, resources::STATEFUL_SET, ordered);
    set.is_some_and(|set| make_for(cluster, &set, &format!("{}-7", set.name())))
}

pub fn scale(cluster: &mut Cluster) -> bool {
    let Some(hpa) = pick(cluster, resources::HORIZONTAL_POD_AUTOSCALER, |_, _| true) else { return false };
    let is_target = |d: &Object, _: &Api| {
        d.namespace() == hpa.namespace() && hpa.at("spec.scaleTargetRef.name") == d.name().as_str()
    };
    let Some(target) = pick(cluster, resources::DEPLOYMENT, is_target) else { return false };
    let beyond = hpa.at("spec.maxReplicas").int().unwrap_or(1) + 1;
    write(
        cluster,
        origin::HORIZONTAL_POD_AUTOSCALER,
        resources::DEPLOYMENT,
        &target,
        Subresource::Main,
        |d| {
            d["spec"].set("replicas", beyond);
        },
    )
}

pub fn width(cluster: &mut Cluster) -> bool {
    let is_full = |job: &Object, api: &Api| {
        let active = api
            .owned_by(job.uid(), resources::POD)
            .filter(|p| !is_terminal(p) && !p.is_terminating())
            .count();
        active as i64 == job.at("spec.parallelism").int().unwrap_or(1)
    };
    let job = pick(cluster, resources::JOB, is_full);
    job.is_some_and(|job| make_for(cluster, &job, "one-too-many"))
}

pub fn endpoint(cluster: &mut Cluster) -> bool {
    let serves = |s: &Object, _: &Api| {
        s["endpoints"].list().iter().any(|e| e["conditions"]["ready"].bool() == Some(true))
    };
    let is_drawn = |s: &Object, api: &Api| {
        serves(s, api) && s.label("kubernetes.io/service-name").is_some_and(|n| n.starts_with("web"))
    };
    let Some(slice) = pick(cluster, resources::ENDPOINT_SLICE, is_drawn) else { return false };
    write(cluster, USER, resources::ENDPOINT_SLICE, &slice, Subresource::Main, |s| {
        s.set("endpoints", Vec::<Json>::new())
    })
}

pub fn stale_budget(cluster: &mut Cluster) -> bool {
    let Some(budget) = pick(cluster, resources::POD_DISRUPTION_BUDGET, |_, _| true) else { return false };
    write(cluster, USER, resources::POD_DISRUPTION_BUDGET, &budget, Subresource::Status, |b| {
        b["status"].set("currentHealthy", 77i64);
    })
}

pub fn stale_quota(cluster: &mut Cluster) -> bool {
    let Some(quota) = pick(cluster, resources::RESOURCE_QUOTA, |_, _| true) else { return false };
    write(cluster, USER, resources::RESOURCE_QUOTA, &quota, Subresource::Status, |q| {
        q["status"]["used"].set("pods", "77")
    })
}

pub fn orphan(cluster: &mut Cluster) -> bool {
    let gone = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "gone", "uid": "gone", "controller": true});
    let metadata = json!({"name": "left"}).with("ownerReferences", vec![gone]);
    let revision = json!({"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1, "data": {}})
        .with("metadata", metadata);
    send(cluster, "POST", "/apis/apps/v1/namespaces/default/controllerrevisions", &revision) < 300
}

pub fn one_more(cluster: &mut Cluster) -> bool {
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one-more"}});
    send(cluster, "POST", "/api/v1/namespaces/default/configmaps", &map) < 300
}
