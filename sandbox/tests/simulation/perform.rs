//! Acts as the requests of a client.

use sandbox::{
    cluster::Cluster,
    json,
    json::Json,
    object::Object,
    request::{Reply, Request},
    resources,
};

use super::{act::What, world::World};

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
            Some((namespace, name)) => {
                let uri = format!("/api/v1/namespaces/{namespace}/pods/{name}/eviction");
                let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
                    "metadata": {"name": name, "namespace": namespace}});
                send(cluster, "POST", &uri, &eviction)
            }
            None => 404,
        },
        What::ScaleSet { replicas } => {
            let Some(name) = world.stateful_sets.first() else { return 404 };
            let uri = format!("/apis/apps/v1/namespaces/default/statefulsets/{name}/scale");
            send(cluster, "PATCH", &uri, &json!({"spec": {"replicas": *replicas as i64}}))
        }
        What::BarePod { n, cpu_millis, host_port } => {
            send(cluster, "POST", "/api/v1/namespaces/default/pods", &bare_pod(*n, *cpu_millis, *host_port))
        }
        of_deployment => deployment(cluster, of_deployment, world),
    }
}

/// Powers and connects a machine again.
pub fn mend(cluster: &mut Cluster, node: &str) {
    machine(cluster, node, "power", "On");
    machine(cluster, node, "network", "Connected");
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

fn bare_pod(n: u64, cpu_millis: u64, host_port: bool) -> Json {
    let mut port = json!({"containerPort": 8080});
    if host_port {
        port.set("hostPort", 8080);
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("bare-{n}"), "labels": {"app": "bare"}},
        "spec": {"containers": [{"name": "main", "image": "good:1", "ports": [port],
            "resources": {"requests": {"cpu": format!("{cpu_millis}m"), "memory": "16Mi"}}}]}})
}

fn machine(cluster: &mut Cluster, node: &str, field: &str, value: &str) -> u16 {
    let spec = Json::object().with(field, value);
    send(cluster, "PATCH", &format!("{MACHINES}/{node}"), &json!({"spec": spec}))
}

fn node_spec(cluster: &mut Cluster, node: &str, spec: &Json) -> u16 {
    send(cluster, "PATCH", &format!("/api/v1/nodes/{node}"), &json!({"spec": spec.clone()}))
}

fn send(cluster: &mut Cluster, method: &str, uri: &str, body: &Json) -> u16 {
    let (method, content_type) = match method {
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        "PATCH" => ("PATCH", "application/merge-patch+json"),
        method => (method, "application/json"),
    };
    let body = if body.is_null() { String::new() } else { String::from_utf8(body.to_bytes()).unwrap() };
    let request = Request {
        user: "admin".into(),
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
