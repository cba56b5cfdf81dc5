//! The resource metrics API, from traffic to usage to an autoscaler and back; and a cluster without it.

use sandbox::{
    cluster::{Answered, Cluster, Config},
    json,
    json::Json,
    object::{Key, Object},
    request::{Reply, Request},
    resources,
};

use super::support::{EPOCH, at_s, get, merge_patch, ok, power, records};

const NODES: &str = "/apis/metrics.k8s.io/v1beta1/nodes";
const PODS: &str = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods";

pub fn api_service() -> Object {
    Object(json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": true,
            "service": {"name": "metrics-server", "namespace": "kube-system"},
            "groupPriorityMinimum": 100, "versionPriority": 100}}))
}

/// Three machines, a shop with one pod of which nothing is asked yet, and its autoscaler.
fn world(server: bool) -> Vec<Object> {
    let machine = |name: &str| {
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": name},
            "spec": {"cpu": "4", "memory": "8Gi"}})
    };
    let image = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": "shop"},
        "spec": {"image": "shop:1", "latencyMillis": 50, "cpuMillisIdle": 5, "cpuMillisPerRequest": 10,
            "memoryMi": 20, "memoryMiPerRequest": 0.1}});
    let container = json!({"name": "shop", "image": "shop:1", "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "200m", "memory": "64Mi"}}});
    let mut deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {}}}});
    deployment["spec"]["template"]["spec"].set("containers", vec![container]);
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    let traffic = json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Traffic",
        "metadata": {"name": "customers", "namespace": "default"}, "spec": {"service": "web", "ratePerSecond": 0}});
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"minReplicas": 1, "maxReplicas": 10,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": 50}}}]}});
    let all =
        [machine("a"), machine("b"), machine("c"), image, deployment, service, traffic, hpa].map(Object);
    all.into_iter().chain(server.then(api_service)).collect()
}

fn cluster(server: bool) -> Cluster {
    Cluster::new(Config { seed: 3, epoch: EPOCH, world: world(server) }).unwrap()
}

/// Code and text of an answer to a GET.
fn answer(c: &mut Cluster, uri: &str, accept: &str) -> (u16, String) {
    let request = Request {
        user: "x".into(),
        method: "GET".into(),
        uri: uri.into(),
        accept: accept.into(),
        ..Request::default()
    };
    let Reply::Body(body) = c.handle(&request) else { panic!("a watch") };
    (body.code, String::from_utf8(body.bytes.to_vec()).unwrap())
}

fn ask(c: &mut Cluster, rate_per_second: i64) {
    let uri = "/apis/sim.pilothouse.dev/v1/namespaces/default/traffics/customers";
    ok(c, &merge_patch(uri, &format!("{{\"spec\":{{\"ratePerSecond\":{rate_per_second}}}}}")));
}

fn replicas(c: &Cluster) -> i64 {
    c.api().get(resources::DEPLOYMENT, &Key::new("default", "web")).unwrap()["spec"]["replicas"]
        .int()
        .unwrap()
}

fn hpa_status(c: &Cluster) -> Json {
    c.api().get(resources::HORIZONTAL_POD_AUTOSCALER, &Key::new("default", "web")).unwrap()["status"].clone()
}

/// Messages of the autoscaler's events with a reason, in order.
fn told(c: &Cluster, reason: &str) -> Vec<String> {
    let mut all: Vec<&Object> =
        c.api().list(resources::EVENT, "default").filter(|e| e["reason"] == *reason).collect();
    all.sort_by_key(|e| e.revision());
    all.iter().map(|e| e["message"].text().to_owned()).collect()
}

#[test]
fn without_a_metrics_server_there_is_no_group() {
    let mut c = cluster(false);
    c.advance_to(at_s(120));
    for path in ["/apis/metrics.k8s.io", "/apis/metrics.k8s.io/v1beta1", NODES, PODS] {
        assert_eq!(answer(&mut c, path, ""), (404, "404 page not found\n".to_owned()), "{path}");
    }
    let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    for (path, accept) in
        [("/apis", ""), ("/apis", aggregated), ("/", ""), ("/openapi/v3", ""), ("/openapi/v2", "")]
    {
        let (code, said) = answer(&mut c, path, accept);
        assert!(code == 200 && !said.contains("metrics.k8s.io"), "{path}");
    }
    let failed = told(&c, "FailedGetResourceMetric");
    let expect = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource \
                  metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
    assert_eq!(failed, [expect]);
}

#[test]
fn the_server_comes_up_like_any_other_and_then_answers() {
    let mut c = cluster(true);
    let available = |c: &Cluster| {
        let service = c.api().get(resources::API_SERVICE, &Key::cluster("v1beta1.metrics.k8s.io")).unwrap();
        let condition = service.condition("Available");
        (condition["status"].text().to_owned(), condition["reason"].text().to_owned())
    };
    c.advance_to(at_s(10));
    assert_eq!(available(&c), ("False".into(), "MissingEndpoints".into()));
    assert_eq!(answer(&mut c, NODES, ""), (503, "service unavailable\n".to_owned()));
    assert!(!answer(&mut c, "/apis", "").1.contains("metrics.k8s.io"));
    c.advance_to(at_s(35));
    assert_eq!(available(&c), ("True".into(), "Passed".into()));
    let pod = c.api().list(resources::POD, "default").next().unwrap().name().clone();
    let status: serde_json::Value =
        serde_json::from_str(&answer(&mut c, &format!("{PODS}/nosuch"), "").1).unwrap();
    assert_eq!(status["message"], "pods \"nosuch\" not found");
    c.advance_to(at_s(120));
    for (path, expect) in [
        ("/apis", "{\"groupVersion\":\"metrics.k8s.io/v1beta1\",\"version\":\"v1beta1\"}"),
        (
            "/apis/metrics.k8s.io/v1beta1",
            "{\"name\":\"nodes\",\"singularName\":\"\",\"namespaced\":false,\"kind\":\"NodeMetrics\",\"verbs\":[\"get\",\"list\"]}",
        ),
        (
            "/apis/metrics.k8s.io/v1beta1",
            "{\"name\":\"pods\",\"singularName\":\"\",\"namespaced\":true,\"kind\":\"PodMetrics\",\"verbs\":[\"get\",\"list\"]}",
        ),
        ("/openapi/v3", "apis/metrics.k8s.io/v1beta1"),
        ("/openapi/v3/apis/metrics.k8s.io/v1beta1", "io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics"),
        ("/openapi/v2", "/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"),
    ] {
        let (code, said) = answer(&mut c, path, "");
        assert!(code == 200 && said.contains(expect), "{path}: {}", &said[..said.len().min(2000)]);
    }
    let nodes = get(&mut c, NODES);
    assert_eq!(
        (&nodes["kind"], nodes["metadata"].as_object().unwrap().len()),
        (&"NodeMetricsList".into(), 0)
    );
    assert_eq!(nodes["items"].as_array().unwrap().len(), 3);
    let one = get(&mut c, &format!("{PODS}/{pod}"));
    assert_eq!((&one["kind"], &one["apiVersion"]), (&"PodMetrics".into(), &"metrics.k8s.io/v1beta1".into()));
    assert_eq!(one["metadata"]["labels"]["app"], "web");
    assert_eq!(one["window"], "15s");
    let expect = serde_json::json!([{"name": "shop", "usage": {"cpu": "5m", "memory": "20Mi"}}]);
    assert_eq!(one["containers"], expect);
    for (selector, count) in
        [("labelSelector=app%3Dweb", 1), ("labelSelector=app%3Dx", 0), ("fieldSelector=metadata.name%3Dx", 0)]
    {
        let listed = get(&mut c, &format!("{PODS}?{selector}"));
        assert_eq!(listed["items"].as_array().unwrap().len(), count, "{selector}");
    }
    let all = get(&mut c, "/apis/metrics.k8s.io/v1beta1/pods");
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "the server's own pod too");
    let table = answer(&mut c, &format!("{PODS}/{pod}"), "application/json;as=Table;v=v1;g=meta.k8s.io").1;
    let table: serde_json::Value = serde_json::from_str(&table).unwrap();
    let columns: Vec<&str> =
        table["columnDefinitions"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["Name", "cpu", "memory", "Window"]);
    assert_eq!(table["rows"][0]["cells"], serde_json::json!([pod.as_str(), "5m", "20Mi", "15s"]));
}

/// What commands in containers have asked of others, as the journal keeps it.
#[test]
fn single_requests_are_usage() {
    let mut c = cluster(true);
    c.advance_to(at_s(120));
    let pod = c.api().list(resources::POD, "default").next().unwrap().key();
    let answered = Answered { pod: pod.clone(), container: "shop".into(), count: 60 };
    let Reply::Body(body) = c.handle(&answered.entry()) else { panic!("a watch") };
    assert_eq!(body.code, 200);
    c.advance_to(at_s(135));
    // 60 times 10 ms of a core within the 15 seconds of a window, and what it uses by itself.
    let one = get(&mut c, &format!("{PODS}/{}", pod.name));
    assert_eq!(one["containers"][0]["usage"]["cpu"], "45m");
}

#[test]
fn what_has_no_metrics_yet_is_not_found_in_the_servers_words() {
    let mut c = cluster(true);
    c.advance_to(at_s(120));
    ok(
        &mut c,
        &merge_patch("/apis/apps/v1/namespaces/default/deployments/web", r#"{"spec":{"replicas":2}}"#),
    );
    c.advance_to(c.now().plus_ms(3000));
    let measured = get(&mut c, PODS);
    assert_eq!(measured["items"].as_array().unwrap().len(), 1);
    let name = |c: &Cluster| {
        let mut all: Vec<&Object> = c.api().list(resources::POD, "default").collect();
        all.sort_by_key(|p| p.created());
        all.last().unwrap().name().to_string()
    };
    let young = name(&c);
    let (code, said) = answer(&mut c, &format!("{PODS}/{young}"), "");
    let status: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, &status["message"]),
        (404, &format!("podmetrics.metrics.k8s.io \"default/{young}\" not found").into())
    );
    assert_eq!(status["details"]["kind"], "podmetrics");
    c.advance_to(c.now().plus_ms(30_000));
    assert_eq!(get(&mut c, &format!("{PODS}/{young}"))["containers"][0]["usage"]["cpu"], "5m");
    // Who cannot be asked has no metrics after the next scrape, and has them again two after it is back.
    ok(&mut c, &power("c", "Off"));
    c.advance_to(c.now().plus_ms(16_000));
    let (code, said) = answer(&mut c, &format!("{NODES}/c"), "");
    assert!(code == 404 && said.contains(r#"nodemetrics.metrics.k8s.io \"c\" not found"#), "{said}");
    assert!(answer(&mut c, &format!("{NODES}/x"), "").1.contains(r#"nodes \"x\" not found"#));
    ok(&mut c, &power("c", "On"));
    c.advance_to(c.now().plus_ms(60_000));
    assert_eq!(answer(&mut c, &format!("{NODES}/c"), "").0, 200);
}

#[test]
fn metrics_are_read_by_those_who_may_view_and_written_by_nobody() {
    let mut c = cluster(true);
    c.advance_to(at_s(60));
    let view = c.api().get(resources::CLUSTER_ROLE, &Key::cluster("view")).unwrap().to_string();
    assert!(view.contains("metrics.k8s.io"), "aggregated: {view}");
    for name in ["system:aggregated-metrics-reader", "system:metrics-server"] {
        c.api().get(resources::CLUSTER_ROLE, &Key::cluster(name)).unwrap();
    }
    for method in ["POST", "DELETE"] {
        let request = Request {
            user: "x".into(),
            method: method.into(),
            uri: PODS.into(),
            body: "{}".into(),
            ..Request::default()
        };
        let Reply::Body(body) = c.handle(&request) else { panic!("a watch") };
        assert_eq!(body.code, 405, "{method}");
    }
}

#[test]
fn load_grows_it_to_the_arithmetics_number_and_quiet_shrinks_it_after_five_minutes() {
    let mut c = cluster(true);
    c.advance_to(at_s(120));
    let current = &hpa_status(&c)["currentMetrics"][0]["resource"]["current"];
    assert_eq!(*current, json!({"averageUtilization": 2, "averageValue": "5m"}));
    assert_eq!(replicas(&c), 1);
    ask(&mut c, 60);
    c.advance_to(at_s(120 + 300));
    // 60 × 10m and 5m each for itself: 605m are 6.05 times the 100m that are wanted of a pod, so seven; 7 × 90.7m are near them.
    assert_eq!(replicas(&c), 7);
    let above = "reason: cpu resource utilization (percentage of request) above target";
    let said = told(&c, "SuccessfulRescale");
    assert!(said.iter().all(|m| m.ends_with(above)), "{said:?}");
    assert_eq!(said.last().unwrap(), &format!("New size: 7; {above}"));
    let status = hpa_status(&c);
    let current = &status["currentMetrics"][0]["resource"]["current"];
    assert_eq!(*current, json!({"averageUtilization": 45, "averageValue": "91m"}));
    let active = status["conditions"].list().iter().find(|c| c["type"] == "ScalingActive").unwrap();
    assert_eq!(
        (active["reason"].text(), active["message"].text()),
        (
            "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"
        )
    );
    ask(&mut c, 0);
    c.advance_to(at_s(120 + 300 + 290));
    assert_eq!(replicas(&c), 7, "stabilized");
    let able = hpa_status(&c);
    let able = able["conditions"].list().iter().find(|c| c["type"] == "AbleToScale").unwrap();
    assert_eq!(able["reason"], "ScaleDownStabilized");
    c.advance_to(at_s(120 + 300 + 360));
    assert_eq!(replicas(&c), 1);
    assert_eq!(
        told(&c, "SuccessfulRescale").last().unwrap(),
        "New size: 1; reason: All metrics below target"
    );
}

/// The first pods that come are there because of who asks for more; the last one goes because they do so no longer.
#[test]
fn a_scale_comes_of_its_load() {
    let mut c = cluster(true);
    c.advance_to(at_s(120));
    for (rate, until_s) in [(60, 420), (0, 900)] {
        let (before, asked) = (replicas(&c), c.api().revision() + 1);
        ask(&mut c, rate);
        c.advance_to(at_s(until_s));
        assert_ne!(replicas(&c), before);
        let mut after = records(&c).filter(|r| r.revision > asked && r.resource == resources::DEPLOYMENT);
        let scaled = after.find(|r| {
            let size = |o: &Object| o["spec"]["replicas"].clone();
            r.before.as_ref().map(size) != Some(size(&r.object))
        });
        let why = c.why(scaled.unwrap().revision).unwrap();
        let users: Vec<&str> = why.links.iter().map(|r| r.origin.user.as_str()).collect();
        assert_eq!(users, [sandbox::origin::HORIZONTAL_POD_AUTOSCALER, "learner"]);
        assert_eq!(why.links[1].revision, asked, "the change of the Traffic");
    }
}

#[test]
fn one_container_or_an_average_value_decides_too() {
    let check = |metric: Json, expect: i64, reason: &str| {
        let mut objects = world(true);
        let hpa = objects.iter_mut().find(|o| o["kind"] == "HorizontalPodAutoscaler").unwrap();
        hpa["spec"].set("metrics", vec![metric.clone()]);
        let traffic = objects.iter_mut().find(|o| o["kind"] == "Traffic").unwrap();
        traffic["spec"].set("ratePerSecond", 60i64);
        let mut c = Cluster::new(Config { seed: 3, epoch: EPOCH, world: objects }).unwrap();
        c.advance_to(at_s(480));
        assert_eq!(replicas(&c), expect, "{metric}");
        let said = told(&c, "SuccessfulRescale");
        assert!(said.first().is_some_and(|m| m.ends_with(reason)), "{metric}: {said:?}");
        hpa_status(&c)["currentMetrics"][0].clone()
    };
    let target = json!({"type": "Utilization", "averageUtilization": 50});
    let metric = json!({"name": "cpu", "container": "shop"}).with("target", target);
    let status = check(
        json!({"type": "ContainerResource"}).with("containerResource", metric),
        7,
        "reason: cpu container resource utilization (percentage of request) above target",
    );
    assert_eq!(
        (status["type"].text(), status["containerResource"]["container"].text()),
        ("ContainerResource", "shop")
    );
    let metric = json!({"name": "cpu", "target": {"type": "AverageValue", "averageValue": "200m"}});
    // 605m ask for 4, 4 × 155m for 4 again: 0.78 of the target, and still four.
    let status =
        check(json!({"type": "Resource"}).with("resource", metric), 4, "reason: cpu resource above target");
    assert_eq!(status["resource"]["current"], json!({"averageValue": "155m"}));
    let metric = json!({"name": "memory", "target": {"type": "AverageValue", "averageValue": "8Mi"}});
    // 20 Mi each, and 0.1 Mi for each request that is open: 2.5 times the target for any number of pods.
    let status = check(
        json!({"type": "Resource"}).with("resource", metric),
        10,
        "reason: memory resource above target",
    );
    assert!(status["resource"]["current"]["averageValue"].text().starts_with("210"), "{status}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || {
        let mut c = cluster(true);
        c.advance_to(at_s(60));
        ask(&mut c, 40);
        c.advance_to(at_s(200));
        c.dump()
    };
    let dump = run();
    assert!(dump.contains("cpu_nano"), "what was measured is part of the state");
    assert_eq!(dump, run());
}
