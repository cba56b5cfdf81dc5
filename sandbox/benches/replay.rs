//! How long a replay takes: a virtual hour of lesson 21's self-healing experiment, its plug pulled. The bar is 100 ms.
//! And how long a look back over such an hour.
//!
//! `cargo bench -p sandbox --bench replay` prints a table. It fails on a wrong state, never on a slow machine.
#![allow(clippy::unwrap_used)]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
    http::{Entry, Live, Opened, Speed},
    object::Object,
    request::{Reply, Request},
};

const WORLD: &str = "../lessons/content/21-why-kubernetes/experiments/self-healing/world.yaml";
const EPOCH: Time = Time(1_795_000_000_000);
const SETTLE_MS: i64 = 180_000;
const HOUR_MS: i64 = 3_600_000;
const BAR: Duration = Duration::from_millis(100);
const RUNS: usize = 20;

fn main() {
    // `cargo test --benches` only wants to see that it runs.
    let runs = if std::env::args().any(|a| a == "--bench") { RUNS } else { 1 };
    let world = world();
    println!("{:<36} {:>9} {:>9} {:>9}  {:>9} state", "replay", "min ms", "median ms", "max ms", "revisions");
    let nothing: &[(i64, &str)] = &[];
    for (name, end_ms, plugs) in [
        ("the world, settled (3 min)", SETTLE_MS, nothing),
        ("an hour, nothing done", HOUR_MS, nothing),
        ("an hour, plug pulled", HOUR_MS, &[(SETTLE_MS + 20_000, "Off")]),
        (
            "an hour, plug pulled and back",
            HOUR_MS,
            &[(SETTLE_MS + 20_000, "Off"), (SETTLE_MS + 900_000, "On")],
        ),
    ] {
        let mut times = Vec::new();
        let mut states = Vec::new();
        for _ in 0..runs {
            let start = Instant::now();
            let cluster = black_box(replay(&world, plugs, end_ms));
            times.push(start.elapsed());
            states.push((cluster.api().revision(), cluster.state_hash()));
        }
        assert!(states.iter().all(|s| *s == states[0]), "{name}: replays differ");
        let (median, figures) = figures(times);
        let over = if median > BAR { "  OVER THE BAR of 100 ms" } else { "" };
        println!("{name:<36} {figures}  {:>9} {:016x}{over}", states[0].0, states[0].1);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let start = Instant::now();
    let live = open(&world, &[(SETTLE_MS + 20_000, "Off")]);
    println!("{:<36} {}", "an hour, plug pulled, opened", figures(vec![start.elapsed()]).1);
    look_back(&live, "looking back, each minute of it");
}

/// The median; and least, median and most as columns.
fn figures(mut times: Vec<Duration>) -> (Duration, String) {
    times.sort_unstable();
    let median = times[times.len() / 2];
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    (median, format!("{:>9.1} {:>9.1} {:>9.1}", ms(times[0]), ms(median), ms(times[times.len() - 1])))
}

fn look_back(live: &Live, name: &str) {
    let minutes = (0..HOUR_MS / 60_000).rev();
    let times = minutes.map(|minute| {
        let at = EPOCH.plus_ms(minute * 60_000 + 1);
        let start = Instant::now();
        let past = black_box(live.past(at));
        let took = start.elapsed();
        assert_eq!(past.now(), at);
        took
    });
    println!("{name:<36} {}", figures(times.collect()).1);
}

fn world() -> Vec<Object> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(WORLD);
    let documents: Vec<serde_json::Value> =
        serde_saphyr::from_multiple(&std::fs::read_to_string(path).unwrap()).unwrap();
    documents.into_iter().filter(|d| !d.is_null()).map(|d| Object(d.into())).collect()
}

fn replay(world: &[Object], plugs: &[(i64, &str)], end_ms: i64) -> Cluster {
    let mut cluster = Cluster::new(Config { seed: 21, epoch: EPOCH, world: world.to_vec() }).unwrap();
    for (at_ms, power) in plugs {
        cluster.advance_to(EPOCH.plus_ms(*at_ms));
        let Reply::Body(body) = cluster.handle(&plug(power)) else { panic!("a patch gave a watch") };
        assert_eq!(body.code, 200, "{}", String::from_utf8_lossy(&body.bytes));
    }
    cluster.advance_to(EPOCH.plus_ms(end_ms));
    cluster
}

fn plug(power: &str) -> Request {
    Request {
        user: "learner".into(),
        method: "PATCH".into(),
        uri: "/apis/sim.pilothouse.dev/v1/machines/node-c".into(),
        content_type: "application/merge-patch+json".into(),
        body: format!("{{\"spec\":{{\"power\":\"{power}\"}}}}"),
        ..Request::default()
    }
}

/// An hour of it as a server has it.
fn open(world: &[Object], plugs: &[(i64, &str)]) -> Live {
    let entry = |(at_ms, power): &(i64, &str)| Entry { at: EPOCH.plus_ms(*at_ms), request: plug(power) };
    let opened = Opened {
        config: Config { seed: 21, epoch: EPOCH, world: world.to_vec() },
        entries: plugs.iter().map(entry).collect(),
        now: EPOCH.plus_ms(HOUR_MS),
        speed: Speed::default(),
        paused: true,
        may_write: Vec::new(),
    };
    Live::open(opened, Arc::new(())).unwrap()
}
