//! Kubelets in a cluster: pods are bound by hand.

#[path = "config_tests.rs"]
mod config;
#[path = "disk_tests.rs"]
mod disk;
#[path = "hang_tests.rs"]
mod hang;
#[path = "log_tests.rs"]
mod log;
#[path = "machine_tests.rs"]
mod machines;
#[path = "memory_tests.rs"]
mod memory;
#[path = "task_tests.rs"]
mod task;

use crate::{
    api::{DeleteOptions, Subresource},
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    resources,
};

const EPOCH: Time = Time(1_795_480_000_000);

fn machine(name: &str) -> Object {
    let mut m =
        Object(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "spec": {"cpu": "4"}}));
    m["metadata"].set("name", name);
    m
}

fn cluster() -> Cluster {
    Cluster::new(Config { seed: 7, epoch: EPOCH, world: vec![machine("node-a"), machine("node-b")] }).unwrap()
}

fn bind(c: &mut Cluster, name: &str, node: &str, image: &str) {
    let mut pod = Object(json!({"spec": {"containers": [{"name": "web", "image": image}]}}));
    pod["metadata"].set("name", name);
    pod["spec"].set("nodeName", node);
    c.request("tester", |api| api.create(resources::POD, pod)).unwrap();
}

fn set_machine(c: &mut Cluster, name: &str, field: &str, value: &str) {
    let changed = c.request("tester", |api| {
        let mut machine = api.get(resources::MACHINE, &Key::cluster(name))?.clone();
        machine["spec"].set(field, value);
        api.update(resources::MACHINE, machine, Subresource::Main)
    });
    changed.unwrap();
}

fn run_s(c: &mut Cluster, seconds: i64) {
    c.advance_to(c.now().plus_ms(seconds * 1000));
}

fn pod(c: &Cluster, name: &str) -> Object {
    c.api().find(resources::POD, &Key::new("default", name)).cloned().unwrap_or_default()
}

fn reasons(c: &Cluster, about: &str) -> Vec<String> {
    let mut events: Vec<&Object> =
        c.api().list(resources::EVENT, "").filter(|e| e["involvedObject"]["name"] == *about).collect();
    events.sort_by_key(|e| c.api().store().since(0).unwrap().position(|r| r.object.uid() == e.uid()));
    events.iter().map(|e| e["reason"].text().to_owned()).collect()
}

fn renewed(c: &Cluster, node: &str) -> i64 {
    let lease = c.api().find(resources::LEASE, &Key::new("kube-node-lease", node)).unwrap();
    lease["spec"]["renewTime"].time().unwrap().since_ms(EPOCH)
}

#[test]
fn a_gate_opens_when_somebody_says_so() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let spec = json!({"nodeName": "node-a", "readinessGates": [{"conditionType": "example.com/open"}],
        "containers": [{"name": "web", "image": "shop:1"}]});
    let gated = Object(json!({"metadata": {"name": "gated"}}).with("spec", spec));
    c.request("tester", |api| api.create(resources::POD, gated)).unwrap();
    run_s(&mut c, 5);
    let ready = |c: &Cluster| {
        let pod = pod(c, "gated");
        ["Ready", "ContainersReady"].map(|type_| pod.condition(type_)["status"].text().to_owned())
    };
    assert_eq!(ready(&c), ["False", "True"]);
    assert_eq!(pod(&c, "gated").condition("Ready")["reason"], "ReadinessGatesNotReady");
    let open = json!({"type": "example.com/open", "status": "True"});
    let opened = c.request("tester", |api| {
        let key = Key::new("default", "gated");
        Ok(api.update_status(resources::POD, &key, |pod| pod["status"]["conditions"].list_mut().push(open)))
    });
    assert!(opened.unwrap().is_some());
    run_s(&mut c, 1);
    assert_eq!(ready(&c), ["True", "True"]);
}

#[test]
fn nodes_register_and_pods_run() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let node = c.api().find(resources::NODE, &Key::cluster("node-b")).unwrap();
    assert_eq!(node.condition("Ready")["reason"], "KubeletReady");
    assert_eq!(node["status"]["addresses"][0]["address"], "172.18.0.12");
    assert_eq!(node["status"]["capacity"]["cpu"], "4");
    assert_eq!(
        reasons(&c, "node-b")[..6],
        [
            "Starting",
            "NodeAllocatableEnforced",
            "NodeHasSufficientMemory",
            "NodeHasNoDiskPressure",
            "NodeHasSufficientPID",
            "NodeReady"
        ]
    );
    bind(&mut c, "web", "node-b", "nginx:1");
    run_s(&mut c, 6);
    let p = pod(&c, "web");
    assert_eq!(p["status"]["phase"], "Running");
    assert_eq!(p.condition("Ready")["status"], "True");
    assert_eq!(p["status"]["hostIP"], "172.18.0.12");
    assert!(p["status"]["podIP"].text().starts_with("10.244."), "{p:?}");
    assert_eq!(reasons(&c, "web"), ["Pulling", "Pulled", "Created", "Started"]);
    let history: Vec<_> = c.api().store().since(0).unwrap().filter(|r| r.object.name() == "web").collect();
    for record in &history[1..] {
        assert_eq!(record.origin.user, "system:node:node-b");
        assert_eq!(
            record.origin.because.revision(),
            Some(history[0].revision),
            "one cause through the whole start"
        );
    }
    run_s(&mut c, 60);
    assert_eq!(renewed(&c, "node-b"), 61_000);
}

#[test]
fn deleted_pods_end_and_are_confirmed() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    let options = DeleteOptions { grace_s: Some(30), ..Default::default() };
    c.request("tester", |api| api.delete(resources::POD, &Key::new("default", "web"), &options)).unwrap();
    c.advance_to(c.now().plus_ms(200));
    assert_eq!(pod(&c, "web")["status"]["phase"], "Running");
    c.advance_to(c.now().plus_ms(100));
    assert_eq!(pod(&c, "web").0, Json::Null);
    assert_eq!(reasons(&c, "web").last().unwrap(), "Killing");
}

/// Kubernetes' documentation of finalizers: the object stays, terminating, until the list is empty; what the kubelet ended stays ended.
#[test]
fn what_a_finalizer_holds_is_not_run_again() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    let key = Key::new("default", "web");
    let change = |c: &mut Cluster, change: &dyn Fn(&mut Object)| {
        c.request("tester", |api| Ok(api.modify(resources::POD, &key, Subresource::Main, change))).unwrap();
    };
    change(&mut c, &|p| p["metadata"].set("finalizers", json!(["example.com/held"])));
    c.request("tester", |api| api.delete(resources::POD, &key, &DeleteOptions::default())).unwrap();
    run_s(&mut c, 60);
    let held = pod(&c, "web");
    assert_eq!(held["metadata"]["deletionGracePeriodSeconds"].int(), Some(0));
    change(&mut c, &|p| p["metadata"]["labels"].set("looked-at", "again"));
    run_s(&mut c, 60);
    let started = reasons(&c, "web").iter().filter(|r| *r == "Started").count();
    assert_eq!((started, pod(&c, "web")["status"]["phase"].text()), (1, "Succeeded"));
    change(&mut c, &|p| p["metadata"].set("finalizers", json!([])));
    run_s(&mut c, 1);
    assert_eq!(pod(&c, "web").0, Json::Null, "nobody holds it any more");
}

/// Whoever deletes a pod by force and makes another of its name may be quicker than the kubelets: each sees its own.
#[test]
fn a_name_that_was_given_again_starts_on_its_node() {
    for moment_ms in [0, 500] {
        let mut c = cluster();
        run_s(&mut c, 2);
        bind(&mut c, "web", "node-a", "nginx:1");
        run_s(&mut c, 6);
        let at_once = DeleteOptions { grace_s: Some(0), ..Default::default() };
        c.request("tester", |api| api.delete(resources::POD, &Key::new("default", "web"), &at_once)).unwrap();
        c.advance_to(c.now().plus_ms(moment_ms));
        bind(&mut c, "web", "node-b", "nginx:1");
        run_s(&mut c, 10);
        assert_eq!(pod(&c, "web")["status"]["phase"], "Running", "{moment_ms} ms later");
        let ended = reasons(&c, "web").iter().filter(|r| *r == "Killing").count();
        assert_eq!(ended, 1, "what ran on the other node, {moment_ms} ms later");
    }
}

/// As the garbage collector of pods tells of those whose node is no more, while its machine still runs them.
#[test]
fn a_told_end_is_not_taken_back() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    let key = Key::new("default", "web");
    let hold = |p: &mut Object| p["metadata"].set("finalizers", json!(["example.com/held"]));
    let fail = |p: &mut Object| p["status"].set("phase", "Failed");
    c.request("tester", |api| Ok(api.modify(resources::POD, &key, Subresource::Main, hold))).unwrap();
    c.request("tester", |api| Ok(api.update_status(resources::POD, &key, fail))).unwrap();
    let from = c.api().store().revision();
    c.request("tester", |api| api.delete(resources::POD, &key, &DeleteOptions::default())).unwrap();
    run_s(&mut c, 60);
    let told = c.api().store().since(from).unwrap().filter(|r| r.resource == resources::POD);
    let phases: Vec<&str> = told.map(|r| r.object.at("status.phase").text()).collect();
    // All of its containers have ended well in the end.
    assert_eq!(phases, ["Failed", "Failed", "Succeeded"]);
}

#[test]
fn signals_kill_and_kubelets_restart() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    for (name, restarts, exit) in [("one", 1, 137), ("two", 2, 143)] {
        let which = if exit == 137 { "SIGKILL" } else { "SIGTERM" };
        let mut signal = Object(json!({"spec": {"pod": "web", "signal": which}}));
        signal["metadata"].set("name", name);
        c.request("tester", |api| api.create(resources::SIGNAL, signal)).unwrap();
        run_s(&mut c, 15);
        let sent = c.api().find(resources::SIGNAL, &Key::new("default", name)).unwrap();
        assert_eq!(sent["status"]["delivered"], Json::Bool(true), "{sent:?}");
        let web = &pod(&c, "web")["status"]["containerStatuses"][0];
        assert_eq!(web["restartCount"].int(), Some(restarts));
        assert_eq!(web["lastState"]["terminated"]["exitCode"].int(), Some(exit));
        assert_eq!(web["ready"], Json::Bool(true));
    }
}

#[test]
fn a_pulled_plug_silences_a_node_until_it_boots_again() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "stays", "node-a", "nginx:1");
    bind(&mut c, "goes", "node-a", "nginx:1");
    run_s(&mut c, 6);
    set_machine(&mut c, "node-a", "power", "Off");
    let containers = |c: &Cluster| pod(c, "stays")["status"]["containerStatuses"].clone();
    let before = containers(&c);
    let goes = Key::new("default", "goes");
    let options = DeleteOptions { grace_s: Some(30), ..Default::default() };
    c.request("tester", |api| api.delete(resources::POD, &goes, &options)).unwrap();
    run_s(&mut c, 100);
    assert_eq!(renewed(&c, "node-a"), 1000);
    assert!(renewed(&c, "node-b") > 90_000);
    assert_eq!(containers(&c), before, "no kubelet is there to say what became of them");
    assert!(pod(&c, "goes").is_terminating());
    set_machine(&mut c, "node-a", "power", "On");
    run_s(&mut c, 10);
    assert_eq!(pod(&c, "goes").0, Json::Null);
    let web = &pod(&c, "stays")["status"]["containerStatuses"][0];
    assert_eq!(web["restartCount"].int(), Some(1));
    assert_eq!(web["lastState"]["terminated"]["exitCode"].int(), Some(255));
    assert_eq!(web["ready"], Json::Bool(true));
    assert!(reasons(&c, "node-a").contains(&"Rebooted".to_owned()));
    assert!(reasons(&c, "stays").contains(&"SandboxChanged".to_owned()));
}

#[test]
fn a_partitioned_node_lives_on_in_silence() {
    let mut c = cluster();
    run_s(&mut c, 2);
    bind(&mut c, "web", "node-a", "nginx:1");
    run_s(&mut c, 6);
    set_machine(&mut c, "node-a", "network", "Partitioned");
    run_s(&mut c, 60);
    assert_eq!(renewed(&c, "node-a"), 1000);
    set_machine(&mut c, "node-a", "network", "Connected");
    run_s(&mut c, 2);
    assert!(renewed(&c, "node-a") > 60_000);
    assert_eq!(pod(&c, "web")["status"]["containerStatuses"][0]["restartCount"].int(), Some(0));
}

#[test]
fn idle_pods_make_no_work() {
    let mut c = cluster();
    run_s(&mut c, 2);
    for i in 0..20 {
        bind(&mut c, &format!("web-{i}"), "node-a", "nginx:1");
    }
    run_s(&mut c, 30);
    let before = c.api().store().revision();
    run_s(&mut c, 100);
    let pods = c.api().store().since(before).unwrap().filter(|r| r.resource == resources::POD).count();
    assert_eq!(pods, 0);
    let all = c.dump().lines().filter(|l| l.contains("Pod(Key")).count();
    assert_eq!(all, 0, "no pod waits for anything");
}

#[test]
fn resources_change_in_place() {
    let mut c = cluster();
    run_s(&mut c, 2);
    let mut made =
        Object(json!({"metadata": {"name": "web"}, "spec": {"nodeName": "node-a", "containers": [{
        "name": "c", "image": "nginx:1", "resources": {"requests": {"cpu": "1"}},
        "resizePolicy": [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]}]}}));
    c.request("tester", |api| api.create(resources::POD, made.clone())).unwrap();
    made["metadata"].set("name", "other");
    c.request("tester", |api| api.create(resources::POD, made)).unwrap();
    run_s(&mut c, 6);
    let resize = |c: &mut Cluster, name: &str, requests: Json| {
        let changed = c.request("tester", |api| {
            let mut pod = api.get(resources::POD, &Key::new("default", name))?.clone();
            pod["spec"]["containers"].list_mut().make_mut()[0]["resources"].set("requests", requests);
            api.update(resources::POD, pod, crate::api::Subresource::Resize)
        });
        changed.unwrap();
        c.advance_to(c.now().plus_ms(500));
    };
    let told = |c: &Cluster, name: &str| {
        let pod = pod(c, name);
        let status = &pod["status"]["containerStatuses"][0];
        let about =
            pod["status"]["conditions"].list().iter().find(|c| c["type"].text().starts_with("PodResize"));
        let about = about.map_or(String::new(), |c| format!("{} {}", c["type"].text(), c["reason"].text()));
        let (given, in_force) =
            (&status["allocatedResources"]["cpu"], &status["resources"]["requests"]["cpu"]);
        format!("{} {} {} {about}", given.text(), in_force.text(), status["restartCount"]).trim().to_owned()
    };
    assert_eq!(told(&c, "web"), "1 1 0");
    resize(&mut c, "web", json!({"cpu": "2"}));
    assert_eq!(told(&c, "web"), "2 1 0 PodResizeInProgress");
    run_s(&mut c, 1);
    assert_eq!(told(&c, "web"), "2 2 0");
    assert_eq!(pod(&c, "web")["metadata"]["generation"].int(), Some(2));
    resize(&mut c, "web", json!({"cpu": "9"}));
    assert_eq!(told(&c, "web"), "2 2 0 PodResizePending Infeasible");
    resize(&mut c, "other", json!({"cpu": "3"}));
    assert_eq!(told(&c, "other"), "1 1 0 PodResizePending Deferred");
    resize(&mut c, "web", json!({"cpu": "1"}));
    run_s(&mut c, 62);
    assert_eq!((told(&c, "web"), told(&c, "other")), ("1 1 0".into(), "3 3 0".into()));
    resize(&mut c, "web", json!({"cpu": "1", "memory": "1Gi"}));
    run_s(&mut c, 3);
    assert_eq!(told(&c, "web"), "1 1 1");
    assert!(reasons(&c, "web").contains(&"Killing".to_owned()));
}
