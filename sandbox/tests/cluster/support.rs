//! A small shop on three machines, as lesson 21 has it.

use sandbox::{
    api::Record,
    clock::Time,
    cluster::{Cluster, Config},
    json,
    object::Object,
    request::{Reply, Request},
};

pub const EPOCH: Time = Time(1_795_000_000_000);

pub fn world() -> Vec<Object> {
    let machine = |n: &str| {
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": n},
        "spec": {"cpu": "2", "memory": "3Gi", "pods": 110}})
    };
    let image = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": "shop-1.4"},
        "spec": {"image": "shop:1.4", "pullMillis": 800, "startMillis": 150, "readyMillis": 2000}});
    let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": 6, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "shop", "image": "shop:1.4",
                "ports": [{"name": "http", "containerPort": 8080}],
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 2},
                "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}}}]}}}});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}});
    let traffic = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Traffic", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"service": "web", "port": 80, "ratePerSecond": 40, "ratePerSecondMax": 100}});
    [machine("node-a"), machine("node-b"), machine("node-c"), image, web, service, traffic]
        .map(Object)
        .to_vec()
}

pub fn config(seed: u64) -> Config {
    Config { seed, epoch: EPOCH, world: world() }
}

pub fn cluster(seed: u64) -> Cluster {
    Cluster::new(config(seed)).unwrap()
}

pub fn merge_patch(uri: &str, body: &str) -> Request {
    Request {
        user: "learner".into(),
        method: "PATCH".into(),
        uri: uri.into(),
        content_type: "application/merge-patch+json".into(),
        body: body.into(),
        ..Request::default()
    }
}

pub fn power(node: &str, power: &str) -> Request {
    let body = format!("{{\"spec\":{{\"power\":\"{power}\"}}}}");
    merge_patch(&format!("/apis/sim.pilothouse.dev/v1/machines/{node}"), &body)
}

pub fn get(cluster: &mut Cluster, uri: &str) -> serde_json::Value {
    let request =
        Request { user: "learner".into(), method: "GET".into(), uri: uri.into(), ..Request::default() };
    ok(cluster, &request)
}

pub fn ok(cluster: &mut Cluster, request: &Request) -> serde_json::Value {
    let Reply::Body(body) = cluster.handle(request) else { panic!("a watch") };
    let json: serde_json::Value = serde_json::from_slice(&body.bytes).unwrap();
    assert!(body.code < 300, "{} {}: {json}", request.method, request.uri);
    json
}

/// All records that are remembered, oldest first.
pub fn records(cluster: &Cluster) -> impl DoubleEndedIterator<Item = &Record> {
    let api = cluster.api();
    (api.oldest_revision() + 1..=api.revision()).filter_map(|revision| api.change_at(revision))
}

pub fn at_s(seconds: i64) -> Time {
    EPOCH.plus_ms(seconds * 1000)
}
