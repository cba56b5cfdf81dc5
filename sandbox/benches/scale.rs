//! How fast clusters grow and how little an idle one takes: the rows of "Speed and size" that one cluster alone can tell.
//! Virtual time is free; what is measured is this thread's time on a core, so that a busy machine tells the same.
//!
//! `cargo bench -p sandbox --bench scale` prints a table; `-- 1000` only the rows whose names hold `1000`. It fails on a wrong
//! state, never on a slow machine.
#![allow(clippy::unwrap_used)]

use std::{alloc::System, hint::black_box, sync::Arc, time::Duration};

use cap::Cap;
use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
    http::{Live, Opened, Speed},
    json,
    json::Json,
    object::{Key, Object},
    request::{Reply, Request},
    resources::{DEPLOYMENT, NODE, POD},
};

/// Counts what is held.
#[global_allocator]
static HELD: Cap<System> = Cap::new(System, usize::MAX);

const EPOCH: Time = Time(1_795_000_000_000);
const HOUR_MS: i64 = 3_600_000;
/// Within this everything is ready, or something is wrong.
const READY_MS_MAX: i64 = HOUR_MS;
/// Clusters in one process.
const CROWD: u64 = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to see that it runs.
    let table = Table {
        only: arguments.iter().find(|a| !a.starts_with('-')).cloned().unwrap_or_default(),
        measures: arguments.iter().any(|a| a == "--bench"),
    };
    println!("{:<52} {:>12} {:>12}  {:>10} {:>12}", "work", "median", "least", "bar", "revisions");
    // What all clusters of a process share is made once.
    drop(grown(cluster_of(1, 1), 1));
    // Before the large ones: after them what is shared is theirs, and this one would be charged for it anew.
    table.idle();
    table.timed("new cluster, 3 nodes, first pod Ready", Some(ms(2)), 20, || (), |()| first_pod(3));
    for (replicas, nodes, bar, runs) in
        [(100, 3, Some(ms(50)), 10), (1000, 100, Some(ms(500)), 3), (10_000, 1000, None, 1)]
    {
        let name = format!("{replicas} replicas on {nodes} nodes to Ready");
        let pods = table.timed(&name, bar, runs, || cluster_of(nodes, 1), |c| grown(c, replicas));
        if let Some(took) = pods {
            println!("{:<52} {:>9.1} µs", "    a pod", took.as_secs_f64() * 1e6 / f64::from(replicas));
        }
    }
    table.crowd();
}

struct Table {
    only: String,
    measures: bool,
}

impl Table {
    fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    /// A row: what `work` takes, without what `before` takes. Gives the median.
    fn timed<T>(
        &self,
        name: &str,
        bar: Option<Duration>,
        runs: usize,
        before: impl Fn() -> T,
        work: impl Fn(T) -> Cluster,
    ) -> Option<Duration> {
        if !self.wants(name) || (!self.measures && runs < 10) {
            return None;
        }
        let mut times = Vec::new();
        let mut revisions = 0;
        for _ in 0..if self.measures { runs } else { 1 } {
            let start = before();
            let (cluster, took) = on_core(|| work(start));
            revisions = black_box(cluster).api().revision();
            times.push(took);
        }
        times.sort_unstable();
        let median = times[times.len() / 2];
        let over = if bar.is_some_and(|bar| median > bar) { "  OVER THE BAR" } else { "" };
        let bar = bar.map(shown).unwrap_or_default();
        println!("{name:<52} {:>12} {:>12}  {bar:>10} {revisions:>12}{over}", shown(median), shown(times[0]));
        Some(median)
    }

    /// The rows of a cluster in which nothing happens.
    fn idle(&self) {
        if !self.wants("idle cluster") {
            return;
        }
        let before = HELD.allocated();
        let (mut cluster, _) = on_core(|| idle_cluster(1));
        let held = HELD.allocated() - before;
        row("idle cluster after an hour: held", &kib(held), "300.0 KiB", held > 300 * 1024);
        let (_, took) = on_core(|| cluster.advance_to(EPOCH.plus_ms(2 * HOUR_MS)));
        let second = took / u32::try_from(HOUR_MS / 1000).unwrap();
        row(
            "idle cluster: a virtual second awake",
            &shown(second),
            "20.0 µs",
            second > Duration::from_micros(20),
        );
        drop(cluster);

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let before = HELD.allocated();
        let live = live(&runtime);
        row(
            "idle cluster after an hour, with its looks back: held",
            &kib(HELD.allocated() - before),
            "",
            false,
        );
        let (_, took) =
            on_core(|| runtime.block_on(async { tokio::time::sleep(Duration::from_secs(1)).await }));
        row("idle cluster: a real second asleep", &shown(took), "", false);
        drop(live);
    }
}

impl Table {
    /// The rows of many idle clusters in one process, each with its own seed.
    fn crowd(&self) {
        if !self.wants("idle clusters") {
            return;
        }
        let count: u64 = if self.measures { CROWD } else { 2 };
        let before = HELD.allocated();
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        let mut all: Vec<Cluster> = std::thread::scope(|scope| {
            let share = |core: u64| move || (core..count).step_by(cores as usize).map(idle_cluster).collect();
            let built: Vec<_> = (0..cores).map(|core| scope.spawn(share(core))).collect();
            built
                .into_iter()
                .flat_map(|thread: std::thread::ScopedJoinHandle<'_, Vec<_>>| thread.join().unwrap())
                .collect()
        });
        let held = HELD.allocated() - before;
        let gib = held as f64 / f64::from(1u32 << 30);
        row(&format!("{count} idle clusters: held"), &format!("{gib:.2} GiB"), "3.00 GiB", gib > 3.0);
        let (_, took) = on_core(|| all.iter_mut().for_each(list_and_write));
        let over = took > Duration::from_secs(5);
        row(&format!("{count} idle clusters: all listed, a write each"), &shown(took), "5.00 s", over);
    }
}

/// Asks for all pods, and writes one object.
fn list_and_write(cluster: &mut Cluster) {
    let list = Request {
        user: "kubernetes-admin".into(),
        method: "GET".into(),
        uri: "/api/v1/pods".into(),
        ..Request::default()
    };
    let Reply::Body(body) = cluster.handle(&list) else { panic!("a watch") };
    assert_eq!(black_box(body).code, 200);
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"a": "b"}});
    post(cluster, "/api/v1/namespaces/default/configmaps", &map);
}

fn row(name: &str, value: &str, bar: &str, over: bool) {
    println!("{name:<52} {value:>12} {:>12}  {bar:>10}{}", "", if over { "  OVER THE BAR" } else { "" });
}

fn kib(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} µs", s * 1e6),
    }
}

/// What it takes on a core, as Linux counts it for this thread; elsewhere as a clock on the wall does.
fn on_core<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = (core_time(), std::time::Instant::now());
    let done = work();
    let took = match (start.0, core_time()) {
        (Some(from), Some(to)) => to - from,
        _ => start.1.elapsed(),
    };
    (done, took)
}

/// The scheduler of the kernel brings its account up to date when the thread gives way.
fn core_time() -> Option<Duration> {
    std::thread::sleep(Duration::from_millis(1));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn object(json: Json) -> Object {
    Object(json)
}

fn world(nodes: u32) -> Vec<Object> {
    let machine = |n: u32| {
        object(json!({
            "apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine",
            "metadata": {"name": format!("node-{n}")}, "spec": {"cpu": "4", "memory": "8Gi"},
        }))
    };
    let unlimited = object(json!({
        "apiVersion": "sim.pilothouse.dev/v1", "kind": "ControlPlane", "metadata": {"name": "cluster"},
        "spec": {"controllerManager": {"qps": -1}, "scheduler": {"qps": -1}},
    }));
    std::iter::once(unlimited).chain((1..=nodes).map(machine)).collect()
}

fn new_cluster(nodes: u32, seed: u64) -> Cluster {
    Cluster::new(Config { seed, epoch: EPOCH, world: world(nodes) }).unwrap()
}

/// With all its nodes ready.
fn cluster_of(nodes: u32, seed: u64) -> Cluster {
    let mut cluster = new_cluster(nodes, seed);
    cluster.quiesce(READY_MS_MAX);
    let ready = cluster.api().list(NODE, "").filter(|n| n.condition("Ready")["status"] == "True").count();
    assert_eq!(ready, nodes as usize);
    cluster
}

fn post(cluster: &mut Cluster, uri: &str, body: &Json) {
    let request = Request {
        user: "kubernetes-admin".into(),
        method: "POST".into(),
        uri: uri.into(),
        content_type: "application/json".into(),
        body: body.to_string(),
        ..Request::default()
    };
    let Reply::Body(body) = cluster.handle(&request) else { panic!("a watch") };
    assert_eq!(body.code, 201, "{}", String::from_utf8_lossy(&body.bytes));
}

/// Runs until it is so.
fn until(cluster: &mut Cluster, is_so: impl Fn(&Cluster) -> bool) {
    let end = cluster.now().plus_ms(READY_MS_MAX);
    while !is_so(cluster) {
        assert!(cluster.step() && cluster.now() <= end, "not ready after {READY_MS_MAX} ms");
    }
}

fn first_pod(nodes: u32) -> Cluster {
    let mut cluster = new_cluster(nodes, 1);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "first"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]},
    });
    post(&mut cluster, "/api/v1/namespaces/default/pods", &pod);
    let key = Key::new("default", "first");
    until(&mut cluster, |c| c.api().find(POD, &key).unwrap().condition("Ready")["status"] == "True");
    cluster
}

fn deployment(replicas: u32) -> Json {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
            },
        },
    })
}

fn grown(mut cluster: Cluster, replicas: u32) -> Cluster {
    post(&mut cluster, "/apis/apps/v1/namespaces/default/deployments", &deployment(replicas));
    let key = Key::new("default", "web");
    let ready = |c: &Cluster| c.api().find(DEPLOYMENT, &key).unwrap()["status"]["readyReplicas"].int();
    until(&mut cluster, |c| ready(c) == Some(i64::from(replicas)));
    cluster
}

/// Three nodes, ten pods, a Service, after an hour.
fn idle_cluster(seed: u64) -> Cluster {
    let mut cluster = grown(cluster_of(3, seed), 10);
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    });
    post(&mut cluster, "/api/v1/namespaces/default/services", &service);
    cluster.advance_to(EPOCH.plus_ms(HOUR_MS));
    cluster
}

/// The same as a server holds it.
fn live(runtime: &tokio::runtime::Runtime) -> Live {
    let _guard = runtime.enter();
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    });
    let mut deployment = deployment(10);
    deployment["metadata"].set("namespace", "default");
    let mut world = world(3);
    world.extend([object(deployment), object(service)]);
    let opened = Opened {
        config: Config { seed: 1, epoch: EPOCH, world },
        entries: Vec::new(),
        now: EPOCH.plus_ms(HOUR_MS),
        speed: Speed::default(),
        paused: false,
        may_write: Vec::new(),
    };
    let live = Live::open(opened, Arc::new(())).unwrap();
    // The stage has read all of it.
    live.records_since(*live.changes().borrow());
    live
}
