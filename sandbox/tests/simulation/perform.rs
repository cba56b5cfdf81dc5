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
    compose::PROJECT,
    pods::image,
    world::{LEAKS, TEAM, World, ZONE},
};

/// Who does it.
pub const USER: &str = "admin";
/// What a client holds a pod by.
pub const FINALIZER: &str = "example.com/held";

const MACHINES: &str = "/apis/sim.pilothouse.dev/v1/machines";
const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";
const APPS: &str = "/apis/apps/v1/namespaces/default";
const PROJECTS: &str = "/apis/sim.pilothouse.dev/v1/namespaces/default/composeprojects";

/// Does it; the answer's code.
pub fn act(cluster: &mut Cluster, what: &What, world: &World) -> u16 {
    match what {
        What::Power { .. }
        | What::Network { .. }
        | What::Disk { .. }
        | What::Capacity { .. }
        | What::Zone { .. }
        | What::Cordon { .. }
        | What::Taint { .. }
        | What::Drain { .. }
        | What::DeleteNode { .. } => of_node(cluster, what),
        What::Kill { pod, .. }
        | What::DeletePod { pod, .. }
        | What::Evict { pod }
        | What::Hold { pod, .. } => match nth_pod(cluster, *pod) {
            Some((namespace, name)) => of_pod(cluster, what, &namespace, &name),
            None => 404,
        },
        What::Release { pod } => release(cluster, *pod),
        What::BarePod { n, cpu_millis, host_port, class } => {
            let pod = bare_pod(*n, *cpu_millis, *host_port, class);
            send(cluster, "POST", "/api/v1/namespaces/default/pods", &pod)
        }
        What::Scale { deployment, .. }
        | What::Image { deployment, .. }
        | What::Restart { deployment }
        | What::Delete { deployment, .. } => match nth_deployment(world, *deployment) {
            Some(uri) => of_deployment(cluster, what, &uri),
            None => 404,
        },
        What::ScaleSet { .. }
        | What::ImageOfSet { .. }
        | What::Partition { .. }
        | What::DeleteClaim { .. } => of_set(cluster, what),
        What::ImageOfDaemons { image } => set_image(cluster, &format!("{APPS}/daemonsets/agent"), image),
        What::Job { .. } | What::DeleteJob { .. } | What::SuspendJob { .. } | What::SuspendCron { .. } => {
            batch(cluster, what)
        }
        What::Traffic { rate } => {
            let Some(traffic) = world.of_kind("Traffic").next() else { return 404 };
            let (namespace, name) = (traffic.namespace(), traffic.name());
            let uri = format!("/apis/sim.pilothouse.dev/v1/namespaces/{namespace}/traffics/{name}");
            send(cluster, "PATCH", &uri, &json!({"spec": {"ratePerSecond": *rate as i64}}))
        }
        What::Compose { args } => compose(cluster, args, world),
        What::ComposeFile { services } => {
            let uri = format!("{PROJECTS}/{PROJECT}");
            // What a merge patch leaves out stays; here each service says all that it may say.
            let spec = Json::object().with("services", services.clone());
            send(cluster, "PATCH", &uri, &Json::object().with("spec", spec))
        }
        What::EndTeam => send(cluster, "DELETE", &format!("/api/v1/namespaces/{TEAM}"), &Json::Null),
    }
}

/// Powers and connects a machine again.
pub fn mend(cluster: &mut Cluster, node: &str) {
    machine(cluster, node, &json!({"power": "On", "network": "Connected", "disk": "Normal"}));
}

/// Ends what would never rest: schedules, leaks, and what somebody holds.
pub fn calm(cluster: &mut Cluster, world: &World) {
    act(cluster, &What::SuspendCron { on: true }, world);
    let no_leak = json!({"spec": {"leakMiPerMinute": 0}});
    send(cluster, "PATCH", "/apis/sim.pilothouse.dev/v1/images/leaks-1", &no_leak);
    let leaky = cluster.api().list(resources::POD, "").filter(|p| image(p) == LEAKS).map(Object::key);
    for pod in leaky.collect::<Vec<_>>() {
        send(
            cluster,
            "DELETE",
            &format!("/api/v1/namespaces/{}/pods/{}", pod.namespace, pod.name),
            &Json::Null,
        );
    }
    let held: Vec<_> =
        cluster.api().list(resources::POD, "").filter(|p| is_held(p)).map(Object::key).collect();
    for pod in held {
        hold(cluster, &pod.namespace, &pod.name, false);
    }
    compose(cluster, "up -d", world);
}

fn of_node(cluster: &mut Cluster, what: &What) -> u16 {
    match what {
        What::Power { node, on } => machine(cluster, node, &json!({"power": if *on { "On" } else { "Off" }})),
        What::Network { node, on } => {
            machine(cluster, node, &json!({"network": if *on { "Connected" } else { "Partitioned" }}))
        }
        What::Disk { node, slow } => {
            machine(cluster, node, &json!({"disk": if *slow { "Slow" } else { "Normal" }}))
        }
        What::Capacity { node, cpu, memory_gi } => {
            machine(cluster, node, &json!({"cpu": cpu.to_string(), "memory": format!("{memory_gi}Gi")}))
        }
        What::Zone { node, zone } => {
            let labels = Json::object().with(ZONE, zone.as_str());
            let metadata = Json::object().with("labels", labels);
            send(
                cluster,
                "PATCH",
                &format!("/api/v1/nodes/{node}"),
                &Json::object().with("metadata", metadata),
            )
        }
        What::Cordon { node, on } => node_spec(cluster, node, &json!({"unschedulable": *on})),
        What::Taint { node, effect, on } => {
            let taints = cluster.api().list(resources::NODE, "").find(|n| n.name() == node.as_str());
            let taints = taints.map(|n| n.at("spec.taints").list().to_vec()).unwrap_or_default();
            let mut taints: Vec<Json> = taints.into_iter().filter(|t| t["key"] != "drawn").collect();
            if *on {
                taints.push(json!({"key": "drawn", "value": "yes", "effect": effect}));
            }
            node_spec(cluster, node, &json!({"taints": taints}))
        }
        What::Drain { node } => drain(cluster, node),
        What::DeleteNode { node } => send(cluster, "DELETE", &format!("/api/v1/nodes/{node}"), &Json::Null),
        other => unreachable!("{other:?} speaks of no node"),
    }
}

fn of_pod(cluster: &mut Cluster, what: &What, namespace: &str, name: &str) -> u16 {
    match what {
        What::Kill { signal, .. } => {
            let uri = format!("/apis/sim.pilothouse.dev/v1/namespaces/{namespace}/signals");
            let signal = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Signal",
                "metadata": {"generateName": "signal-"}, "spec": {"pod": name, "signal": signal}});
            send(cluster, "POST", &uri, &signal)
        }
        What::DeletePod { grace_s, .. } => {
            let grace = grace_s.map(|s| format!("?gracePeriodSeconds={s}")).unwrap_or_default();
            let uri = format!("/api/v1/namespaces/{namespace}/pods/{name}{grace}");
            send(cluster, "DELETE", &uri, &Json::Null)
        }
        What::Evict { .. } => evict(cluster, namespace, name),
        What::Hold { on, .. } => hold(cluster, namespace, name, *on),
        other => unreachable!("{other:?} speaks of no pod"),
    }
}

fn is_held(pod: &Object) -> bool {
    pod.at("metadata.finalizers").list().iter().any(|f| *f == FINALIZER)
}

/// Nobody may add a finalizer to what is on its way out.
fn hold(cluster: &mut Cluster, namespace: &str, name: &str, on: bool) -> u16 {
    let Some(pod) = cluster.api().list(resources::POD, namespace).find(|p| p.name() == name) else {
        return 404;
    };
    if on && pod.is_terminating() {
        return 409;
    }
    let finalizers = pod.at("metadata.finalizers").list();
    let mut kept: Vec<Json> = finalizers.iter().filter(|f| **f != FINALIZER).cloned().collect();
    if on {
        kept.push(FINALIZER.into());
    }
    let metadata = Json::object().with("finalizers", kept);
    let uri = format!("/api/v1/namespaces/{namespace}/pods/{name}");
    send(cluster, "PATCH", &uri, &Json::object().with("metadata", metadata))
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

fn batch(cluster: &mut Cluster, what: &What) -> u16 {
    let suspend = |on: bool| json!({"spec": {"suspend": on}});
    match what {
        What::Job { n, spec } => {
            let name = format!("work-{n}");
            let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}});
            send(cluster, "POST", JOBS, &job.with("spec", spec.clone()))
        }
        What::DeleteJob { n } => {
            send(cluster, "DELETE", &format!("{JOBS}/work-{n}?propagationPolicy=Background"), &Json::Null)
        }
        What::SuspendJob { n, on } => send(cluster, "PATCH", &format!("{JOBS}/work-{n}"), &suspend(*on)),
        What::SuspendCron { on } => {
            send(cluster, "PATCH", "/apis/batch/v1/namespaces/default/cronjobs/tick", &suspend(*on))
        }
        other => unreachable!("{other:?} speaks of no job"),
    }
}

fn of_set(cluster: &mut Cluster, what: &What) -> u16 {
    let uri = format!("{APPS}/statefulsets/db");
    match what {
        What::ScaleSet { replicas } => {
            let body = json!({"spec": {"replicas": *replicas as i64}});
            send(cluster, "PATCH", &format!("{uri}/scale"), &body)
        }
        What::ImageOfSet { image } => set_image(cluster, &uri, image),
        What::Partition { partition } => {
            let strategy =
                json!({"type": "RollingUpdate", "rollingUpdate": {"partition": *partition as i64}});
            let spec = Json::object().with("updateStrategy", strategy);
            send(cluster, "PATCH", &uri, &Json::object().with("spec", spec))
        }
        What::DeleteClaim { n } => {
            let uri = format!("/api/v1/namespaces/default/persistentvolumeclaims/data-db-{n}");
            send(cluster, "DELETE", &uri, &Json::Null)
        }
        other => unreachable!("{other:?} speaks of no StatefulSet"),
    }
}

fn compose(cluster: &mut Cluster, args: &str, world: &World) -> u16 {
    if world.of_kind("ComposeProject").next().is_none() {
        return 404;
    }
    let words: Vec<&str> = args.split(' ').collect();
    let command = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "ComposeCommand",
        "metadata": {"generateName": "typed-"}, "spec": {"project": PROJECT, "args": words}});
    send(cluster, "POST", "/apis/sim.pilothouse.dev/v1/namespaces/default/composecommands", &command)
}

/// The pod that a number speaks of.
pub fn nth_pod(cluster: &Cluster, n: u64) -> Option<(String, String)> {
    let pods: Vec<&Object> = cluster.api().list(resources::POD, "").collect();
    let pod = pods.get((n % pods.len().max(1) as u64) as usize)?;
    Some((pod.namespace().to_string(), pod.name().to_string()))
}

fn deployment_uri(deployment: &Object) -> String {
    format!("/apis/apps/v1/namespaces/{}/deployments/{}", deployment.namespace(), deployment.name())
}

/// Where the Deployment is that a number speaks of.
fn nth_deployment(world: &World, n: u64) -> Option<String> {
    let count = world.of_kind("Deployment").count().max(1) as u64;
    world.of_kind("Deployment").nth((n % count) as usize).map(deployment_uri)
}

fn of_deployment(cluster: &mut Cluster, what: &What, uri: &str) -> u16 {
    match what {
        What::Scale { replicas, .. } => {
            let body = json!({"spec": {"replicas": *replicas as i64}});
            send(cluster, "PATCH", &format!("{uri}/scale"), &body)
        }
        What::Image { image, .. } => set_image(cluster, uri, image),
        What::Restart { .. } => {
            let now = cluster.now().0.to_string();
            let body = json!({"spec": {"template": {"metadata": {"annotations": {"restarted": now}}}}});
            send(cluster, "PATCH", uri, &body)
        }
        What::Delete { policy, .. } => {
            send(cluster, "DELETE", &format!("{uri}?propagationPolicy={policy}"), &Json::Null)
        }
        other => unreachable!("{other:?} speaks of no Deployment"),
    }
}

fn set_image(cluster: &mut Cluster, uri: &str, image: &str) -> u16 {
    let body = json!({"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}});
    send(cluster, "STRATEGIC", uri, &body)
}

fn bare_pod(n: u64, cpu_millis: u64, host_port: bool, class: &str) -> Json {
    let mut port = json!({"containerPort": 8080});
    if host_port {
        port.set("hostPort", 8080);
    }
    let container = json!({"name": "main", "image": "good:1", "ports": [port],
        "resources": {"requests": {"cpu": format!("{cpu_millis}m"), "memory": "16Mi"}}});
    let mut spec = Json::object().with("containers", vec![container]);
    if !class.is_empty() {
        spec.set("priorityClassName", class);
    }
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("bare-{n}"), "labels": {"app": "bare"}}})
    .with("spec", spec)
}

fn machine(cluster: &mut Cluster, node: &str, spec: &Json) -> u16 {
    send(cluster, "PATCH", &format!("{MACHINES}/{node}"), &json!({"spec": spec.clone()}))
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
