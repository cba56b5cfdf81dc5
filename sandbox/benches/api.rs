//! How long a client waits in process, through the tower service: a get by an administrator and by who may read by RBAC alone,
//! a list, and a watch event from the start of the write that causes it to the subscriber. The bars: 30 µs a get, 50 µs an event.
//!
//! `cargo bench -p sandbox --bench api` prints medians with their spread.
#![allow(clippy::unwrap_used)]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::{BodyExt, Full};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, ResponseBody, Speed},
    object::Object,
    user::User,
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

const EPOCH: Time = Time(1_795_000_000_000);
const PODS: u32 = 30;

/// Three machines and a deployment of 30 pods, all running.
fn cluster() -> Live {
    let machine = |n: u32| {
        Object(sandbox::json!({
            "apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine",
            "metadata": {"name": format!("node-{n}")}, "spec": {"cpu": "4", "memory": "8Gi"},
        }))
    };
    let labels = sandbox::json!({"app": "web"});
    let mut deployment = Object(sandbox::json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}},
    }));
    deployment["spec"].set("replicas", i64::from(PODS));
    deployment["spec"]["selector"].set("matchLabels", labels.clone());
    deployment["spec"]["template"]["metadata"].set("labels", labels);
    let binding = Object(sandbox::json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "viewers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "viewer", "namespace": "default"}],
    }));
    let world = (1..=3).map(machine).chain([deployment, binding]).collect();
    let opened = Opened {
        config: Config { seed: 1, epoch: EPOCH, world },
        entries: Vec::new(),
        now: EPOCH.plus_ms(60_000),
        speed: Speed::default(),
        paused: true,
        may_write: Vec::new(),
    };
    Live::open(opened, Arc::new(())).unwrap()
}

async fn send(live: &Live, method: &str, uri: &str, body: String) -> ResponseBody {
    send_as(User::admin("kubernetes-admin"), live, method, uri, body).await
}

async fn send_as(user: User, live: &Live, method: &str, uri: &str, body: String) -> ResponseBody {
    let request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("Accept", "application/json")
        .header("Content-Type", "application/merge-patch+json")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let response = live.service(user).oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{method} {uri}: {}", response.status());
    response.into_body()
}

async fn ask(live: &Live, method: &str, uri: &str, body: String) -> Bytes {
    send(live, method, uri, body).await.collect().await.unwrap().to_bytes()
}

fn pods(runtime: &Runtime, live: &Live) -> Vec<String> {
    let list = runtime.block_on(ask(live, "GET", "/api/v1/namespaces/default/pods", String::new()));
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    let name = |pod: &serde_json::Value| pod["metadata"]["name"].as_str().unwrap().to_owned();
    let pods = list["items"].as_array().unwrap().iter().map(name);
    pods.map(|name| format!("/api/v1/namespaces/default/pods/{name}")).collect()
}

fn a_pod(runtime: &Runtime, live: &Live) -> String {
    pods(runtime, live).swap_remove(0)
}

fn reads(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let _guard = runtime.enter();
    let live = cluster();
    // One after another: what was written last is remembered.
    let pods = pods(&runtime, &live);
    let mut next = pods.iter().cycle();
    c.bench_function("get a pod", |b| {
        b.iter(|| black_box(runtime.block_on(ask(&live, "GET", next.next().unwrap(), String::new()))));
    });
    c.bench_function("get a pod, allowed by a role", |b| {
        let viewer = User::account("default", "viewer");
        b.iter(|| {
            let (viewer, pod) = (viewer.clone(), next.next().unwrap());
            let answer = async { send_as(viewer, &live, "GET", pod, String::new()).await.collect().await };
            black_box(runtime.block_on(answer).unwrap().to_bytes())
        });
    });
    c.bench_function("list 30 pods", |b| {
        let pods = "/api/v1/namespaces/default/pods";
        b.iter(|| black_box(runtime.block_on(ask(&live, "GET", pods, String::new()))));
    });
}

/// One write and the event it leads to.
async fn event(live: &Live, pod: &str, stream: &mut ResponseBody, n: u64) -> Duration {
    let patch = format!("{{\"metadata\":{{\"annotations\":{{\"n\":\"{n}\"}}}}}}");
    let start = Instant::now();
    let (_, frame) = tokio::join!(ask(live, "PATCH", pod, patch), stream.frame());
    let took = start.elapsed();
    let line = frame.unwrap().unwrap().into_data().unwrap();
    assert!(line.windows(8).any(|w| w == b"MODIFIED"), "{line:?}");
    took
}

fn writes(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let _guard = runtime.enter();
    let live = cluster();
    let pod = a_pod(&runtime, &live);
    let mut n = 0;
    c.bench_function("patch a pod", |b| {
        b.iter(|| {
            n += 1;
            let patch = format!("{{\"metadata\":{{\"annotations\":{{\"n\":\"{n}\"}}}}}}");
            black_box(runtime.block_on(ask(&live, "PATCH", &pod, patch)))
        });
    });
}

fn watches(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let _guard = runtime.enter();
    let live = cluster();
    let pod = a_pod(&runtime, &live);
    let list = runtime.block_on(ask(&live, "GET", "/api/v1/pods?limit=1", String::new()));
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    let since = list["metadata"]["resourceVersion"].as_str().unwrap();
    let uri = format!("/api/v1/pods?watch=true&resourceVersion={since}");
    let mut stream = runtime.block_on(send(&live, "GET", &uri, String::new()));
    let mut n = 0;
    c.bench_function("a write, and its watch event", |b| {
        b.iter_custom(|times| {
            runtime.block_on(async {
                let mut sum = Duration::ZERO;
                for _ in 0..times {
                    n += 1;
                    sum += event(&live, &pod, &mut stream, n).await;
                }
                sum
            })
        });
    });
}

criterion_group!(benches, reads, writes, watches);
criterion_main!(benches);
