//! A node falls silent: when it counts as lost, what becomes of its pods, and what its return undoes.

use super::Play;
use crate::{
    api::DeleteOptions,
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    origin, resources,
};

const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];

fn patient(seconds: i64) -> Json {
    json!({"template": {"metadata": {"labels": {"app": "web"}}, "spec": {
        "containers": [{"name": "c", "image": "nginx:1"}],
        "tolerations": [
            {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds},
            {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}],
    }}})
}

fn node_c() -> Key {
    Key::cluster("node-c")
}

fn taints(play: &Play) -> Vec<String> {
    let text = |t: &Json| {
        format!("{}:{}", t["key"].text().trim_start_matches("node.kubernetes.io/"), t["effect"].text())
    };
    play.get(resources::NODE, &node_c())["spec"]["taints"].list().iter().map(text).collect()
}

/// Seconds from `from` to the first record of the past that `f` accepts.
fn seconds_until(play: &Play, from: Time, f: impl Fn(&crate::api::Record) -> bool) -> f64 {
    let store = play.cluster.api().store();
    let record = store.since(0).unwrap().find(|r| r.at >= from && f(r)).expect("it happened");
    record.at.since_ms(from) as f64 / 1000.0
}

fn on_node_c(play: &Play) -> Vec<Object> {
    play.cluster.api().pods_on("node-c").cloned().collect()
}

fn silence(play: &mut Play) -> Time {
    play.run_ms(20_000);
    play.silent.push("node-c".into());
    let lease = play.get(resources::LEASE, &Key::new("kube-node-lease", "node-c"));
    lease.at("spec.renewTime").time().unwrap()
}

#[test]
fn a_silent_node_is_unknown_tainted_and_left() {
    let mut play = Play::new(&NODES);
    play.create(
        resources::MACHINE,
        Object(json!({"metadata": {"name": "node-c"}, "spec": {"power": "Off"}})),
    );
    play.deployment("web", 6, patient(30));
    let last = silence(&mut play);
    assert_eq!(on_node_c(&play).len(), 2);
    play.run_ms(120_000);
    let of_node = |r: &crate::api::Record| r.resource == resources::NODE && r.object.name() == "node-c";
    let unknown =
        seconds_until(&play, last, |r| of_node(r) && r.object.condition("Ready")["status"] == "Unknown");
    assert!((50.0..=60.0).contains(&unknown), "{unknown}");
    let has = |o: &Object, effect: &str| o["spec"]["taints"].list().iter().any(|t| t["effect"] == *effect);
    let no_schedule = seconds_until(&play, last, |r| of_node(r) && has(&r.object, "NoSchedule"));
    let no_execute = seconds_until(&play, last, |r| of_node(r) && has(&r.object, "NoExecute"));
    assert!(
        no_schedule - unknown < 0.1 && (no_execute - unknown - 5.0).abs() < 0.001,
        "{no_schedule} {no_execute}"
    );
    let told = seconds_until(&play, last, |r| r.resource == resources::POD && r.object.is_terminating());
    assert!((told - no_execute - 30.0).abs() < 0.1, "{told}");
    // The kubelet is silent: its pods stay, told to go; others took their place.
    let stuck = on_node_c(&play);
    assert!(stuck.len() == 2 && stuck.iter().all(Object::is_terminating));
    assert!(stuck.iter().all(|p| p.condition("DisruptionTarget")["reason"] == "DeletionByTaintManager"));
    assert_eq!(play.list(resources::POD).len(), 8);
    assert_eq!(taints(&play), ["unreachable:NoSchedule", "unreachable:NoExecute"]);
    let node: Vec<String> =
        play.events("Node").into_iter().map(|(_, m)| m).filter(|m| m.contains("node-c")).collect();
    assert_eq!(
        node,
        [
            "Node node-c event: Registered Node node-c in Controller",
            "Node node-c status is now: NodeNotReady"
        ]
    );
    let pod_events = play.events("Pod");
    let marked = format!("Marking for deletion Pod default/{}", stuck[0].name());
    assert!(pod_events.contains(&("TaintManagerEviction".into(), marked)));
    assert!(pod_events.contains(&("NodeNotReady".into(), "Node is not ready".into())));
}

#[test]
fn causes_lead_from_the_plug_to_the_new_pod() {
    let mut play = Play::new(&NODES);
    let machine = play
        .create(resources::MACHINE, Object(json!({"metadata": {"name": "node-c"}, "spec": {"power": "Off"}})))
        .revision();
    play.deployment("web", 3, patient(10));
    silence(&mut play);
    play.run_ms(90_000);
    let store = play.cluster.api().store();
    let made = store
        .since(0)
        .unwrap()
        .filter(|r| r.resource == resources::POD && r.before.is_none())
        .last()
        .unwrap();
    let told = made.origin.because.revision().and_then(|r| store.record(r)).unwrap();
    assert!(told.object.is_terminating(), "the end of the old pod led to the new one");
    let mut chain = Vec::new();
    let mut at = Some(made.revision);
    while let Some(record) = at.and_then(|r| store.record(r)) {
        chain.push((record.resource.def().kind, record.origin.user.to_string()));
        at = record.origin.because.revision();
        if record.revision == machine {
            break;
        }
    }
    let user = |s: &str| s.to_owned();
    assert_eq!(
        chain,
        [
            ("Pod", user(origin::REPLICASET_CONTROLLER)),
            ("Pod", user(origin::TAINT_EVICTION_CONTROLLER)),
            ("Node", user(origin::NODE_CONTROLLER)),
            ("Node", user(origin::NODE_CONTROLLER)),
            ("Machine", user(origin::WORLD)),
            ("Machine", user("test")),
        ]
    );
}

#[test]
fn a_node_that_returns_in_time_keeps_its_pods() {
    let mut play = Play::new(&NODES);
    play.deployment("web", 3, patient(300));
    silence(&mut play);
    play.run_ms(80_000);
    assert_eq!(taints(&play).len(), 2);
    let pods = on_node_c(&play);
    assert_eq!(pods[0].condition("Ready")["status"], "False");
    play.silent.clear();
    play.run_ms(20_000);
    assert_eq!(taints(&play), [""; 0]);
    assert_eq!(
        on_node_c(&play).iter().map(Object::uid).collect::<Vec<_>>(),
        pods.iter().map(Object::uid).collect::<Vec<_>>()
    );
    let cancelled = format!("Cancelling deletion of Pod default/{}", pods[0].name());
    assert!(play.events("Pod").contains(&("TaintManagerEviction".into(), cancelled)));
    play.run_ms(400_000);
    assert_eq!(play.list(resources::POD).len(), 3);
}

#[test]
fn when_all_are_silent_nobody_is_evicted() {
    let mut play = Play::new(&NODES);
    play.deployment("web", 3, patient(0));
    silence(&mut play);
    play.silent = NODES.map(String::from).to_vec();
    play.run_ms(200_000);
    assert_eq!(taints(&play), ["unreachable:NoSchedule"]);
    assert!(play.list(resources::POD).iter().all(|p| !p.is_terminating()));
}

#[test]
fn a_user_taint_evicts_at_once() {
    let mut play = Play::new(&NODES);
    play.deployment("web", 3, json!({}));
    play.run_ms(5_000);
    let taint = json!([{"key": "evict", "value": "now", "effect": "NoExecute"}]);
    play.change(resources::NODE, &node_c(), crate::api::Subresource::Main, |n| {
        n["spec"].set("taints", taint)
    });
    play.run_ms(3_000);
    assert!(on_node_c(&play).is_empty());
    assert_eq!(play.list(resources::POD).len(), 3);
}

#[test]
fn pods_of_a_deleted_node_are_collected() {
    let mut play = Play::new(&NODES);
    play.deployment("web", 3, json!({}));
    play.run_ms(5_000);
    play.silent.push("node-c".into());
    play.delete(resources::NODE, &node_c(), &DeleteOptions::default());
    play.run_ms(30_000);
    assert_eq!(on_node_c(&play).len(), 1, "quarantine");
    play.run_ms(50_000);
    assert!(on_node_c(&play).is_empty());
    let running = play.list(resources::POD).iter().filter(|p| p.at("status.phase") == "Running").count();
    assert_eq!(running, 3);
    assert!(play.events("Node").iter().any(|(reason, _)| reason == "RemovingNode"));
}

#[test]
fn nodes_get_pod_networks() {
    let mut play = Play::new(&NODES);
    play.run_ms(100);
    let cidrs: Vec<String> =
        play.list(resources::NODE).iter().map(|n| n.at("spec.podCIDR").text().to_owned()).collect();
    assert_eq!(cidrs, ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]);
}
