//! Determinism: random journals, lived once with reads, watches and clock steps in between, then replayed in one go.
//!
//! A failure prints the seed of its journal; `JOURNAL_SEED=n` plays that one alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use sandbox::{
    api::watch::Watch,
    clock::Time,
    cluster::Cluster,
    http::{Entry, Live, Opened, Speed},
    request::{Reply, Request},
    rng::{Rng, Stream},
};

use super::support::*;

const JOURNALS: u64 = 100;
/// Every so many journals are opened as a live cluster, too.
const LIVE_EVERY: u64 = 20;
const END_MS: i64 = 600_000;
const REQUESTS_MAX: u64 = 24;

const PODS: &str = "/api/v1/namespaces/default/pods";
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
const SIGNALS: &str = "/apis/sim.pilothouse.dev/v1/namespaces/default/signals";
const TRAFFIC: &str = "/apis/sim.pilothouse.dev/v1/namespaces/default/traffics/web";

#[test]
fn a_journal_decides_every_byte() {
    if let Some(seed) = std::env::var("JOURNAL_SEED").ok().and_then(|s| s.parse().ok()) {
        check(seed);
        return;
    }
    let next = AtomicU64::new(0);
    let accepted = AtomicU64::new(0);
    let entries = AtomicU64::new(0);
    let failed = thread::scope(|scope| {
        let play = || {
            let mut seed = next.fetch_add(1, Ordering::Relaxed);
            while seed < JOURNALS {
                let lived = std::panic::catch_unwind(|| check(seed)).map_err(|_| seed)?;
                accepted.fetch_add(lived.accepted, Ordering::Relaxed);
                entries.fetch_add(lived.entries.len() as u64, Ordering::Relaxed);
                seed = next.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, u64>(())
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(play)).collect();
        threads.into_iter().filter_map(|t| t.join().unwrap().err()).collect::<Vec<_>>()
    });
    assert!(failed.is_empty(), "journals of these seeds differ (JOURNAL_SEED=n plays one alone): {failed:?}");
    let (accepted, entries) = (accepted.into_inner(), entries.into_inner());
    println!("{JOURNALS} journals (seeds 0 to {}), {entries} requests, {accepted} accepted", JOURNALS - 1);
    assert!(accepted > entries / 2, "journals of refused requests prove little: {accepted} of {entries}");
    assert!(accepted < entries, "bad requests belong to a journal, too");
}

/// What a disturbed run left behind.
struct Lived {
    entries: Vec<Entry>,
    accepted: u64,
    dump: String,
}

fn check(seed: u64) -> Lived {
    let lived = live_through(seed);
    let end = EPOCH.plus_ms(END_MS);
    demand_same(seed, "replayed in one go", &lived.dump, &replayed(seed, &lived.entries, end));
    if seed.is_multiple_of(LIVE_EVERY) {
        check_live(seed, &lived);
    }
    lived
}

fn replayed(seed: u64, entries: &[Entry], until: Time) -> String {
    let mut cluster = cluster(seed);
    for entry in entries.iter().take_while(|e| e.at <= until) {
        cluster.advance_to(entry.at);
        cluster.handle(&entry.request);
    }
    cluster.advance_to(until);
    cluster.dump()
}

fn demand_same(seed: u64, how: &str, lived: &str, dump: &str) {
    if lived == dump {
        return;
    }
    let (was, is): (Vec<_>, Vec<_>) = (lived.lines().collect(), dump.lines().collect());
    let only = |these: &[&str], those: &[&str]| {
        let lines = these.iter().filter(|line| !those.contains(line)).take(6);
        lines.map(|line| format!("\n    {}", line.chars().take(700).collect::<String>())).collect::<String>()
    };
    panic!(
        "journal of seed {seed}, {how}, differs:\n  only lived:{}\n  only replayed:{}",
        only(&was, &is),
        only(&is, &was)
    );
}

/// As a sandbox is opened after a restart: its present, and its past at the moment of every request.
fn check_live(seed: u64, lived: &Lived) {
    let now = EPOCH.plus_ms(END_MS);
    let opened = Opened {
        config: config(seed),
        entries: lived.entries.clone(),
        now,
        speed: Speed::default(),
        paused: true,
        // Nobody may write machines by now; what was done stays done.
        may_write: vec![],
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let live = Live::open(opened, Arc::new(())).unwrap();
    assert_eq!(live.clock().now, now);
    demand_same(seed, "opened as a live cluster", &lived.dump, &live.past(now).dump());
    let mut moments: Vec<Time> = lived.entries.iter().flat_map(|e| [e.at.plus_ms(-1), e.at]).collect();
    moments.sort_unstable();
    let mut walk = cluster(seed);
    let mut entries = lived.entries.iter().peekable();
    for at in moments {
        while let Some(entry) = entries.next_if(|e| e.at <= at) {
            walk.advance_to(entry.at);
            walk.handle(&entry.request);
        }
        walk.advance_to(at);
        let how = format!("looked back at {}", at.since_ms(EPOCH));
        demand_same(seed, &how, &walk.dump(), &live.past(at).dump());
    }
}

/// Makes up a journal while it happens, as a learner does: what is deleted is what is there.
fn live_through(seed: u64) -> Lived {
    let mut rng = Rng::new(seed ^ 0x6a6f_7572_6e61_6c73);
    let mut cluster = cluster(seed);
    let mut watches = Vec::new();
    let (mut entries, mut accepted) = (Vec::new(), 0);
    let requests = 4 + rng.stream("count").below(REQUESTS_MAX - 3);
    let mut moments: Vec<i64> =
        (0..requests).map(|_| rng.stream("moments").below(END_MS as u64) as i64).collect();
    moments.sort_unstable();
    for (n, ms) in moments.into_iter().enumerate() {
        wander(&mut cluster, ms, rng.stream("wander"), &mut watches);
        let request = made_up(n, &mut cluster, rng.stream("requests"));
        let Reply::Body(body) = cluster.handle(&request) else { panic!("{request:?} gave a watch") };
        assert!(body.code < 500, "seed {seed}: {request:?} gave {}", body.code);
        accepted += u64::from(body.code < 300);
        entries.push(Entry { at: cluster.now(), request });
    }
    wander(&mut cluster, END_MS, rng.stream("wander"), &mut watches);
    Lived { entries, accepted, dump: cluster.dump() }
}

/// Moves to a moment in random steps, looking around at each: nothing of it may leave a trace.
fn wander(cluster: &mut Cluster, ms: i64, rng: &mut Stream, watches: &mut Vec<Watch>) {
    let end = EPOCH.plus_ms(ms);
    while cluster.now() < end {
        let left = end.since_ms(cluster.now()) as u64;
        match rng.below(4) {
            0 => cluster.advance_to(end),
            1 if cluster.next_work_at().is_some_and(|at| at <= end) => {
                cluster.step();
            }
            _ => cluster.advance_to(cluster.now().plus_ms(1 + rng.below(left) as i64)),
        }
        look(cluster, rng, watches);
    }
    // A single step may have left work due at this very moment.
    cluster.advance_to(end);
}

fn look(cluster: &mut Cluster, rng: &mut Stream, watches: &mut Vec<Watch>) {
    let uri = match rng.below(8) {
        0 => PODS,
        1 => "/api/v1/nodes?limit=2",
        2 => "/apis/apps/v1/deployments?labelSelector=app%3Dweb",
        3 => "/api/v1/events",
        4 => "/api/v1/namespaces/default/pods/nobody",
        5 => "/api/v1/namespaces/default/pods?watch=1&resourceVersion=0",
        6 => "/api/v1/nodes?watch=1&allowWatchBookmarks=true",
        _ => {
            // A branch that goes its own way.
            let mut branch = cluster.clone();
            branch.handle(&power("node-a", "Off"));
            branch.advance_to(branch.now().plus_ms(rng.below(3_000) as i64));
            return;
        }
    };
    if let Reply::Watch(watch) = cluster.handle(&request("GET", uri, "")) {
        watches.push(*watch);
    }
    watches.retain_mut(|watch| watch.poll(cluster.api()).is_ok());
    watches.truncate(8);
}

fn request(method: &str, uri: &str, body: &str) -> Request {
    let mut request = merge_patch(uri, body);
    request.method = method.into();
    request.content_type = if body.is_empty() { String::new() } else { "application/json".into() };
    request
}

fn made_up(n: usize, cluster: &mut Cluster, rng: &mut Stream) -> Request {
    let node = ["node-a", "node-b", "node-c"][rng.below(3) as usize];
    let made = format!("made-{}", rng.below(n as u64 + 1));
    match rng.below(16) {
        0 | 1 => power(node, "Off"),
        2 | 3 => power(node, "On"),
        4 => merge_patch(
            &format!("{DEPLOYMENTS}/web/scale"),
            &format!("{{\"spec\":{{\"replicas\":{}}}}}", rng.below(13)),
        ),
        5 => strategic_image(["shop:1.4", "shop:1.5", "nowhere:1"][rng.below(3) as usize]),
        6 | 7 => request("DELETE", &format!("{PODS}/{}", some_pod(cluster, rng)), ""),
        8 => {
            let (pod, signal) = (some_pod(cluster, rng), ["SIGKILL", "SIGTERM"][rng.below(2) as usize]);
            request(
                "POST",
                SIGNALS,
                &format!(
                    "{{\"apiVersion\":\"sim.pilothouse.dev/v1\",\"kind\":\"Signal\",\"metadata\":{{\"generateName\":\"signal-\"}},\
                 \"spec\":{{\"pod\":\"{pod}\",\"signal\":\"{signal}\"}}}}"
                ),
            )
        }
        9 => merge_patch(TRAFFIC, &format!("{{\"spec\":{{\"ratePerSecond\":{}}}}}", rng.below(120))),
        10 => request(
            "POST",
            CONFIG_MAPS,
            &format!(
                "{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"{made}\"}},\"data\":{{\"n\":\"{n}\"}}}}"
            ),
        ),
        11 => request("DELETE", &format!("{CONFIG_MAPS}/{made}"), ""),
        12 => request("POST", DEPLOYMENTS, &deployment(&made, rng.below(4))),
        13 => {
            let policy = ["Foreground", "Background", "Orphan"][rng.below(3) as usize];
            request("DELETE", &format!("{DEPLOYMENTS}/{made}?propagationPolicy={policy}"), "")
        }
        14 => merge_patch(
            &format!("/api/v1/nodes/{node}"),
            &format!("{{\"spec\":{{\"unschedulable\":{}}}}}", rng.below(2) == 0),
        ),
        _ => bad(rng),
    }
}

fn some_pod(cluster: &mut Cluster, rng: &mut Stream) -> String {
    let pods = get(cluster, PODS);
    let names: Vec<_> =
        pods["items"].as_array().unwrap().iter().filter_map(|p| p["metadata"]["name"].as_str()).collect();
    names.get(rng.below(names.len() as u64) as usize).map_or_else(|| "nobody".to_owned(), |&n| n.to_owned())
}

fn strategic_image(image: &str) -> Request {
    let body = format!(
        "{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"shop\",\"image\":\"{image}\"}}]}}}}}}}}"
    );
    Request {
        content_type: "application/strategic-merge-patch+json".into(),
        ..merge_patch(&format!("{DEPLOYMENTS}/web"), &body)
    }
}

fn deployment(name: &str, replicas: u64) -> String {
    format!(
        "{{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{\"replicas\":{replicas},\
         \"selector\":{{\"matchLabels\":{{\"app\":\"{name}\"}}}},\"template\":{{\"metadata\":{{\"labels\":{{\"app\":\"{name}\"}}}},\
         \"spec\":{{\"containers\":[{{\"name\":\"c\",\"image\":\"shop:1.4\",\"resources\":{{\"requests\":{{\"cpu\":\"200m\"}}}}}}]}}}}}}}}"
    )
}

fn bad(rng: &mut Stream) -> Request {
    match rng.below(5) {
        0 => request("POST", PODS, "{not json"),
        1 => request("POST", "/apis/nowhere/v1/things", "{}"),
        2 => request(
            "POST",
            DEPLOYMENTS,
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"generateName\":\"x-\"}}",
        ),
        3 => merge_patch(&format!("{DEPLOYMENTS}/web/scale"), "{\"spec\":{\"replicas\":-1}}"),
        _ => request(
            "PUT",
            &format!("{CONFIG_MAPS}/nobody"),
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"other\"}}",
        ),
    }
}
