//! A process that hangs: who finds it, and what callers meet meanwhile.

use super::{
    memory::{call, image},
    *,
};

/// A container that serves for 30 s after each start, with probes.
fn start(c: &mut Cluster, name: &str, probes: Json) {
    let mut container = json!({"name": "web", "image": "shop:1", "ports": [{"containerPort": 8080}]});
    for (field, value) in probes.entries() {
        container.set(field, value.clone());
    }
    let mut pod = Object(json!({"metadata": {"labels": {"app": "shop"}}, "spec": {"nodeName": "node-a"}}));
    pod["metadata"].set("name", name);
    pod["spec"].set("containers", vec![container]);
    c.request("tester", |api| api.create(resources::POD, pod)).unwrap();
}

fn failing(c: &Cluster) -> (f64, i64) {
    let status = &c.api().find(resources::TRAFFIC, &Key::new("default", "t")).unwrap()["status"];
    (status["failureRatio"].float().unwrap(), status["failures"]["overload"].int().unwrap())
}

/// docs: concepts/workloads/pods/pod-lifecycle, "Types of probe".
#[test]
fn what_hangs_is_alive_for_its_machine_and_dead_for_its_callers() {
    let http = json!({"httpGet": {"port": 8080}, "periodSeconds": 2, "failureThreshold": 1});
    for (probes, ready, restarts, fails) in [
        (json!({}), "True", 0, true),
        (Json::object().with("readinessProbe", http.clone()), "False", 0, true),
        (Json::object().with("livenessProbe", http), "True", 1, false),
    ] {
        let mut c = cluster();
        run_s(&mut c, 2);
        image(&mut c, "shop:1", json!({"hangAfterMillis": 30_000}));
        start(&mut c, "shop", probes.clone());
        run_s(&mut c, 10);
        call(&mut c);
        run_s(&mut c, 15);
        assert_eq!(failing(&c), (0.0, 0), "{probes}");
        run_s(&mut c, 15);
        let shop = pod(&c, "shop");
        assert_eq!(shop.condition("Ready")["status"], ready, "{probes}");
        assert_eq!(shop["status"]["containerStatuses"][0]["restartCount"].int(), Some(restarts), "{probes}");
        let (ratio, late) = failing(&c);
        assert_eq!(ratio, if fails { 1.0 } else { 0.0 }, "{probes}");
        assert!(late > 0, "{probes}: some asked before anybody knew");
    }
}
