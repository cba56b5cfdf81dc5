//! Traffic in a cluster: pods are bound and slices written by hand.

use super::rules;
use crate::{
    api::Subresource,
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    resources::{self, Resource},
};

pub(super) fn make(c: &mut Cluster, resource: Resource, name: &str, mut body: Json) {
    body["metadata"].set("name", name);
    c.request("tester", |api| api.create(resource, Object(body))).unwrap();
}

pub(super) fn change(c: &mut Cluster, resource: Resource, key: &Key, change: impl FnOnce(&mut Object)) {
    c.request("tester", |api| {
        let mut object = api.get(resource, key)?.clone();
        change(&mut object);
        api.update(resource, object, Subresource::Main)
    })
    .unwrap();
}

pub(super) fn run_ms(c: &mut Cluster, ms: i64) {
    c.advance_to(c.now().plus_ms(ms));
}

/// Three machines with a pod each behind a Service, 30 requests a second, all of it settled.
fn shop() -> Cluster {
    let mut c = Cluster::new(Config { seed: 7, epoch: Time(1_795_480_000_000), world: vec![] }).unwrap();
    let image = json!({"spec": {"image": "shop:1", "latencyMillis": 40, "readyMillis": 2000}});
    make(&mut c, resources::IMAGE, "shop", image);
    for node in ["a", "b", "c"] {
        make(&mut c, resources::MACHINE, node, json!({"spec": {}}));
    }
    run_ms(&mut c, 2000);
    let ports = json!([{"port": 80, "targetPort": 8080}]);
    let mut service = json!({"spec": {"clusterIP": "None"}});
    service["spec"].set("ports", ports);
    make(&mut c, resources::SERVICE, "shop", service);
    for node in ["a", "b", "c"] {
        let pod = json!({"spec": {"nodeName": node, "containers": [{"name": "web", "image": "shop:1"}]}});
        make(&mut c, resources::POD, node, pod);
    }
    run_ms(&mut c, 10_000);
    write_slice(&mut c, &["a", "b", "c"]);
    run_ms(&mut c, 1000);
    make(
        &mut c,
        resources::TRAFFIC,
        "customers",
        json!({"spec": {"service": "shop", "port": 80, "ratePerSecond": 30}}),
    );
    c
}

fn write_slice(c: &mut Cluster, pods: &[&str]) {
    let endpoint = |name: &&str| {
        let pod = c.api().find(resources::POD, &Key::new("default", *name)).cloned().unwrap_or_default();
        let mut e = json!({"conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": name}});
        e.set("nodeName", *name);
        e.set("addresses", vec![pod["status"]["podIP"].clone()]);
        e
    };
    let endpoints: Json = pods.iter().map(endpoint).collect();
    let key = Key::new("default", "shop-1");
    if c.api().find(resources::ENDPOINT_SLICE, &key).is_some() {
        change(c, resources::ENDPOINT_SLICE, &key, |s| s.set("endpoints", endpoints));
        return;
    }
    let mut slice = json!({
        "metadata": {"labels": {"kubernetes.io/service-name": "shop"}},
        "addressType": "IPv4", "ports": [{"name": "", "port": 8080, "protocol": "TCP"}],
    });
    slice.set("endpoints", endpoints);
    make(c, resources::ENDPOINT_SLICE, "shop-1", slice);
}

fn traffic(c: &Cluster) -> Json {
    c.api().get(resources::TRAFFIC, &Key::new("default", "customers")).unwrap()["status"].clone()
}

fn counts(c: &Cluster) -> [i64; 3] {
    ["sent", "succeeded", "failed"].map(|f| traffic(c)[f].int().unwrap())
}

#[test]
fn ready_pods_answer_and_counts_grow() {
    let mut c = shop();
    run_ms(&mut c, 20_000);
    assert_eq!(counts(&c), [600, 600, 0]);
    assert_eq!(traffic(&c)["latencyMillis"].int(), Some(40));
    change(&mut c, resources::TRAFFIC, &Key::new("default", "customers"), |t| {
        t["spec"].set("ratePerSecond", 0i64);
    });
    run_ms(&mut c, 60_000);
    assert_eq!(counts(&c), [600, 600, 0]);
}

#[test]
fn a_third_fails_from_the_pulled_plug_until_the_slice_is_known() {
    for field in [("power", "Off"), ("network", "Partitioned")] {
        let mut c = shop();
        run_ms(&mut c, 10_000);
        change(&mut c, resources::MACHINE, &Key::cluster("b"), |m| m["spec"].set(field.0, field.1));
        run_ms(&mut c, 45_000);
        assert_eq!(traffic(&c)["failureRatio"].float(), Some(0.333), "{field:?}");
        write_slice(&mut c, &["a", "c"]);
        run_ms(&mut c, 60_000);
        let t = traffic(&c);
        assert_eq!(t["failureRatio"].float(), Some(0.0));
        // At 30 a second a third of them; callers come in by the other two machines, whose proxies learn in their own time.
        let expect = (45_000 + (rules::delay_ms("a") + rules::delay_ms("c")) / 2) / 100;
        assert_eq!(t["failures"]["unreachable"].int(), Some(expect));
        assert_eq!(t["failed"].int(), Some(expect));
    }
}

#[test]
fn a_killed_process_refuses_until_its_successor_answers() {
    let mut c = shop();
    run_ms(&mut c, 10_000);
    make(&mut c, resources::SIGNAL, "kill", json!({"spec": {"pod": "a", "signal": "SIGKILL"}}));
    run_ms(&mut c, 30_000);
    // 1000 ms to the restart, 150 ms to start, 2000 ms until it answers: 3150 ms at 10 a second.
    assert_eq!(traffic(&c)["failures"]["refused"].int(), Some(31));
    assert_eq!(traffic(&c)["failureRatio"].float(), Some(0.0));
}

#[test]
fn without_endpoints_everything_fails() {
    let mut c = shop();
    run_ms(&mut c, 10_000);
    write_slice(&mut c, &[]);
    run_ms(&mut c, 10_000);
    assert_eq!(traffic(&c)["failureRatio"].float(), Some(1.0));
    // The last of the proxies' delays: a third of the callers at each.
    let late: i64 = ["a", "b", "c"].map(|node| 10_000 - rules::delay_ms(node)).iter().sum();
    assert_eq!(traffic(&c)["failures"]["noEndpoint"].int(), Some(late / 100));
}
