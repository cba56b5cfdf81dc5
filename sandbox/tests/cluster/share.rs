//! A hostile cluster beside another one in the same process: it is held to its share and told so, and its neighbour is served as
//! before. Quiet and busy turns alternate, so that whatever else the machine does is in both.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use sandbox::{
    cluster::Config,
    http::{Attendance, Live, Opened, ResponseBody, Speed},
    json,
    object::Object,
    request::{Reply, Request},
    user::User,
};
use tower::ServiceExt;

use super::support::*;

/// Turns of each kind, and what the neighbour does in each: a read and a write at a time.
const TURNS: usize = 6;
const TRIES: usize = 50;
/// So much slower may a neighbour's slowest hundredth be.
const RATIO_MAX: f64 = 2.0;
/// Nobody feels less, and a machine that tests in parallel has more of it.
const NOISE: Duration = Duration::from_millis(5);

fn open(world: Vec<Object>, speed: u16) -> (Live, Attendance) {
    let opened = Opened {
        config: Config { seed: 1, epoch: EPOCH, world },
        entries: vec![],
        now: EPOCH,
        speed: Speed::new(speed).unwrap(),
        paused: false,
        may_write: vec![],
    };
    let live = Live::open(opened, Arc::new(())).unwrap();
    let attendance = live.attend();
    (live, attendance)
}

async fn ask(live: &Live, request: &Request) -> (u16, serde_json::Value) {
    let Reply::Body(body) = live.handle(request).await.unwrap() else { panic!("a stream") };
    (body.code, serde_json::from_slice(&body.bytes).unwrap_or_default())
}

fn list(uri: &str) -> Request {
    Request { user: User::admin("learner"), method: "GET".into(), uri: uri.into(), ..Request::default() }
}

fn note(name: &str, text: &str) -> Request {
    let body = format!("{{\"metadata\":{{\"annotations\":{{\"note\":{text:?}}}}}}}");
    Request { user: User::admin("learner"), ..merge_patch(&format!("/api/v1/namespaces/{name}"), &body) }
}

/// What a neighbour waits for its answers while the hostile one rests, and while it does not: the slowest hundredth of each.
async fn felt(turn: impl Fn(bool)) -> [Duration; 2] {
    let (live, _attendance) = open(world(), 1);
    live.advance_to(at_s(30)).await;
    live.hold_to_share();
    let mut took = [Vec::new(), Vec::new()];
    for (busy, place) in (0..TURNS).flat_map(|_| [(false, 0), (true, 1)]) {
        turn(busy);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let live = live.clone();
        let served = tokio::spawn(async move {
            let mut took = Vec::new();
            for i in 0..TRIES {
                let began = Instant::now();
                assert_eq!(ask(&live, &list("/api/v1/namespaces/default/pods")).await.0, 200);
                assert_eq!(ask(&live, &note("default", &i.to_string())).await.0, 200);
                took.push(began.elapsed());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            took
        });
        took[place].extend(served.await.unwrap());
    }
    turn(false);
    took.map(|mut all| {
        all.sort_unstable();
        all[all.len() * 99 / 100]
    })
}

fn judge(name: &str, [quiet, busy]: [Duration; 2]) {
    let ratio = busy.as_secs_f64() / quiet.max(NOISE).as_secs_f64();
    println!(
        "{name}: a neighbour's p99 is {quiet:?} alone and {busy:?} beside it, ratio {ratio:.2} (at most {RATIO_MAX})"
    );
    assert!(ratio <= RATIO_MAX, "{name}: {quiet:?} {busy:?}");
}

/// A thousand pods on ten machines whose containers end as soon as they start.
fn crash_loops() -> Vec<Object> {
    let machine = |i: usize| {
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine",
            "metadata": {"name": format!("m{i}")}, "spec": {"cpu": "64", "memory": "256Gi", "pods": 200}})
    };
    let pod = |i: usize| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("p{i}"), "namespace": "default"},
            "spec": {"nodeName": format!("m{}", i % 10), "containers": [{"name": "c", "image": "busybox", "command": ["false"]}]}})
    };
    (0..10).map(machine).chain((0..1000).map(pod)).map(Object).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_crash_loops() {
    let (hostile, _attendance) = open(crash_loops(), 60);
    hostile.set_paused(true);
    hostile.advance_to(at_s(20)).await;
    hostile.hold_to_share();
    let began = (Instant::now(), hostile.clock().now);
    judge("a thousand crash loops", felt(|busy| hostile.set_paused(!busy)).await);
    let restarts =
        |pod: &serde_json::Value| pod["status"]["containerStatuses"][0]["restartCount"].as_i64().unwrap_or(0);
    let (_, pods) = ask(&hostile, &list("/api/v1/namespaces/default/pods")).await;
    let all: i64 = pods["items"].as_array().unwrap().iter().map(restarts).sum();
    let (real, virtual_ms) = (began.0.elapsed(), hostile.clock().now.since_ms(began.1));
    println!("{all} restarts, {virtual_ms} virtual ms in {real:?}");
    assert!(virtual_ms > 0 && all > 1000, "they crash, and time goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_writes() {
    let (hostile, _attendance) = open(vec![], 1);
    hostile.hold_to_share();
    let busy = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (live, busy) = (hostile.clone(), busy.clone());
            tokio::spawn(async move {
                for i in 0..125_000 {
                    while !busy.load(Ordering::Relaxed) {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    ask(&live, &note("kube-public", &format!("{writer} {i}"))).await;
                }
            })
        })
        .collect();
    judge("a million writes", felt(|on| busy.store(on, Ordering::Relaxed)).await);
    writers.iter().for_each(tokio::task::JoinHandle::abort);
    // The journal is full at some size; reading goes on.
    let senseless = Request {
        method: "POST".into(),
        content_type: "application/json".into(),
        body: "x".repeat(2_900_000),
        ..list("/api/v1/namespaces/default/configmaps")
    };
    let mut refused = None;
    for _ in 0..100 {
        let (code, status) = ask(&hostile, &senseless).await;
        if code != 400 {
            refused = Some((code, status["message"].as_str().unwrap().to_owned()));
            break;
        }
    }
    let (code, said) = refused.unwrap();
    assert_eq!(code, 429);
    assert!(
        said.ends_with(
            "may be written to for at most 64 MiB: start it over to go on (looking at it goes on as before)"
        ),
        "{said}"
    );
    assert_eq!(ask(&hostile, &list("/api/v1/namespaces")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_watches_that_are_never_read() {
    let (hostile, _attendance) = open(world(), 60);
    hostile.hold_to_share();
    let mut open: Vec<http::Response<ResponseBody>> = Vec::new();
    let mut refused = 0;
    for _ in 0..1000 {
        let request =
            http::Request::get("/api/v1/pods?watch=true").body(Full::<bytes::Bytes>::default()).unwrap();
        let response = hostile.service(User::admin("learner")).oneshot(request).await.unwrap();
        if response.status() == 200 {
            open.push(response);
            continue;
        }
        refused += 1;
        assert_eq!(response.status(), 429);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let status: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let said = status["message"].as_str().unwrap();
        assert!(
            said.starts_with("this cluster has 512 open watches, at most 512 at once: close some"),
            "{said}"
        );
    }
    assert_eq!((open.len(), refused), (512, 488));
    judge("a thousand watches", felt(|busy| hostile.set_paused(!busy)).await);
    drop(open);
    let request =
        http::Request::get("/api/v1/pods?watch=true").body(Full::<bytes::Bytes>::default()).unwrap();
    assert_eq!(hostile.service(User::admin("learner")).oneshot(request).await.unwrap().status(), 200);
}
