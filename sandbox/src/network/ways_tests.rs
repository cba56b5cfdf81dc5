//! The ways of requests through a whole cluster: policies, affinity, Ingress, overload, termination, nodes that are cut off.

use super::tests::{change, make, run_ms};
use crate::{
    clock::Time,
    cluster::{Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    resources,
};

/// Two machines, a Deployment `web` of two pods behind a Service, and a pod `client`, all settled.
fn town() -> Cluster {
    let object = |text: Json| Object(text);
    let machine = |name: &str| {
        object(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": name},
            "spec": {"cpu": "4", "memory": "8Gi"}}))
    };
    let image =
        object(json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": "shop"},
        "spec": {"image": "shop:1", "latencyMillis": 20, "cpuMillisPerRequest": 10, "queueMax": 50}}));
    let container = json!({"name": "shop", "image": "shop:1", "ports": [{"containerPort": 8080}],
        "resources": {"limits": {"cpu": "1"}}});
    let mut web = object(json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {}}}}));
    web["spec"]["template"]["spec"].set("containers", vec![container]);
    let service = object(json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}}));
    let client = object(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "client", "namespace": "default", "labels": {"app": "client"}},
        "spec": {"containers": [{"name": "c", "image": "alpine", "command": ["sleep", "1d"]}]}}));
    let world = vec![machine("a"), machine("b"), image, web, service, client];
    let mut c = Cluster::new(Config { seed: 7, epoch: Time(1_795_480_000_000), world }).unwrap();
    run_ms(&mut c, 60_000);
    c
}

fn call(c: &mut Cluster, spec: Json) {
    make(c, resources::TRAFFIC, "calls", json!({}).with("spec", spec));
    run_ms(c, 10_000);
}

fn status(c: &Cluster) -> Json {
    c.api().get(resources::TRAFFIC, &Key::new("default", "calls")).unwrap()["status"].clone()
}

/// `name=count` of all causes so far, and how many were answered.
fn outcome(c: &Cluster) -> String {
    let status = status(c);
    let failed = status["failures"].entries().filter(|(_, n)| n.int() != Some(0));
    let all: Vec<String> = failed.map(|(name, n)| format!("{name}={n}")).collect();
    format!("{} {}", status["succeeded"], all.join(" ")).trim_end().to_owned()
}

/// Without limits, pods of one machine take each other's cores: 4 for two of them that want 3 each.
#[test]
fn neighbours_share_the_cores_of_their_machine() {
    let mut c = town();
    let key = Key::new("default", "web");
    change(&mut c, resources::MACHINE, &Key::cluster("b"), |m| m["spec"].set("power", "Off"));
    change(&mut c, resources::DEPLOYMENT, &key, |d| {
        let mut container = d["spec"]["template"]["spec"]["containers"][0].clone();
        container.remove("resources");
        d["spec"]["template"]["spec"].set("containers", vec![container]);
        d["spec"].set("replicas", 2i64);
    });
    run_ms(&mut c, 600_000);
    call(&mut c, json!({"service": "web", "ratePerSecond": 600}));
    // 300 a second at each, 10 ms each: 6 cores are wanted, 4 are there, so 400 of 600 are answered.
    let (sent, failed) =
        (status(&c)["sent"].int().unwrap(), status(&c)["failures"]["overload"].int().unwrap());
    assert!((failed * 3 - sent).abs() < sent / 100, "{}", status(&c));
}

/// Network Policies documentation: what is not allowed is dropped, for callers inside and outside alike.
#[test]
fn policies_bind_flows() {
    let from_client = json!({"podSelector": {"matchLabels": {"app": "client"}}});
    let deny = json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]});
    let mut allow = deny.clone();
    let mut rule = json!({"ports": [{"port": 8080}]});
    rule.set("from", vec![from_client.clone()]);
    allow.set("ingress", vec![rule]);
    for (policy, inside, outside) in [
        (None, "100", "100"),
        (Some(deny), "0 policy=100", "0 policy=100"),
        (Some(allow), "100", "0 policy=100"),
    ] {
        for (from, expect) in [(Some(from_client.clone()), inside), (None, outside)] {
            let mut c = town();
            if let Some(policy) = &policy {
                make(&mut c, resources::NETWORK_POLICY, "p", json!({}).with("spec", policy.clone()));
            }
            let mut spec = json!({"service": "web", "ratePerSecond": 10});
            spec.set("from", from);
            call(&mut c, spec);
            assert_eq!(outcome(&c), expect, "{policy:?}");
        }
    }
}

/// Network Policies documentation: who may reach its Service and no DNS server does not find it.
#[test]
fn callers_need_names() {
    let web = json!({"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]});
    let dns = json!({"ports": [{"port": 53, "protocol": "UDP"}]});
    for (egress, expect) in [(vec![web.clone()], "0 policy=100"), (vec![web, dns], "100")] {
        let mut c = town();
        let mut policy =
            json!({"spec": {"podSelector": {"matchLabels": {"app": "client"}}, "policyTypes": ["Egress"]}});
        policy["spec"].set("egress", egress);
        make(&mut c, resources::NETWORK_POLICY, "p", policy);
        let from = json!({"podSelector": {"matchLabels": {"app": "client"}}});
        call(&mut c, json!({"service": "web", "ratePerSecond": 10}).with("from", from));
        assert_eq!(outcome(&c), expect);
    }
}

#[test]
fn nobody_calls_where_no_pod_does() {
    let mut c = town();
    call(
        &mut c,
        json!({"service": "web", "ratePerSecond": 10, "from": {"podSelector": {"matchLabels": {"app": "no"}}}}),
    );
    assert_eq!(status(&c)["ratePerSecond"].int(), Some(0));
}

/// Service documentation, "Session affinity": one client makes one pod busy, and stays there when others come.
#[test]
fn a_sticky_client_stays_with_its_pod() {
    let mut c = town();
    let key = Key::new("default", "web");
    change(&mut c, resources::SERVICE, &key, |s| s["spec"].set("sessionAffinity", "ClientIP"));
    call(&mut c, json!({"service": "web", "ratePerSecond": 90, "clients": 1}));
    // All 90 a second at one core of 10 ms each: an M/M/1 queue at 0.9.
    assert!(status(&c)["latencyMillis"].int().unwrap() > 60, "{}", status(&c));
    change(&mut c, resources::DEPLOYMENT, &key, |d| d["spec"].set("replicas", 4i64));
    run_ms(&mut c, 20_000);
    assert!(status(&c)["latencyMillis"].int().unwrap() > 60, "new pods are no help: {}", status(&c));
    change(&mut c, resources::SERVICE, &key, |s| s["spec"].set("sessionAffinity", "None"));
    run_ms(&mut c, 1_000);
    assert!(status(&c)["latencyMillis"].int().unwrap() < 30, "{}", status(&c));
}

#[test]
fn too_many_requests_are_overload_and_slow() {
    let mut c = town();
    call(&mut c, json!({"service": "web", "ratePerSecond": 400}));
    // 200 a second at each of two pods that can do 100: half of them fail, the rest waits behind 50 others.
    assert_eq!(outcome(&c), "2000 overload=2000");
    let ms = ["latencyP50Millis", "latencyP99Millis"].map(|f| status(&c)[f].int().unwrap());
    assert_eq!(ms, [510, 520]);
}

#[test]
fn an_ingress_sends_by_host_and_path() {
    let mut c = town();
    make(
        &mut c,
        resources::INGRESS,
        "i",
        json!({"spec": {"rules": [{"host": "shop.com", "http": {"paths": [
        {"path": "/shop", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}),
    );
    call(&mut c, json!({"host": "shop.com", "path": "/shop/cart", "ratePerSecond": 10}));
    assert_eq!(outcome(&c), "100");
    change(&mut c, resources::TRAFFIC, &Key::new("default", "calls"), |t| t["spec"].set("path", "/other"));
    run_ms(&mut c, 10_000);
    assert_eq!(outcome(&c), "100 noRoute=100");
}

/// Service documentation, "Internal traffic policy": a node without an endpoint of its own drops.
#[test]
fn local_traffic_stays_on_its_node() {
    let mut c = town();
    let node =
        c.api().get(resources::POD, &Key::new("default", "client")).unwrap()["spec"]["nodeName"].clone();
    let near = c
        .api()
        .list(resources::POD, "default")
        .filter(|p| p.label("app") == Some("web") && p["spec"]["nodeName"] == node)
        .count();
    assert_eq!(near, 1, "one of the two pods is the client's neighbour");
    change(&mut c, resources::SERVICE, &Key::new("default", "web"), |s| {
        s["spec"].set("internalTrafficPolicy", "Local")
    });
    let from = json!({"podSelector": {"matchLabels": {"app": "client"}}});
    call(&mut c, json!({"service": "web", "ratePerSecond": 150}).with("from", from));
    let failed = status(&c)["failures"]["overload"].int().unwrap();
    assert!(failed > 400, "one pod of 100 a second gets all 150: {}", status(&c));
}

/// Termination of Pods: rules lag behind SIGTERM, and a preStop sleep lets them come first.
#[test]
fn a_rollout_loses_what_comes_before_the_rules() {
    for (sleep_s, loses) in [(0, true), (5, false)] {
        let mut c = town();
        let key = Key::new("default", "web");
        change(&mut c, resources::DEPLOYMENT, &key, |d| {
            let mut container = d["spec"]["template"]["spec"]["containers"][0].clone();
            if sleep_s > 0 {
                container["lifecycle"]["preStop"]["sleep"].set("seconds", i64::from(sleep_s));
            }
            d["spec"]["template"]["spec"].set("containers", vec![container]);
        });
        run_ms(&mut c, 60_000);
        call(&mut c, json!({"service": "web", "ratePerSecond": 40}));
        change(&mut c, resources::DEPLOYMENT, &key, |d| {
            d["spec"]["template"]["metadata"]["labels"].set("v", "2")
        });
        run_ms(&mut c, 60_000);
        let failures = status(&c)["failures"].clone();
        assert_eq!(failures["terminating"].int().unwrap() > 0, loses, "{sleep_s}: {failures}");
        let others = ["noEndpoint", "unreachable", "overload"].map(|cause| failures[cause].int().unwrap());
        assert_eq!(others, [0; 3], "{sleep_s}: {failures}");
    }
}

/// A node that is cut off keeps its rules: its pods go on calling who was there, and reach their neighbours alone.
#[test]
fn a_node_that_is_cut_off_keeps_its_rules() {
    let mut c = town();
    let node = c.api().get(resources::POD, &Key::new("default", "client")).unwrap()["spec"]["nodeName"]
        .text()
        .to_owned();
    let from = json!({"podSelector": {"matchLabels": {"app": "client"}}});
    call(&mut c, json!({"service": "web", "ratePerSecond": 10}).with("from", from));
    assert_eq!(outcome(&c), "100");
    change(&mut c, resources::MACHINE, &Key::cluster(node), |m| m["spec"].set("network", "Partitioned"));
    // Its own pod is found unready after 50 s, and its endpoint goes from all slices. Its own proxy never hears of it.
    run_ms(&mut c, 100_000);
    assert_eq!(outcome(&c), "600 unreachable=500");
}

/// Debug Services documentation: a Service whose `targetPort` nobody listens on.
#[test]
fn a_wrong_target_port_is_refused() {
    let mut c = town();
    change(&mut c, resources::SERVICE, &Key::new("default", "web"), |s| {
        s["spec"].set("ports", json!([{"port": 80, "targetPort": 9090}]));
    });
    run_ms(&mut c, 2_000);
    call(&mut c, json!({"service": "web", "ratePerSecond": 10}));
    assert_eq!(outcome(&c), "0 refused=100");
}

/// Services without selectors documentation: an endpoint that somebody wrote names no pod, and a connection goes by its address.
#[test]
fn an_endpoint_that_names_no_pod_is_reached_by_its_address() {
    let mut c = town();
    let is_web = |p: &&Object| p["metadata"]["labels"]["app"] == "web";
    let ip = c.api().list(resources::POD, "default").find(is_web).unwrap()["status"]["podIP"].clone();
    make(&mut c, resources::SERVICE, "bare", json!({"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}));
    let slice = json!({"addressType": "IPv4", "ports": [{"name": "", "port": 8080}],
        "metadata": {"labels": {"kubernetes.io/service-name": "bare"}}});
    make(
        &mut c,
        resources::ENDPOINT_SLICE,
        "by-hand",
        slice.with("endpoints", vec![json!({}).with("addresses", vec![ip])]),
    );
    run_ms(&mut c, 2_000);
    call(&mut c, json!({"service": "bare", "ratePerSecond": 10}));
    assert_eq!(outcome(&c), "100");
}
