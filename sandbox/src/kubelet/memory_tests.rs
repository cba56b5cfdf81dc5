//! Memory over time: containers that outgrow their limit, nodes that run short of it.

use super::*;

pub(super) fn image(c: &mut Cluster, image: &str, fields: Json) {
    let mut object = Object(Json::object().with("spec", fields.with("image", image)));
    object["metadata"].set("name", image.replace([':', '/'], "-"));
    c.request("tester", |api| api.create(resources::IMAGE, object)).unwrap();
}

/// A pod on a node with one container that has these resources.
pub(super) fn start(c: &mut Cluster, name: &str, image: &str, resources: Json) {
    let container = json!({"name": "web", "ports": [{"containerPort": 8080}]});
    let container = container.with("image", image).with("resources", resources);
    let mut pod = Object(json!({"metadata": {"labels": {"app": "shop"}}, "spec": {"nodeName": "node-a"}}));
    pod["metadata"].set("name", name);
    pod["spec"].set("containers", vec![container]);
    c.request("tester", |api| api.create(crate::resources::POD, pod)).unwrap();
}

/// Ten requests a second to the pods that were started so.
pub(super) fn call(c: &mut Cluster) {
    let ports = json!([{"port": 80, "targetPort": 8080}]);
    let service = Json::object().with("spec", json!({"selector": {"app": "shop"}}).with("ports", ports));
    let mut service = Object(service);
    service["metadata"].set("name", "shop");
    c.request("tester", |api| api.create(resources::SERVICE, service)).unwrap();
    run_s(c, 2);
    let traffic =
        json!({"metadata": {"name": "t"}, "spec": {"service": "shop", "port": 80, "ratePerSecond": 10}});
    c.request("tester", |api| api.create(resources::TRAFFIC, Object(traffic))).unwrap();
}

fn web(c: &Cluster, name: &str) -> Json {
    pod(c, name)["status"]["containerStatuses"][0].clone()
}

pub(super) fn message(c: &Cluster, about: &str, reason: &str) -> String {
    let mut events = c.api().list(resources::EVENT, "");
    let found = events.find(|e| e["involvedObject"]["name"] == *about && e["reason"] == *reason);
    found.map_or(String::new(), |e| e["message"].text().to_owned())
}

/// One machine of 1 GiB. Its system uses 420 MiB; memory is scarce once pods use more than 504.
fn small() -> Cluster {
    let mut m = machine("node-a");
    m["spec"].set("memory", "1Gi");
    let mut c = Cluster::new(Config { seed: 7, epoch: EPOCH, world: vec![m] }).unwrap();
    run_s(&mut c, 2);
    c
}

/// The kernel kills at the limit (cgroup v2, memory.max): exit code 137, reason OOMKilled; then the back-off of crashes.
#[test]
fn a_leak_ends_at_the_limit_again_and_again() {
    let mut c = cluster();
    run_s(&mut c, 2);
    image(&mut c, "leaky:1", json!({"memoryMi": 40, "leakMiPerMinute": 120}));
    start(&mut c, "leaky", "leaky:1", json!({"limits": {"memory": "100Mi"}}));
    run_s(&mut c, 20);
    let running = web(&c, "leaky")["state"]["running"]["startedAt"].time().unwrap();
    run_s(&mut c, 16);
    // 60 MiB at 2 MiB a second.
    let last = web(&c, "leaky")["lastState"]["terminated"].clone();
    assert_eq!((last["exitCode"].int(), last["reason"].text()), (Some(137), "OOMKilled"));
    assert_eq!(last["finishedAt"].time().unwrap().since_ms(running), 30_000);
    assert_eq!(web(&c, "leaky")["restartCount"].int(), Some(1));
    run_s(&mut c, 30);
    assert_eq!(web(&c, "leaky")["state"]["waiting"]["reason"], "CrashLoopBackOff");
    assert!(!reasons(&c, "node-a").contains(&"SystemOOM".to_owned()), "the node had enough");
}

/// 1 MiB for each of ten requests a second: the moment follows the load.
#[test]
fn a_leak_by_requests_follows_the_load() {
    let mut c = cluster();
    run_s(&mut c, 2);
    image(&mut c, "shop:1", json!({"memoryMi": 40, "memoryMiPerRequest": 0, "leakMiPerRequest": 1}));
    start(&mut c, "shop", "shop:1", json!({"limits": {"memory": "140Mi"}}));
    run_s(&mut c, 10);
    call(&mut c);
    let restarts = |c: &Cluster| web(c, "shop")["restartCount"].int().unwrap();
    let rate = |c: &mut Cluster, per_second: i64| {
        c.request("tester", |api| {
            let mut t = api.get(resources::TRAFFIC, &Key::new("default", "t"))?.clone();
            t["spec"].set("ratePerSecond", per_second);
            api.update(resources::TRAFFIC, t, crate::api::Subresource::Main)
        })
        .unwrap();
    };
    run_s(&mut c, 6);
    rate(&mut c, 0);
    run_s(&mut c, 600);
    assert_eq!(restarts(&c), 0, "60 MiB are not given back, and no more come");
    rate(&mut c, 20);
    let from = c.now();
    run_s(&mut c, 5);
    let ended = web(&c, "shop")["lastState"]["terminated"]["finishedAt"].time().unwrap();
    assert_eq!(
        (restarts(&c), ended.since_ms(Time(from.0 / 1000 * 1000)) / 1000),
        (1, 2),
        "40 MiB at 20 a second"
    );
}

/// The default `memory.available<100Mi` and `--eviction-pressure-transition-period` of 5 min; words of pkg/kubelet/eviction.
#[test]
fn a_node_that_runs_short_evicts_who_is_over_its_request() {
    let mut c = small();
    image(&mut c, "calm:1", json!({"memoryMi": 150}));
    image(&mut c, "leaky:1", json!({"memoryMi": 100, "leakMiPerMinute": 60}));
    start(&mut c, "calm", "calm:1", json!({"requests": {"memory": "200Mi"}}));
    start(&mut c, "leaky", "leaky:1", json!({}));
    let pressure = |c: &Cluster| {
        let node = c.api().find(resources::NODE, &Key::cluster("node-a")).unwrap();
        let tainted =
            node["spec"]["taints"].list().iter().any(|t| t["key"] == "node.kubernetes.io/memory-pressure");
        (node.condition("MemoryPressure")["status"].text().to_owned(), tainted)
    };
    run_s(&mut c, 250);
    assert_eq!(pod(&c, "leaky")["status"]["phase"], "Running");
    assert_eq!(pressure(&c), ("False".into(), false));
    run_s(&mut c, 25);
    let leaky = pod(&c, "leaky");
    let status = &leaky["status"];
    assert_eq!((status["phase"].text(), status["reason"].text()), ("Failed", "Evicted"));
    let said = status["message"].text();
    let numbers: Vec<i64> =
        said.split("Ki").filter_map(|part| part.rsplit(' ').next()?.parse().ok()).collect();
    let [available, used] = numbers[..] else { panic!("{said}") };
    let expect = format!(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: {available}Ki. Container web was using \
         {used}Ki, request is 0, has larger consumption of memory. "
    );
    assert_eq!(said, expect);
    assert!((90 << 10..100 << 10).contains(&available), "{said}");
    assert!((used + available - ((1024 - 420 - 150) << 10)).abs() <= 4, "{said}");
    let disrupted = leaky.condition("DisruptionTarget");
    assert_eq!((disrupted["reason"].text(), disrupted["message"].text()), ("TerminationByKubelet", said));
    assert_eq!(reasons(&c, "leaky")[4..], ["Evicted", "Killing"]);
    assert_eq!(message(&c, "node-a", "EvictionThresholdMet"), "Attempting to reclaim memory");
    let told = "Node node-a status is now: NodeHasInsufficientMemory";
    assert_eq!(message(&c, "node-a", "NodeHasInsufficientMemory"), told);
    assert_eq!(pressure(&c), ("True".into(), true));
    start(&mut c, "late", "calm:1", json!({}));
    start(&mut c, "asking", "calm:1", json!({"requests": {"memory": "10Mi"}}));
    run_s(&mut c, 5);
    let late = pod(&c, "late")["status"].clone();
    let rejected = "Pod was rejected: The node had condition: [MemoryPressure]. ";
    assert_eq!((late["reason"].text(), late["message"].text()), ("Evicted", rejected));
    assert_eq!(pod(&c, "asking")["status"]["phase"], "Running");
    run_s(&mut c, 270);
    assert_eq!(pressure(&c), ("True".into(), true), "five minutes have not passed");
    run_s(&mut c, 40);
    assert_eq!(pressure(&c), ("False".into(), false));
    assert_eq!(pod(&c, "calm")["status"]["phase"], "Running");
}

/// What grows faster than the eviction manager looks is the kernel's: `oom_watcher_linux.go`, `qos/policy.go`.
#[test]
fn the_kernel_kills_where_eviction_is_too_slow() {
    let mut c = small();
    image(&mut c, "calm:1", json!({"memoryMi": 150}));
    image(&mut c, "burst:1", json!({"memoryMi": 10, "leakMiPerMinute": 6000}));
    let all = json!({"cpu": "100m", "memory": "200Mi"});
    start(&mut c, "calm", "calm:1", Json::object().with("limits", all.clone()).with("requests", all));
    start(&mut c, "burst", "burst:1", json!({}));
    run_s(&mut c, 7);
    let burst = web(&c, "burst");
    assert_eq!(burst["lastState"]["terminated"]["reason"], "OOMKilled", "{burst}");
    let said = message(&c, "node-a", "SystemOOM");
    assert!(said.starts_with("System OOM encountered, victim process: burst, pid: "), "{said}");
    assert_eq!(web(&c, "calm")["restartCount"].int(), Some(0));
}

#[test]
fn a_node_lists_its_images_and_takes_what_it_has_room_for() {
    let mut c = cluster();
    run_s(&mut c, 2);
    image(&mut c, "r.example/shop:1", json!({"sizeMi": 300}));
    bind(&mut c, "shop", "node-a", "r.example/shop:1");
    run_s(&mut c, 12);
    let node =
        |c: &Cluster| c.api().find(resources::NODE, &Key::cluster("node-a")).unwrap()["status"].clone();
    assert_eq!(node(&c)["images"][0]["names"][1], "r.example/shop:1");
    assert_eq!(node(&c)["images"][0]["sizeBytes"].int(), Some(300 << 20));
    let want = |cpu: &str| Json::object().with("requests", Json::object().with("cpu", cpu));
    start(&mut c, "large", "shop:1", want("3"));
    start(&mut c, "small", "shop:1", want("1500m"));
    run_s(&mut c, 5);
    let words = "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000";
    assert_eq!(pod(&c, "small")["status"]["message"].text(), format!("Pod was rejected: {words}"));
    assert_eq!(message(&c, "small", "OutOfcpu"), words);
    set_machine(&mut c, "node-a", "cpu", "2");
    run_s(&mut c, 10);
    assert_eq!(node(&c)["allocatable"]["cpu"], "2");
    assert_eq!(pod(&c, "large")["status"]["phase"], "Running", "who is there stays");
    start(&mut c, "next", "shop:1", want("1"));
    run_s(&mut c, 1);
    let status = pod(&c, "next")["status"].clone();
    assert_eq!((status["phase"].text(), status["reason"].text()), ("Failed", "OutOfcpu"));
}
