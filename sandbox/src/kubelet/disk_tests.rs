//! A disk that fills, by the documentation page "Node-pressure Eviction" and pkg/kubelet/eviction.

use super::{
    memory::{image, message, start},
    *,
};

const MI: i64 = 1 << 20;

/// One machine with a disk of 20 GiB: 4 are the system's, and less than 3 GiB are too little.
fn small() -> Cluster {
    let mut m = machine("node-a");
    m["spec"].set("ephemeralStorage", "20Gi");
    let mut c = Cluster::new(Config { seed: 7, epoch: EPOCH, world: vec![m] }).unwrap();
    run_s(&mut c, 2);
    c
}

fn node(c: &Cluster) -> Object {
    c.api().find(resources::NODE, &Key::cluster("node-a")).unwrap().clone()
}

fn pressure(c: &Cluster) -> (String, String, bool) {
    let node = node(c);
    let taints = node["spec"]["taints"].list();
    let tainted =
        taints.iter().any(|t| t["key"] == "node.kubernetes.io/disk-pressure" && t["effect"] == "NoSchedule");
    let condition = node.condition("DiskPressure");
    (condition["status"].text().to_owned(), condition["message"].text().to_owned(), tainted)
}

fn none() -> (String, String, bool) {
    ("False".into(), "kubelet has no disk pressure".into(), false)
}

fn pressed() -> (String, String, bool) {
    ("True".into(), "kubelet has disk pressure".into(), true)
}

fn phase(c: &Cluster, name: &str) -> String {
    pod(c, name)["status"]["phase"].text().to_owned()
}

/// 12 GiB are left to write: at 1 GiB a minute, less than 3 GiB are left after nine minutes and some.
#[test]
fn a_full_disk_sends_away_who_is_over_its_request() {
    let mut c = small();
    image(&mut c, "calm:1", json!({"sizeMi": 1024, "writeMi": 1024}));
    image(&mut c, "chatty:1", json!({"sizeMi": 1024, "writeMi": 1024, "writeMiPerMinute": 1024}));
    start(&mut c, "calm", "calm:1", json!({"requests": {"ephemeral-storage": "2Gi"}}));
    start(&mut c, "chatty", "chatty:1", json!({"requests": {"ephemeral-storage": "1Gi"}}));
    run_s(&mut c, 530);
    assert_eq!((phase(&c, "chatty").as_str(), pressure(&c)), ("Running", none()));
    assert_eq!(node(&c)["status"]["allocatable"]["ephemeral-storage"], "20Gi");
    run_s(&mut c, 30);
    let chatty = pod(&c, "chatty");
    let status = &chatty["status"];
    assert_eq!((status["phase"].text(), status["reason"].text()), ("Failed", "Evicted"));
    let said = status["message"].text();
    let numbers: Vec<i64> =
        said.split("Ki").filter_map(|part| part.rsplit(' ').next()?.parse().ok()).collect();
    let [available, used] = numbers[..] else { panic!("{said}") };
    let expect = format!(
        "The node was low on resource: ephemeral-storage. Threshold quantity: 3221225600, available: {available}Ki. Container web \
         was using {used}Ki, request is 1Gi, has larger consumption of ephemeral-storage. "
    );
    assert_eq!(said, expect);
    assert!((2800 * MI..3072 * MI).contains(&(available << 10)), "{said}");
    assert!((used + available - (13 << 20)).abs() <= 8, "{said}");
    let disrupted = chatty.condition("DisruptionTarget");
    assert_eq!((disrupted["reason"].text(), disrupted["message"].text()), ("TerminationByKubelet", said));
    assert_eq!(message(&c, "node-a", "EvictionThresholdMet"), "Attempting to reclaim ephemeral-storage");
    assert_eq!(
        message(&c, "node-a", "NodeHasDiskPressure"),
        "Node node-a status is now: NodeHasDiskPressure"
    );
    assert_eq!((phase(&c, "calm").as_str(), pressure(&c)), ("Running", pressed()));
    // Whatever their class, none is taken.
    start(&mut c, "late", "calm:1", json!({"requests": {"memory": "10Mi"}}));
    run_s(&mut c, 2);
    let late = pod(&c, "late")["status"].clone();
    let rejected = "Pod was rejected: The node had condition: [DiskPressure]. ";
    assert_eq!((late["reason"].text(), late["message"].text()), ("Evicted", rejected));
    run_s(&mut c, 260);
    assert_eq!(pressure(&c), pressed(), "five minutes have not passed");
    run_s(&mut c, 60);
    assert_eq!(pressure(&c), none());
    assert_eq!(message(&c, "node-a", "NodeHasNoDiskPressure").lines().count(), 1);
}

/// "The kubelet tries to reclaim node-level resources before it evicts end-user pods": images that nothing runs.
#[test]
fn unused_images_go_before_pods_do() {
    let mut c = small();
    image(&mut c, "old:1", json!({"sizeMi": 6144}));
    image(&mut c, "new:1", json!({"sizeMi": 1024, "writeMi": 7168}));
    start(&mut c, "old", "old:1", json!({}));
    run_s(&mut c, 20);
    let gone = |api: &mut crate::api::Api| {
        api.delete(resources::POD, &Key::new("default", "old"), &crate::api::DeleteOptions::default())
    };
    c.request("tester", gone).unwrap();
    run_s(&mut c, 40);
    let sizes = |c: &Cluster| -> Vec<i64> {
        let images = node(c)["status"]["images"].clone();
        images.list().iter().filter_map(|i| i["sizeBytes"].int()).map(|bytes| bytes / MI).collect()
    };
    assert_eq!(sizes(&c), [6144]);
    start(&mut c, "new", "new:1", json!({}));
    run_s(&mut c, 30);
    assert_eq!(sizes(&c), [1024]);
    assert_eq!((phase(&c, "new").as_str(), pressure(&c)), ("Running", pressed()));
}

/// "Local ephemeral storage": who writes more than its limit is evicted, however much room there is.
#[test]
fn who_writes_more_than_it_may_is_evicted() {
    let mut c = small();
    image(&mut c, "log:1", json!({"writeMiPerRequest": 1}));
    start(&mut c, "bounded", "log:1", json!({"limits": {"ephemeral-storage": "200Mi"}}));
    start(&mut c, "free", "log:1", json!({}));
    run_s(&mut c, 10);
    memory::call(&mut c);
    // 5 Mi a second each.
    run_s(&mut c, 38);
    assert_eq!(phase(&c, "bounded"), "Running");
    run_s(&mut c, 15);
    let status = pod(&c, "bounded")["status"].clone();
    let words = "Pod ephemeral local storage usage exceeds the total limit of containers 200Mi. ";
    assert_eq!((status["reason"].text(), status["message"].text()), ("Evicted", words));
    assert!(pod(&c, "bounded").condition("DisruptionTarget").is_null());
    assert_eq!((phase(&c, "free").as_str(), pressure(&c)), ("Running", none()));
}
