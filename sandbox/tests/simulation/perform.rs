//! Acts as the requests of a client.

use sandbox::{
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    request::{Reply, Request},
    resources,
};

use super::{
    act::What,
    world::{TEAM, World},
};

/// Who does it.
pub const USER: &str = "admin";

const MACHINES: &str = "/apis/sim.pilothouse.dev/v1/machines";

/// Does it; the answer's code.
pub fn act(cluster: &mut Cluster, what: &What, world: &World) -> u16 {
    match what {
        What::Power { node, on } => machine(cluster, node, "power", if *on { "On" } else { "Off" }),
        What::Network { node, on } => {
            machine(cluster, node, "network", if *on { "Connected" } else { "Partitioned" })
        }
        What::Cordon { node, on } => node_spec(cluster, node, &json!({"unschedulable": *on})),
        What::Taint { node, effect, on } => {
            let taints = cluster.api().list(resources::NODE, "").find(|n| n.name() == node.as_str());
            let taints = taints.map(|n| n.at("spec.taints").list().to_vec()).unwrap_or_default();
            let mut taints: Vec<Json> = taints.into_iter().filter(|t| t["key"] != "drawn").collect();
            if *on {
                taints.push(json!({"key": "drawn", "value": "yes", "effect": *effect}));
            }
            node_spec(cluster, node, &json!({"taints": taints}))
        }
        What::Kill { pod, signal } => match nth_pod(cluster, *pod) {
            Some((namespace, name)) => {
                let uri = format!("/apis/sim.pilothouse.dev/v1/namespaces/{namespace}/signals");
                let signal = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Signal",
                    "metadata": {"generateName": "signal-"}, "spec": {"pod": name, "signal": *signal}});
                send(cluster, "POST", &uri, &signal)
            }
            None => 404,
        },
        What::DeletePod { pod, grace_s } => match nth_pod(cluster, *pod) {
            Some((namespace, name)) => {
                let grace = grace_s.map(|s| format!("?gracePeriodSeconds={s}")).unwrap_or_default();
                send(
                    cluster,
                    "DELETE",
                    &format!("/api/v1/namespaces/{namespace}/pods/{name}{grace}"),
                    &Json::Null,
                )
            }
            None => 404,
        },
        What::Evict { pod } => match nth_pod(cluster, *pod) {
            Some((namespace, name)) => evict(cluster, &namespace, &name),
            None => 404,
        },
        What::Drain { node } => drain(cluster, node),
        What::DeleteNode { node } => send(cluster, "DELETE", &format!("/api/v1/nodes/{node}"), &Json::Null),
        What::Release { pod } => release(cluster, *pod),
        What::ScaleSet { replicas } => {
            let Some(name) = world.stateful_sets.first() else { return 404 };
            let uri = format!("/apis/apps/v1/namespaces/default/statefulsets/{name}/scale");
            send(cluster, "PATCH", &uri, &json!({"spec": {"replicas": *replicas as i64}}))
        }
        What::BarePod { n, cpu_millis, host_port, urgent } => {
            let pod = bare_pod(*n, *cpu_millis, *host_port, *urgent);
            send(cluster, "POST", "/api/v1/namespaces/default/pods", &pod)
        }
        What::EndTeam => send(cluster, "DELETE", &format!("/api/v1/namespaces/{TEAM}"), &Json::Null),
        What::Job { .. } | What::DeleteJob { .. } | What::SuspendCron { .. } => batch(cluster, what, world),
        What::DeleteClaim { n } => {
            let uri = format!("/api/v1/namespaces/default/persistentvolumeclaims/data-db-{n}");
            send(cluster, "DELETE", &uri, &Json::Null)
        }
        What::Traffic { rate } => {
            let Some((namespace, name)) = world.traffics.first() else { return 404 };
            let uri = format!("/apis/sim.pilothouse.dev/v1/namespaces/{namespace}/traffics/{name}");
            send(cluster, "PATCH", &uri, &json!({"spec": {"ratePerSecond": *rate as i64}}))
        }
        of_deployment => deployment(cluster, of_deployment, world),
    }
}

/// Powers and connects a machine again.
pub fn mend(cluster: &mut Cluster, node: &str) {
    machine(cluster, node, "power", "On");
    machine(cluster, node, "network", "Connected");
}

/// Ends what would never rest.
pub fn calm(cluster: &mut Cluster, world: &World) {
    act(cluster, &What::SuspendCron { on: true }, world);
}

fn evict(cluster: &mut Cluster, namespace: &str, name: &str) -> u16 {
    let uri = format!("/api/v1/namespaces/{namespace}/pods/{name}/eviction");
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace}});
    send(cluster, "POST", &uri, &eviction)
}

/// As `kubectl drain` does, without its patience: what a budget holds stays.
fn drain(cluster: &mut Cluster, node: &str) -> u16 {
    let code = node_spec(cluster, node, &json!({"unschedulable": true}));
    let is_daemon = |p: &&Object| p.controller().is_some_and(|c| c["kind"] == "DaemonSet");
    let pods: Vec<_> = cluster.api().pods_on(node).filter(|p| !is_daemon(p)).map(Object::key).collect();
    for pod in pods {
        evict(cluster, &pod.namespace, &pod.name);
    }
    code
}

/// A pod of a ReplicaSet is one of its pods no more.
fn release(cluster: &mut Cluster, n: u64) -> u16 {
    let of_set = |p: &&Object| p.controller().is_some_and(|c| c["kind"] == "ReplicaSet");
    let pods: Vec<_> = cluster.api().list(resources::POD, "").filter(of_set).map(Object::key).collect();
    let Some(pod) = pods.get((n % pods.len().max(1) as u64) as usize) else { return 404 };
    let uri = format!("/api/v1/namespaces/{}/pods/{}", pod.namespace, pod.name);
    send(cluster, "PATCH", &uri, &json!({"metadata": {"labels": {"app": "released"}}}))
}

fn batch(cluster: &mut Cluster, what: &What, world: &World) -> u16 {
    const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";
    match what {
        What::Job { n, spec } => {
            let name = format!("work-{n}");
            let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}});
            send(cluster, "POST", JOBS, &job.with("spec", spec.clone()))
        }
        What::DeleteJob { n } => {
            send(cluster, "DELETE", &format!("{JOBS}/work-{n}?propagationPolicy=Background"), &Json::Null)
        }
        What::SuspendCron { on } => {
            let Some(name) = world.cron_jobs.first() else { return 404 };
            let uri = format!("/apis/batch/v1/namespaces/default/cronjobs/{name}");
            send(cluster, "PATCH", &uri, &json!({"spec": {"suspend": *on}}))
        }
        other => unreachable!("{other:?} speaks of no job"),
    }
}

/// The pod that a number speaks of.
pub fn nth_pod(cluster: &Cluster, n: u64) -> Option<(String, String)> {
    let pods: Vec<&Object> = cluster.api().list(resources::POD, "").collect();
    let pod = pods.get((n % pods.len().max(1) as u64) as usize)?;
    Some((pod.namespace().to_string(), pod.name().to_string()))
}

fn deployment(cluster: &mut Cluster, what: &What, world: &World) -> u16 {
    let uri = |n: &u64| {
        let (namespace, name) = &world.deployments[(*n % world.deployments.len() as u64) as usize];
        format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
    };
    match what {
        What::Scale { deployment, replicas } => {
            let body = json!({"spec": {"replicas": *replicas as i64}});
            send(cluster, "PATCH", &format!("{}/scale", uri(deployment)), &body)
        }
        What::Image { deployment, image } => {
            let body =
                json!({"spec": {"template": {"spec": {"containers": [{"name": "main", "image": *image}]}}}});
            send(cluster, "STRATEGIC", &uri(deployment), &body)
        }
        What::Restart { deployment } => {
            let now = cluster.now().0.to_string();
            let body = json!({"spec": {"template": {"metadata": {"annotations": {"restarted": now}}}}});
            send(cluster, "PATCH", &uri(deployment), &body)
        }
        What::Delete { deployment, policy } => {
            send(cluster, "DELETE", &format!("{}?propagationPolicy={policy}", uri(deployment)), &Json::Null)
        }
        other => unreachable!("{other:?} speaks of no Deployment"),
    }
}

fn bare_pod(n: u64, cpu_millis: u64, host_port: bool, urgent: bool) -> Json {
    let mut port = json!({"containerPort": 8080});
    if host_port {
        port.set("hostPort", 8080);
    }
    let container = json!({"name": "main", "image": "good:1", "ports": [port],
        "resources": {"requests": {"cpu": format!("{cpu_millis}m"), "memory": "16Mi"}}});
    let mut spec = Json::object().with("containers", vec![container]);
    if urgent {
        spec.set("priorityClassName", "urgent");
    }
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("bare-{n}"), "labels": {"app": "bare"}}})
    .with("spec", spec)
}

fn machine(cluster: &mut Cluster, node: &str, field: &str, value: &str) -> u16 {
    let spec = Json::object().with(field, value);
    send(cluster, "PATCH", &format!("{MACHINES}/{node}"), &json!({"spec": spec}))
}

fn node_spec(cluster: &mut Cluster, node: &str, spec: &Json) -> u16 {
    send(cluster, "PATCH", &format!("/api/v1/nodes/{node}"), &json!({"spec": spec.clone()}))
}

pub fn send(cluster: &mut Cluster, method: &str, uri: &str, body: &Json) -> u16 {
    let (method, content_type) = match method {
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        "PATCH" => ("PATCH", "application/merge-patch+json"),
        method => (method, "application/json"),
    };
    let body = if body.is_null() { String::new() } else { String::from_utf8(body.to_bytes()).unwrap() };
    let request = Request {
        user: USER.into(),
        method: method.into(),
        uri: uri.into(),
        content_type: content_type.into(),
        body,
        ..Request::default()
    };
    match cluster.handle(&request) {
        Reply::Body(body) => {
            let said = String::from_utf8_lossy(&body.bytes);
            assert!(body.code < 500 && body.code != 400 && body.code != 422, "{uri}: {said}");
            body.code
        }
        other => panic!("{uri}: {other:?}"),
    }
}
