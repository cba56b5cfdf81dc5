//! Pods find nodes, or wait for them.

use std::collections::BTreeMap;

use super::Play;
use crate::{
    api::Subresource,
    json,
    json::Json,
    object::{Key, Object},
    resources,
};

fn pod(play: &mut Play, name: &str, cpu: &str) -> Key {
    let spec =
        json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}]});
    let mut pod = Object(json!({"metadata": {"name": name, "namespace": "default"}}));
    pod.set("spec", spec);
    play.create(resources::POD, pod).key()
}

fn per_node(play: &Play) -> Vec<usize> {
    let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in play.list(resources::POD) {
        *nodes.entry(pod.at("spec.nodeName").text()).or_default() += 1;
    }
    nodes.into_values().collect()
}

#[test]
fn six_pods_spread_over_three_nodes() {
    let mut play = Play::new(&["node-a", "node-b", "node-c"]);
    play.deployment("web", 6, json!({}));
    play.run_ms(1_000);
    assert_eq!(per_node(&play), [2, 2, 2]);
    let scheduled = play.events("Pod").into_iter().find(|(reason, _)| reason == "Scheduled").unwrap();
    assert!(scheduled.1.starts_with("Successfully assigned default/web-"), "{}", scheduled.1);
    let p = play.list(resources::POD)[0];
    assert_eq!(p.condition("PodScheduled")["status"], "True");
}

#[test]
fn a_pod_that_fits_nowhere_waits_and_backs_off() {
    let mut play = Play::new(&["node-a", "node-b"]);
    let big = pod(&mut play, "big", "5");
    play.run_ms(500);
    let message = "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: \
                   2 No preemption victims found for incoming pod.";
    let p = play.get(resources::POD, &big);
    let c = p.condition("PodScheduled");
    assert_eq!(
        (c["status"].text(), c["reason"].text(), c["message"].text()),
        ("False", "Unschedulable", message)
    );
    assert_eq!(play.events("Pod"), [("FailedScheduling".to_owned(), message.to_owned())]);
    let verdicts = play.cluster.verdicts(&big);
    assert_eq!(verdicts.iter().map(|v| v.node.as_str()).collect::<Vec<_>>(), ["node-a", "node-b"]);
    assert!(verdicts.iter().all(|v| v.rejection.as_ref().is_some_and(|r| r.reasons == ["Insufficient cpu"])));
    // A larger node helps at once: nobody else is in line, so the back-off of one second is not waited for.
    play.change(resources::NODE, &Key::cluster("node-b"), Subresource::Status, |n| {
        n["status"]["allocatable"].set("cpu", "8");
    });
    play.run_ms(10);
    assert_eq!(play.get(resources::POD, &big).at("spec.nodeName").text(), "node-b");
}

fn ranked(play: &mut Play, name: &str, cpu: &str, priority: i64) -> Key {
    let class = format!("{name}-{priority}");
    let mut object = Object(json!({"metadata": {}}));
    object["metadata"].set("name", &*class);
    object.set("value", priority);
    play.create(resources::PRIORITY_CLASS, object);
    let mut pod = Object(json!({"metadata": {"name": name, "namespace": "default"}}));
    let spec =
        json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}]});
    pod.set("spec", spec.with("priorityClassName", &*class));
    play.create(resources::POD, pod).key()
}

#[test]
fn the_higher_priority_goes_first() {
    let mut play = Play::new(&["node-a"]);
    let low = ranked(&mut play, "low", "3", 0);
    let high = ranked(&mut play, "high", "3", 10);
    play.run_ms(100);
    assert_eq!(play.get(resources::POD, &high).at("spec.nodeName").text(), "node-a");
    assert!(play.get(resources::POD, &low).at("spec.nodeName").is_null());
}

#[test]
fn a_higher_priority_sends_the_lower_away_and_gets_its_node() {
    let mut play = Play::new(&["node-a", "node-b"]);
    play.silent = vec!["node-a".into(), "node-b".into()];
    let low = ranked(&mut play, "low", "3", 1);
    let middle = ranked(&mut play, "middle", "3", 2);
    play.run_ms(100);
    let node = play.get(resources::POD, &low).at("spec.nodeName").text().to_owned();
    let vip = ranked(&mut play, "vip", "2", 1000);
    play.run_ms(100);
    let victim = play.get(resources::POD, &low);
    assert!(victim.is_terminating());
    assert_eq!(victim.condition("DisruptionTarget")["reason"], "PreemptionByScheduler");
    assert!(!play.get(resources::POD, &middle).is_terminating());
    assert_eq!(play.get(resources::POD, &vip).at("status.nominatedNodeName").text(), node);
    let said = |play: &Play, reason: &str| -> Vec<String> {
        play.events("Pod").into_iter().filter(|(r, _)| r == reason).map(|(_, m)| m).collect()
    };
    assert_eq!(said(&play, "FailedScheduling"), ["0/2 nodes are available: 2 Insufficient cpu."]);
    let uid = play.get(resources::POD, &vip).uid().clone();
    assert_eq!(said(&play, "Preempted"), [format!("Preempted by pod {uid} on node {node}")]);
    // Another of lower priority does not slip in where room is made.
    let late = ranked(&mut play, "late", "3", 5);
    play.change(resources::POD, &low, Subresource::Status, |p| p["status"].set("phase", "Succeeded"));
    play.run_ms(100);
    assert_eq!(play.get(resources::POD, &vip).at("spec.nodeName").text(), node);
    assert!(play.get(resources::POD, &late).at("spec.nodeName").is_null());
}

#[test]
fn without_nodes_nothing_can_be_placed_until_one_comes() {
    let mut play = Play::new(&[]);
    let key = pod(&mut play, "lonely", "1");
    play.run_ms(5_000);
    assert_eq!(play.events("Pod")[0].1, "no nodes available to schedule pods");
    play.add_node("node-a");
    play.run_ms(1_000);
    assert_eq!(play.get(resources::POD, &key).at("spec.nodeName").text(), "node-a");
}

#[test]
fn a_cordon_keeps_pods_away_and_its_end_lets_them_in() {
    let mut play = Play::new(&["node-a"]);
    let cordon = |play: &mut Play, on: Json| {
        play.change(resources::NODE, &Key::cluster("node-a"), Subresource::Main, |n| {
            n["spec"].set("unschedulable", on)
        });
    };
    cordon(&mut play, true.into());
    let key = pod(&mut play, "p", "1");
    play.run_ms(3_000);
    assert!(play.get(resources::POD, &key).at("spec.nodeName").is_null());
    cordon(&mut play, Json::Null);
    // The taint goes a moment after the cordon: the pod is tried after either.
    play.run_ms(100);
    assert_eq!(play.events("Pod").iter().filter(|(reason, _)| reason == "FailedScheduling").count(), 2);
    assert_eq!(play.get(resources::POD, &key).at("spec.nodeName").text(), "node-a");
}

#[test]
fn the_same_seed_gives_the_same_cluster() {
    let run = || {
        let mut play = Play::new(&["node-a", "node-b", "node-c"]);
        play.deployment("web", 7, json!({}));
        play.run_ms(2_000);
        play.set_image("web", "nginx:2");
        play.run_ms(5_000);
        play.cluster.dump()
    };
    assert_eq!(run(), run());
}
