//! "Why is this pod here": from a record back to a learner's act, a world or a timer.

use sandbox::{
    api::{Change, Record, Trace},
    cluster::{Beginning, Cluster, Config},
    json,
    json::Json,
    object::Object,
    origin::{Due, Timer},
    request::Request,
    resources::{self, Resource},
};

use super::support::{EPOCH, at_s, cluster, merge_patch, ok, power, records};

/// The newest record for which it is so.
fn newest(c: &Cluster, is_it: impl Fn(&Record) -> bool) -> u64 {
    records(c).rfind(|r| is_it(r)).unwrap().revision
}

/// The newest pod that was made.
fn newest_pod(c: &Cluster) -> u64 {
    newest(c, |r| r.resource == resources::POD && r.change == Change::Added)
}

/// The chain as "who kind", one after the other told once, and where it begins.
fn told(c: &Cluster, revision: u64) -> (Vec<String>, Beginning) {
    let why = c.why(revision).unwrap();
    assert!(why.links.is_sorted_by(|a, b| a.revision > b.revision), "what comes of something comes after it");
    let who = |r: &Trace| {
        let user = r.origin.user.rsplit(':').next().unwrap_or_default().to_owned();
        if r.origin.user.starts_with("system:node:") { "kubelet".to_owned() } else { user }
    };
    let mut links: Vec<String> =
        why.links.iter().map(|r| format!("{} {}", who(r), r.resource.def().kind)).collect();
    links.dedup();
    (links, why.beginning)
}

fn check(c: &Cluster, revision: u64, links: &[&str]) {
    assert_eq!(
        told(c, revision),
        (links.iter().map(|l| (*l).to_owned()).collect(), Beginning::Action("learner".into()))
    );
}

fn send(c: &mut Cluster, method: &str, uri: &str, body: &Json) {
    let request = Request {
        user: "learner".into(),
        method: method.into(),
        uri: uri.into(),
        content_type: "application/json".into(),
        body: if body.is_null() { String::new() } else { body.to_string() },
        ..Request::default()
    };
    ok(c, &request);
}

fn settled() -> Cluster {
    let mut c = cluster(5);
    c.advance_to(at_s(120));
    c
}

#[test]
fn a_rollout_goes_back_to_its_image() {
    let mut c = settled();
    let body = r#"{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}"#;
    ok(&mut c, &merge_patch("/apis/apps/v1/namespaces/default/deployments/web", body));
    let before = c.api().revision();
    c.advance_to(at_s(126));
    let is_ready = |o: &Object| o.condition("Ready")["status"] == "True";
    let became_ready = |r: &Record| is_ready(&r.object) && r.before.as_ref().is_some_and(|b| !is_ready(b));
    let serves = records(&c)
        .find(|r| {
            let led = r.origin.because.revision().and_then(|cause| c.api().change_at(cause));
            r.revision > before && r.resource == resources::ENDPOINT_SLICE && led.is_some_and(became_ready)
        })
        .unwrap()
        .revision;
    check(
        &c,
        serves,
        &[
            "endpointslice-controller EndpointSlice",
            "kubelet Pod",
            "kube-scheduler Pod",
            "replicaset-controller Pod",
            "deployment-controller ReplicaSet",
            "learner Deployment",
        ],
    );
}

#[test]
fn a_plug_leads_to_new_pods() {
    let mut c = settled();
    ok(&mut c, &power("node-c", "Off"));
    c.advance_to(at_s(600));
    check(
        &c,
        newest_pod(&c),
        &[
            "replicaset-controller Pod",
            "taint-eviction-controller Pod",
            "node-controller Node",
            "world Machine",
            "learner Machine",
        ],
    );
    let back = c.api().revision();
    ok(&mut c, &power("node-c", "On"));
    c.advance_to(at_s(700));
    let restarted = newest(&c, |r| r.resource == resources::POD && r.origin.user == "system:node:node-c");
    assert!(restarted > back);
    check(&c, restarted, &["kubelet Pod", "world Machine", "learner Machine"]);
}

#[test]
fn a_drain_is_told_from_a_dead_machine() {
    let mut c = settled();
    let pod = c.api().list(resources::POD, "default").next().unwrap().name().clone();
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction"});
    let name = json!({"name": pod.as_str(), "namespace": "default"});
    let uri = format!("/api/v1/namespaces/default/pods/{pod}/eviction");
    send(&mut c, "POST", &uri, &eviction.with("metadata", name));
    c.advance_to(at_s(121));
    check(&c, newest_pod(&c), &["replicaset-controller Pod", "learner Pod"]);
}

#[test]
fn what_is_deleted_goes_because_its_owner_did() {
    let mut c = settled();
    let uri = "/apis/apps/v1/namespaces/default/deployments/web";
    send(&mut c, "DELETE", &format!("{uri}?propagationPolicy=Background"), &Json::Null);
    c.advance_to(at_s(180));
    let gone = newest(&c, |r| r.resource == resources::POD && r.change == Change::Deleted);
    check(
        &c,
        gone,
        &[
            "kubelet Pod",
            "generic-garbage-collector Pod",
            "generic-garbage-collector ReplicaSet",
            "learner Deployment",
        ],
    );
}

fn job(image: &str) -> Json {
    let container = json!({"name": "main"}).with("image", image);
    let spec = json!({"restartPolicy": "Never"}).with("containers", vec![container]);
    json!({"backoffLimit": 3}).with("template", Json::object().with("spec", spec))
}

fn crashing() -> Cluster {
    let images = [("fails:1", 1i64), ("done:1", 0)].map(|(image, code)| {
        let spec = json!({"crashAfterMillis": 500}).with("image", image).with("exitCode", code);
        let name = image.replace(':', "-");
        Object(
            json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image", "metadata": {"name": name}})
                .with("spec", spec),
        )
    });
    let machine = Object(
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": "node-a"}}),
    );
    let world = images.into_iter().chain([machine]).collect();
    let mut c = Cluster::new(Config { seed: 5, epoch: EPOCH, world }).unwrap();
    c.advance_to(at_s(60));
    c
}

#[test]
fn a_second_try_comes_of_the_first_ones_failure() {
    let mut c = crashing();
    let body = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}})
        .with("spec", job("fails:1"));
    send(&mut c, "POST", "/apis/batch/v1/namespaces/default/jobs", &body);
    c.advance_to(at_s(90));
    assert_eq!(c.api().list(resources::POD, "default").count(), 2);
    check(
        &c,
        newest_pod(&c),
        &["job-controller Pod", "kubelet Pod", "kube-scheduler Pod", "job-controller Pod", "learner Job"],
    );
}

#[test]
fn a_schedule_is_a_timer() {
    let mut c = crashing();
    let spec =
        json!({"schedule": "*/1 * * * *"}).with("jobTemplate", Json::object().with("spec", job("done:1")));
    let body =
        json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "a"}}).with("spec", spec);
    send(&mut c, "POST", "/apis/batch/v1/namespaces/default/cronjobs", &body);
    c.advance_to(at_s(400));
    let (links, beginning) = told(&c, newest_pod(&c));
    assert_eq!(links, ["job-controller Pod", "cronjob-controller Job"]);
    let Beginning::Timer(Due { timer: Timer::Schedule, set_by }) = beginning else { panic!("{beginning:?}") };
    check(&c, set_by, &["learner CronJob"]);
}

#[test]
fn an_end_of_a_namespace_ends_what_is_in_it() {
    let mut c = settled();
    send(&mut c, "POST", "/api/v1/namespaces", &json!({"metadata": {"name": "team"}}));
    c.advance_to(at_s(121));
    let map = json!({"metadata": {"name": "settings"}});
    send(&mut c, "POST", "/api/v1/namespaces/team/configmaps", &map);
    send(&mut c, "DELETE", "/api/v1/namespaces/team", &Json::Null);
    c.advance_to(at_s(160));
    let gone = |resource: Resource, name: &str| {
        newest(&c, |r| r.resource == resource && r.change == Change::Deleted && *r.object.name() == *name)
    };
    check(
        &c,
        gone(resources::CONFIG_MAP, "settings"),
        &["namespace-controller ConfigMap", "learner Namespace"],
    );
    check(&c, gone(resources::NAMESPACE, "team"), &["namespace-controller Namespace", "learner Namespace"]);
}

#[test]
fn a_new_machine_gets_its_daemon() {
    let mut c = settled();
    let spec = json!({"selector": {"matchLabels": {"app": "agent"}}, "template": {
        "metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "c", "image": "shop:1.4"}]}}});
    let body = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"}})
        .with("spec", spec);
    send(&mut c, "POST", "/apis/apps/v1/namespaces/default/daemonsets", &body);
    c.advance_to(at_s(130));
    check(&c, newest_pod(&c), &["daemon-set-controller Pod", "learner DaemonSet"]);
    let machine =
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": "node-d"}});
    send(&mut c, "POST", "/apis/sim.pilothouse.dev/v1/machines", &machine);
    c.advance_to(at_s(200));
    check(
        &c,
        newest_pod(&c),
        &["daemon-set-controller Pod", "kubelet Node", "world Machine", "learner Machine"],
    );
}

#[test]
fn what_nobody_did_comes_of_the_world_or_the_clock() {
    let c = settled();
    let (_, beginning) = told(&c, newest_pod(&c));
    assert_eq!(beginning, Beginning::World);
    for (resource, timer) in [(resources::LEASE, Timer::Lease), (resources::TRAFFIC, Timer::TrafficReport)] {
        let (links, beginning) = told(&c, newest(&c, |r| r.resource == resource));
        let Beginning::Timer(due) = beginning else { panic!("{beginning:?}") };
        assert_eq!((links.len(), due.timer), (1, timer));
        assert_eq!(told(&c, due.set_by).1, Beginning::World);
    }
    let start = Due { timer: Timer::Start, set_by: 0 };
    assert_eq!(told(&c, records(&c).next().unwrap().revision).1, Beginning::Timer(start));
}

#[test]
fn causes_are_known_when_history_is_compacted() {
    let mut c = settled();
    let body = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mine"},
        "spec": {"containers": [{"name": "c", "image": "shop:1.4"}]}});
    send(&mut c, "POST", "/api/v1/namespaces/default/pods", &body);
    c.advance_to(at_s(60));
    let ready = newest(&c, |r| r.resource == resources::POD && r.object.name() == "mine");
    let before = told(&c, ready);
    assert_eq!(before.1, Beginning::Action("learner".into()));
    c.advance_to(at_s(3600));
    assert!(records(&c).all(|r| r.revision > ready), "its record is gone");
    assert_eq!(told(&c, ready), before);
}
