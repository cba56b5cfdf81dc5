//! Everything that is written in a varied run begins somewhere: with a learner's request, with the world, or with a timer that
//! says what set it, which begins so, too.

use std::collections::BTreeMap;

use sandbox::{
    cluster::{Beginning, Cluster, Config},
    json,
    json::Json,
    object::Object,
    origin::{API_SERVER, Due, Timer},
    request::Request,
};

use super::support::{EPOCH, at_s, merge_patch, ok, power, world};

/// Where the record of a revision begins, all timers unwound; how often a timer was met.
fn beginning(c: &Cluster, mut revision: u64) -> Result<(&'static str, usize), String> {
    let asked = c.api().change_at(revision).map(|r| format!("{} {}", r.resource.def().kind, r.object.key()));
    let mut timers = 0;
    loop {
        let why = c.why(revision).ok_or_else(|| format!("{asked:?}: {revision} is not remembered"))?;
        match why.beginning {
            Beginning::World => return Ok(("world", timers)),
            Beginning::Action(user) if user == "learner" => return Ok(("learner", timers)),
            Beginning::Action(user) if user == API_SERVER => return Ok(("server", timers)),
            Beginning::Timer(Due { timer: Timer::Start, .. }) => return Ok(("start", timers)),
            Beginning::Timer(Due { set_by, .. }) if set_by < revision => {
                (revision, timers) = (set_by, timers + 1);
            }
            other => {
                let last =
                    why.links.last().map(|r| format!("{} {}: {:?}", r.resource.def().kind, r.key, r.origin));
                return Err(format!("{asked:?} at {revision}: {other:?} after {last:?}"));
            }
        }
    }
}

fn make(c: &mut Cluster, uri: &str, body: Json) {
    let request = Request {
        user: "learner".into(),
        method: "POST".into(),
        uri: uri.into(),
        content_type: "application/json".into(),
        body: body.to_string(),
        ..Request::default()
    };
    ok(c, &request);
}

fn delete(c: &mut Cluster, uri: &str) {
    ok(
        c,
        &Request { user: "learner".into(), method: "DELETE".into(), uri: uri.into(), ..Request::default() },
    );
}

fn template(image: &str, policy: &str) -> Json {
    let container = json!({"name": "c", "resources": {"requests": {"cpu": "50m"}}}).with("image", image);
    let spec = json!({"restartPolicy": policy}).with("containers", vec![container]);
    json!({"metadata": {"labels": {"app": "x"}}}).with("spec", spec)
}

fn named(name: &str, spec: Json) -> Json {
    json!({"metadata": {"name": name}}).with("spec", spec)
}

fn set(name: &str, more: Json) -> Json {
    let selector = json!({"matchLabels": {"app": "x"}});
    named(name, more.with("selector", selector).with("template", template("shop:1.4", "Always")))
}

fn populate(c: &mut Cluster) {
    let apps = "/apis/apps/v1/namespaces/default";
    let budget = json!({"minAvailable": 5, "selector": {"matchLabels": {"app": "web"}}});
    make(c, "/apis/policy/v1/namespaces/default/poddisruptionbudgets", named("web", budget));
    make(c, "/api/v1/namespaces", json!({"metadata": {"name": "team"}}));
    let quota = json!({"hard": {"pods": "3", "requests.cpu": "1"}});
    make(c, "/api/v1/namespaces/team/resourcequotas", named("q", quota));
    let three = || json!({"replicas": 3});
    make(c, "/apis/apps/v1/namespaces/team/deployments", set("x", json!({"replicas": 5})));
    make(c, &format!("{apps}/statefulsets"), set("db", three().with("serviceName", "db")));
    make(c, &format!("{apps}/daemonsets"), set("agent", json!({})));
    let headless = json!({"clusterIP": "None", "selector": {"app": "x"}, "ports": [{"port": 80}]});
    make(c, "/api/v1/namespaces/default/services", named("db", headless));
    let fails = json!({"backoffLimit": 2, "ttlSecondsAfterFinished": 60});
    let job = |more: Json, image: &str| more.with("template", template(image, "Never"));
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    make(c, jobs, named("fails", job(fails, "fails:1")));
    let cron = json!({"schedule": "*/2 * * * *"})
        .with("jobTemplate", Json::object().with("spec", job(json!({}), "done:1")));
    make(c, "/apis/batch/v1/namespaces/default/cronjobs", named("cron", cron));
    let scaled = json!({"minReplicas": 6, "maxReplicas": 9, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment",
        "name": "web"}, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization",
        "averageUtilization": 2}}}]});
    make(c, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", named("web", scaled));
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    make(c, "/api/v1/namespaces/default/persistentvolumeclaims", named("data", claim));
}

fn varied() -> Cluster {
    let images = [("fails:1", 1i64), ("done:1", 0), ("crash:1", 1)].map(|(image, code)| {
        let spec = json!({"crashAfterMillis": 2500}).with("image", image).with("exitCode", code);
        json!({"apiVersion": "sim.pilothouse.dev/v1", "kind": "Image"})
            .with("metadata", Json::object().with("name", image.replace(':', "-")))
            .with("spec", spec)
    });
    let metrics = json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": {"group": "metrics.k8s.io", "version": "v1beta1",
        "service": {"name": "metrics-server", "namespace": "kube-system"}, "insecureSkipTLSVerify": true,
        "groupPriorityMinimum": 100, "versionPriority": 100}});
    let more = images.into_iter().chain([metrics]).map(Object);
    Cluster::new(Config { seed: 11, epoch: EPOCH, world: world().into_iter().chain(more).collect() }).unwrap()
}

#[test]
fn everything_begins_with_a_request_the_world_or_a_timer() {
    let mut c = varied();
    let web = "/apis/apps/v1/namespaces/default/deployments/web";
    let cable = |state: &str| {
        merge_patch(
            "/apis/sim.pilothouse.dev/v1/machines/node-a",
            &format!(r#"{{"spec":{{"network":"{state}"}}}}"#),
        )
    };
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let mut checked = 0;
    for second in (20..=2400).step_by(20) {
        c.advance_to(at_s(second));
        match second {
            60 => populate(&mut c),
            240 => drop(ok(
                &mut c,
                &merge_patch(web, r#"{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}"#),
            )),
            400 => {
                drop(ok(&mut c, &merge_patch("/api/v1/nodes/node-b", r#"{"spec":{"unschedulable":true}}"#)))
            }
            420 => {
                let pods = c.api().pods_on("node-b").map(Object::key).collect::<Vec<_>>();
                for key in pods.into_iter().filter(|key| key.name.starts_with("web-")).take(1) {
                    let uri = format!("/api/v1/namespaces/default/pods/{}/eviction", key.name);
                    let name = json!({"namespace": "default"}).with("name", key.name.clone());
                    make(
                        &mut c,
                        &uri,
                        json!({"apiVersion": "policy/v1", "kind": "Eviction"}).with("metadata", name),
                    );
                }
            }
            500 => {
                drop(ok(&mut c, &merge_patch("/api/v1/nodes/node-b", r#"{"spec":{"unschedulable":false}}"#)))
            }
            600 => drop(ok(&mut c, &power("node-c", "Off"))),
            1100 => drop(ok(&mut c, &power("node-c", "On"))),
            1200 => drop(ok(&mut c, &cable("Partitioned"))),
            1300 => drop(ok(&mut c, &cable("Connected"))),
            1400 => {
                let spec =
                    r#"{"spec":{"template":{"spec":{"containers":[{"name":"shop","image":"crash:1"}]}}}}"#;
                ok(&mut c, &merge_patch(web, spec));
            }
            1700 => delete(&mut c, "/api/v1/namespaces/team"),
            1800 => delete(&mut c, "/apis/batch/v1/namespaces/default/cronjobs/cron"),
            1900 => delete(&mut c, &format!("{web}?propagationPolicy=Foreground")),
            2000 => {
                delete(&mut c, "/apis/apps/v1/namespaces/default/statefulsets/db?propagationPolicy=Orphan")
            }
            _ => {}
        }
        for revision in checked.max(c.api().oldest_revision()) + 1..=c.api().revision() {
            if c.api().change_at(revision).is_none() {
                continue;
            }
            let (end, timers) = beginning(&c, revision).unwrap_or_else(|why| panic!("at {second} s: {why}"));
            *counts.entry((end, timers > 0)).or_default() += 1;
        }
        checked = c.api().revision();
    }
    println!("{counts:?}");
    for end in [("learner", false), ("learner", true), ("world", false), ("world", true), ("start", false)] {
        assert!(counts.get(&end).is_some_and(|n| *n > 5), "{end:?} in {counts:?}");
    }
}
