//! Machines that fail or are slow, and what becomes of their pods.

use super::*;
use crate::api::DeleteOptions;

fn workload(c: &mut Cluster, resource: resources::Resource, name: &str) {
    let mut object = Object(json!({"spec": {"replicas": 1, "serviceName": "db", "template": {"spec": {
        "containers": [{"name": "web", "image": "nginx:1"}]}}}}));
    object["metadata"].set("name", name);
    object["spec"].set("selector", json!({"matchLabels": {"app": name}}));
    object["spec"]["template"].set("metadata", json!({"labels": {"app": name}}));
    c.request("tester", |api| api.create(resource, object)).unwrap();
}

fn of(c: &Cluster, app: &str) -> Vec<Object> {
    c.api().list(resources::POD, "default").filter(|p| p.label("app") == Some(app)).cloned().collect()
}

/// Where the pods of an app are; in brackets if they are to go.
fn places(c: &Cluster, app: &str) -> Vec<String> {
    let place = |p: &Object| {
        let node = p["spec"]["nodeName"].text();
        if p.is_terminating() { format!("({node})") } else { node.to_owned() }
    };
    of(c, app).iter().map(place).collect()
}

fn fail(c: &mut Cluster, field: &str) {
    workload(c, resources::DEPLOYMENT, "web");
    workload(c, resources::STATEFUL_SET, "db");
    run_s(c, 10);
    set_machine(
        c,
        "node-b",
        if field == "power" { "power" } else { "network" },
        match field {
            "power" => "Off",
            _ => "Partitioned",
        },
    );
    run_s(c, 380);
}

fn cordon(c: &mut Cluster, cordoned: bool) {
    c.request("tester", |api| {
        let mut node = api.get(resources::NODE, &Key::cluster("node-a"))?.clone();
        node["spec"].set("unschedulable", cordoned.then_some(true));
        api.update(resources::NODE, node, crate::api::Subresource::Main)
    })
    .unwrap();
}

/// A cluster whose pods go to node-b.
fn lone() -> Cluster {
    let mut c = cluster();
    run_s(&mut c, 2);
    cordon(&mut c, true);
    c
}

fn open(c: &mut Cluster) {
    cordon(c, false);
    run_s(c, 10);
}

/// docs: concepts/architecture/nodes and tasks/run-application/force-delete-stateful-set-pod: pods of an unreachable node are
/// Terminating until it is back; only a Deployment replaces them meanwhile.
#[test]
fn pods_of_a_dead_machine_terminate_until_it_is_back() {
    for field in ["power", "network"] {
        let mut c = lone();
        fail(&mut c, field);
        assert_eq!(places(&c, "db"), ["(node-b)"], "{field}");
        open(&mut c);
        let mut web = places(&c, "web");
        web.sort();
        assert_eq!(web, ["(node-b)", "node-a"], "{field}");
        assert_eq!(places(&c, "db"), ["(node-b)"], "{field}: at most one of its identity");
        let gone = of(&c, "db")[0].clone();
        assert_eq!(gone.condition("Ready")["status"], "False");
        assert_eq!(gone.condition("DisruptionTarget")["reason"], "DeletionByTaintManager");
        assert_eq!(gone["status"]["phase"], "Running", "nobody is there to say otherwise");
        let back = if field == "power" { "On" } else { "Connected" };
        set_machine(&mut c, "node-b", field, back);
        run_s(&mut c, 20);
        assert_eq!(places(&c, "web"), ["node-a"], "{field}");
        assert_eq!(of(&c, "db").len(), 1);
        assert_ne!(of(&c, "db")[0].uid(), gone.uid(), "{field}: its successor may start now");
        assert!(!of(&c, "db")[0].is_terminating());
    }
}

/// Forced, the API server asks no kubelet: the pod is marked, and gone in the same moment (golden scenario 07, step 44).
#[test]
fn a_forced_delete_lets_the_successor_start_at_once() {
    let mut c = lone();
    fail(&mut c, "network");
    open(&mut c);
    let before = c.api().store().revision();
    let options = DeleteOptions { grace_s: Some(0), ..Default::default() };
    c.request("tester", |api| api.delete(resources::POD, &Key::new("default", "db-0"), &options)).unwrap();
    let seen: Vec<_> = c.api().store().since(before).unwrap().filter(|r| r.object.name() == "db-0").collect();
    let told = seen.iter().map(|r| {
        let grace_s = r.object["metadata"]["deletionGracePeriodSeconds"].int();
        (r.change == crate::api::Change::Deleted, grace_s)
    });
    assert_eq!(told.collect::<Vec<_>>(), [(false, Some(0)), (true, Some(0))]);
    run_s(&mut c, 10);
    assert_eq!(places(&c, "db"), ["node-a"]);
    assert_eq!(
        of(&c, "db")[0].condition("Ready")["status"],
        "True",
        "though its namesake runs on node-b as well"
    );
    set_machine(&mut c, "node-b", "network", "Connected");
    run_s(&mut c, 10);
    assert_eq!(places(&c, "db"), ["node-a"], "the kubelet stops what it finds deleted");
    assert!(reasons(&c, "db-0").contains(&"Killing".to_owned()));
}

/// A pod that nobody asked to go runs again after the reboot: a restart more, and an end that nobody saw.
#[test]
fn a_reboot_restarts_what_ran() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    for restarts in 1..=2 {
        set_machine(&mut c, "node-a", "power", "Off");
        run_s(&mut c, 5);
        set_machine(&mut c, "node-a", "power", "On");
        run_s(&mut c, 20);
        let web = pod(&c, "web")["status"]["containerStatuses"][0].clone();
        let last = &web["lastState"]["terminated"];
        assert_eq!(web["restartCount"].int(), Some(restarts));
        assert_eq!((last["exitCode"].int(), last["reason"].text()), (Some(255), "Unknown"));
        assert!(!web["state"]["running"].is_null(), "{web}");
    }
}

#[test]
fn a_slow_disk_slows_pulls_and_starts() {
    let mut c = cluster();
    set_machine(&mut c, "node-a", "disk", "Slow");
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    bind(&mut c, "other", "node-b", "nginx:1");
    run_s(&mut c, 60);
    let took = |c: &Cluster, name: &str| {
        let pod = pod(c, name);
        let running = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"].time().unwrap();
        running.since_ms(pod.created().unwrap()) / 1000
    };
    // A sandbox in 0.3 s; then 0.8 s for the pull and 0.15 s for the start, or ten times as long.
    assert_eq!((took(&c, "other"), took(&c, "web")), (1, 9));
}
