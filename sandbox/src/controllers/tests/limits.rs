//! Write limits: how long many pods take. Rule: client-go's token bucket, 20 a second after 30 (`--kube-api-qps`,
//! `--kube-api-burst`); a pod is a write, and so are the first 25 events about its owner (`EventSourceObjectSpamFilter`). A real
//! control plane took 5.0 s for 100 replicas and 50.6 s for 1,000.

use super::*;
use crate::api::Change;

/// Seconds from the first pod's creation to the last's.
fn took(play: &Play) -> (usize, f64) {
    let records = play.cluster.api().store().records();
    let made: Vec<Time> = records
        .filter(|r| r.resource == resources::POD && r.change == Change::Added)
        .map(|record| record.at)
        .collect();
    (made.len(), made.last().unwrap().since_ms(made[0]) as f64 / 1000.0)
}

fn play(nodes: usize, limited: bool) -> Play {
    let names: Vec<String> = (0..nodes).map(|n| format!("node-{n:02}")).collect();
    let mut play = Play::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    if !limited {
        let spec = json!({"controllerManager": {"qps": -1}});
        let plane = Object(json!({"metadata": {"name": "cluster"}}).with("spec", spec));
        play.create(resources::CONTROL_PLANE, plane);
    }
    play.run_ms(2_000);
    play
}

fn pods(name: &str) -> Json {
    json!({"metadata": {"labels": {"app": name}},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx:1"}]}})
}

fn job(play: &mut Play) {
    let spec = json!({"parallelism": 60, "completions": 60}).with("template", pods("many"));
    let job = json!({"metadata": {"name": "many", "namespace": "default"}}).with("spec", spec);
    play.create(resources::JOB, Object(job));
}

fn daemon_set(play: &mut Play) {
    let mut template = pods("agent");
    template["spec"].set("restartPolicy", "Always");
    let spec = json!({"selector": {"matchLabels": {"app": "agent"}}, "updateStrategy": {"type": "OnDelete"}});
    let set = json!({"metadata": {"name": "agent", "namespace": "default"}});
    play.create(resources::DAEMON_SET, Object(set.with("spec", spec.with("template", template))));
}

fn replicas(n: i64) -> impl Fn(&mut Play) {
    move |play| play.deployment("web", n, json!({}))
}

#[test]
fn many_pods_take_as_long_as_the_limit_says() {
    let check = |nodes, limited, make: &dyn Fn(&mut Play), pods: usize, least_s: f64, most_s: f64| {
        let mut play = play(nodes, limited);
        make(&mut play);
        play.run_ms(60_000);
        let (made, s) = took(&play);
        assert!(made == pods && (least_s..most_s).contains(&s), "{made} pods in {s} s, limited: {limited}");
    };
    // (pods + 25 events - 30) / 20
    check(3, true, &replicas(10), 10, 0.0, 0.1);
    check(3, true, &replicas(100), 100, 4.6, 5.0);
    check(3, true, &replicas(1_000), 1_000, 49.0, 50.6);
    check(3, false, &replicas(100), 100, 0.0, 0.5);
    check(60, true, &daemon_set, 60, 2.6, 3.1);
    check(60, false, &daemon_set, 60, 0.0, 0.1);
    check(3, true, &job, 60, 2.6, 3.1);
    check(3, false, &job, 60, 0.0, 0.1);
}

#[test]
fn a_limit_is_one_controllers_own() {
    let mut play = play(3, true);
    play.deployment("web", 200, json!({}));
    play.run_ms(2_000);
    assert!(took(&play).0 < 100, "the replicaset controller is at its limit");
    job(&mut play);
    play.run_ms(100);
    let of_job = play.list(resources::POD).iter().filter(|p| p.label("app") == Some("many")).count();
    assert!((10..=30).contains(&of_job), "the job controller is not: {of_job}");
}

#[test]
fn whoever_waits_is_served_in_turn() {
    let mut play = play(3, true);
    for name in ["a", "b"] {
        play.deployment(name, 100, json!({}));
    }
    play.run_ms(5_000);
    let of = |name: &str| play.list(resources::POD).iter().filter(|p| p.label("app") == Some(name)).count();
    let (a, b) = (of("a"), of("b"));
    assert!(a + b < 150 && a.abs_diff(b) < 30, "{a} and {b}");
}

/// Work that waits for its turn can still be called off, and a limit that is lifted lets all go.
#[test]
fn what_waits_goes_when_the_limit_does() {
    let mut play = play(3, true);
    play.deployment("web", 200, json!({}));
    play.run_ms(1_000);
    let spec = json!({"controllerManager": {"qps": -1}});
    play.create(
        resources::CONTROL_PLANE,
        Object(json!({"metadata": {"name": "cluster"}}).with("spec", spec)),
    );
    play.run_ms(1_000);
    assert_eq!(took(&play).0, 200);
}

#[test]
fn evictions_share_their_controllers_limit() {
    let mut play = play(1, true);
    play.deployment("web", 40, json!({}));
    play.run_ms(10_000);
    let taint = json!([{"key": "evict", "value": "now", "effect": "NoExecute"}]);
    let since = play.cluster.now();
    play.change(resources::NODE, &Key::cluster("node-00"), Subresource::Main, |n| {
        n["spec"].set("taints", taint)
    });
    play.run_ms(8_000);
    let records = play.cluster.api().store().records();
    let told: Vec<Time> = records
        .filter(|r| r.at >= since && r.resource == resources::POD && r.object.is_terminating())
        .filter(|r| r.origin.user == origin::TAINT_EVICTION_CONTROLLER)
        .map(|record| record.at)
        .collect();
    // An event, a condition and the deletion for each.
    assert_eq!(told.len(), 40);
    let s = told[39].since_ms(told[0]) as f64 / 1000.0;
    assert!((4.0..4.7).contains(&s), "(120 - 30) / 20: {s}");
}
