//! What would be left undone: written when all is at rest, and nobody gets time to mend it.

use sandbox::{
    api::{Api, Subresource},
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    resources::{self, Resource},
};

use super::{pick, write};
use crate::{
    perform::{USER, send},
    pods::{image, is_ready, set_condition},
    world::{GOOD, TEAM},
};

/// Changes the first object of a kind that is of use.
fn spoil(
    cluster: &mut Cluster,
    resource: Resource,
    is_it: impl Fn(&Object, &Api) -> bool,
    sub: Subresource,
    change: impl FnOnce(&mut Object),
) -> bool {
    let found = pick(cluster, resource, is_it);
    found.is_some_and(|object| write(cluster, USER, resource, &object, sub, change))
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

fn is_silent(node: &Object) -> bool {
    node.condition("Ready")["status"] != "True"
}

pub fn silence(cluster: &mut Cluster) -> bool {
    let two = cluster.api().list(resources::NODE, "").filter(|n| !is_silent(n)).count() > 1;
    let answers = |n: &Object, _: &Api| two && !is_silent(n);
    spoil(cluster, resources::NODE, answers, Subresource::Status, |n| set_condition(n, "Ready", "Unknown"))
}

pub fn pressure(cluster: &mut Cluster) -> bool {
    let answers = |n: &Object, _: &Api| !is_silent(n);
    spoil(cluster, resources::NODE, answers, Subresource::Status, |n| {
        set_condition(n, "MemoryPressure", "True")
    })
}

pub fn unready(cluster: &mut Cluster) -> bool {
    let well = |p: &Object, _: &Api| is_ready(p) && GOOD.contains(&image(p));
    spoil(cluster, resources::POD, well, Subresource::Status, |p| set_condition(p, "Ready", "False"))
}

pub fn scaled(cluster: &mut Cluster) -> bool {
    spoil(
        cluster,
        resources::DEPLOYMENT,
        |_, _| true,
        Subresource::Main,
        |d| d["spec"].set("replicas", 77i64),
    )
}

pub fn scaled_set(cluster: &mut Cluster) -> bool {
    let has_pods = |s: &Object, _: &Api| s.at("spec.replicas").int() > Some(0);
    spoil(cluster, resources::REPLICA_SET, has_pods, Subresource::Main, |s| s["spec"].set("replicas", 0i64))
}

pub fn revision(cluster: &mut Cluster) -> bool {
    let of_set = |p: &Object, _: &Api| p.controller().is_some_and(|c| c["kind"] == "StatefulSet");
    spoil(cluster, resources::POD, of_set, Subresource::Main, |p| {
        p["metadata"]["labels"].set("controller-revision-hash", "another");
    })
}

pub fn no_daemon(cluster: &mut Cluster) -> bool {
    let of_set =
        |p: &Object, _: &Api| is_ready(p) && p.controller().is_some_and(|c| c["kind"] == "DaemonSet");
    let Some(pod) = pick(cluster, resources::POD, of_set) else { return false };
    let uri = format!("/api/v1/namespaces/default/pods/{}?gracePeriodSeconds=0", pod.name());
    send(cluster, "DELETE", &uri, &Json::Null) < 300
}

pub fn old_daemons(cluster: &mut Cluster) -> bool {
    spoil(
        cluster,
        resources::DAEMON_SET,
        |_, _| true,
        Subresource::Main,
        |set| {
            set["spec"]["template"]["spec"]["containers"].list_mut().make_mut()[0]
                .set("image", "good:newest");
        },
    )
}

pub fn job(cluster: &mut Cluster) -> bool {
    let over = |j: &Object, _: &Api| j.condition("Complete")["status"] == "True";
    spoil(cluster, resources::JOB, over, Subresource::Main, |j| {
        j["spec"].set("ttlSecondsAfterFinished", 0i64)
    })
}

pub fn history(cluster: &mut Cluster) -> bool {
    spoil(
        cluster,
        resources::CRON_JOB,
        |_, _| true,
        Subresource::Main,
        |c| {
            c["spec"].set("successfulJobsHistoryLimit", 0i64);
            c["spec"].set("failedJobsHistoryLimit", 0i64);
        },
    )
}

pub fn target(cluster: &mut Cluster) -> bool {
    spoil(
        cluster,
        resources::HORIZONTAL_POD_AUTOSCALER,
        |_, _| true,
        Subresource::Main,
        |h| {
            h["spec"].set("minReplicas", 50i64);
            h["spec"].set("maxReplicas", 60i64);
        },
    )
}

pub fn volume(cluster: &mut Cluster) -> bool {
    let bound = |v: &Object, _: &Api| v.at("status.phase") == "Bound";
    spoil(cluster, resources::PERSISTENT_VOLUME, bound, Subresource::Status, |v| {
        v["status"].set("phase", "Available")
    })
}

pub fn namespace(cluster: &mut Cluster) -> bool {
    let empty = cluster.api().list(resources::POD, TEAM).next().is_none();
    empty && send(cluster, "DELETE", &format!("/api/v1/namespaces/{TEAM}"), &Json::Null) < 300
}

const WORLD: &str = "/apis/sim.pilothouse.dev/v1";

pub fn project(cluster: &mut Cluster) -> bool {
    let running = |c: &Object, _: &Api| c.at("status.state") == "running";
    let Some(container) = pick(cluster, resources::COMPOSE_CONTAINER, running) else { return false };
    let uri = format!("{WORLD}/namespaces/default/composecontainers/{}", container.name());
    send(cluster, "DELETE", &uri, &Json::Null) < 300
}

pub fn power(cluster: &mut Cluster) -> bool {
    let running = |c: &Object, _: &Api| c.at("status.state") == "running";
    let Some(container) = pick(cluster, resources::COMPOSE_CONTAINER, running) else { return false };
    let is_its = |m: &Object, _: &Api| container.at("spec.machine") == m.name().as_str();
    spoil(cluster, resources::MACHINE, is_its, Subresource::Status, |m| m["status"].set("power", "Off"))
}

pub fn command(cluster: &mut Cluster) -> bool {
    let typed = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "ComposeCommand",
        "metadata": {"generateName": "typed-"}, "spec": {"project": "shop", "args": ["up", "-d"]}});
    send(cluster, "POST", &format!("{WORLD}/namespaces/default/composecommands"), &typed) < 300
}
