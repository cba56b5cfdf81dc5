//! Daemon sets, stateful sets, replication controllers, jobs, cron jobs and autoscalers, in whole clusters.

use super::*;
use crate::resources::{
    CONTROLLER_REVISION, CRON_JOB, DAEMON_SET, HORIZONTAL_POD_AUTOSCALER, JOB, POD, REPLICATION_CONTROLLER,
    STATEFUL_SET,
};

fn key(name: &str) -> Key {
    Key::new("default", name)
}

fn make(play: &mut Play, resource: Resource, name: &str, spec: Json) {
    let object = json!({"metadata": {"name": name, "namespace": "default"}});
    play.create(resource, Object(object.with("spec", spec)));
}

fn template(app: &str, image: &str) -> Json {
    json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "c", "image": image}]}})
}

fn selected(app: &str, image: &str, more: Json) -> Json {
    let selector = json!({"matchLabels": {"app": app}});
    more.with("selector", selector).with("template", template(app, image))
}

/// Names of pods with their images, by name.
fn pods(play: &Play) -> Vec<String> {
    let image = |p: &Object| p.at("spec.containers")[0]["image"].text().to_owned();
    play.list(POD).into_iter().map(|p| format!("{} {}", p.name(), image(p))).collect()
}

fn reasons(play: &Play, kind: &str) -> Vec<String> {
    play.events(kind).into_iter().map(|(reason, _)| reason).collect()
}

fn change(play: &mut Play, resource: Resource, name: &str, f: impl FnOnce(&mut Json)) {
    play.change(resource, &key(name), Subresource::Main, |o| f(&mut o["spec"]));
}

fn set_image(play: &mut Play, resource: Resource, name: &str, image: &str) {
    change(play, resource, name, |spec| {
        spec["template"]["spec"]["containers"].list_mut().make_mut()[0].set("image", image);
    });
}

#[test]
fn a_daemon_runs_on_every_node_that_takes_it() {
    let mut play = Play::new(&["a", "b", "c"]);
    make(&mut play, DAEMON_SET, "agent", selected("agent", "nginx:1", json!({})));
    play.run_ms(5_000);
    let on = |play: &Play| {
        let mut nodes: Vec<String> =
            play.list(POD).into_iter().map(|p| p.at("spec.nodeName").text().to_owned()).collect();
        nodes.sort();
        nodes.join(" ")
    };
    let status = |play: &Play| play.get(DAEMON_SET, &key("agent"))["status"].clone();
    assert_eq!(on(&play), "a b c");
    assert_eq!(status(&play)["numberAvailable"], json!(3));
    play.add_node("d");
    play.run_ms(5_000);
    assert_eq!(on(&play), "a b c d");
    set_image(&mut play, DAEMON_SET, "agent", "nginx:2");
    play.run_ms(30_000);
    assert!(pods(&play).iter().all(|p| p.ends_with("nginx:2")), "{:?}", pods(&play));
    assert_eq!(status(&play)["updatedNumberScheduled"], json!(4));
    let numbers: Vec<i64> =
        play.list(CONTROLLER_REVISION).into_iter().filter_map(|r| r["revision"].int()).collect();
    assert_eq!(
        {
            let mut n = numbers;
            n.sort_unstable();
            n
        },
        [1, 2]
    );
    // Back to the first: its revision is used again.
    set_image(&mut play, DAEMON_SET, "agent", "nginx:1");
    play.run_ms(30_000);
    assert_eq!(play.list(CONTROLLER_REVISION).len(), 2);
    change(&mut play, DAEMON_SET, "agent", |spec| {
        spec["template"]["spec"].set("nodeSelector", json!({"kubernetes.io/hostname": "a"}));
    });
    play.run_ms(10_000);
    assert_eq!(on(&play), "a");
}

#[test]
fn stateful_pods_keep_their_names_and_their_order() {
    let mut play = Play::new(&["a", "b"]);
    let spec = json!({"replicas": 3, "serviceName": "db"});
    make(&mut play, STATEFUL_SET, "db", selected("db", "redis:7", spec));
    play.run_ms(400);
    assert_eq!(pods(&play), ["db-0 redis:7"]);
    play.run_ms(5_000);
    assert_eq!(pods(&play), ["db-0 redis:7", "db-1 redis:7", "db-2 redis:7"]);
    change(&mut play, STATEFUL_SET, "db", |spec| {
        spec["updateStrategy"].set("rollingUpdate", json!({"partition": 2}));
    });
    set_image(&mut play, STATEFUL_SET, "db", "redis:8");
    play.run_ms(10_000);
    assert_eq!(pods(&play), ["db-0 redis:7", "db-1 redis:7", "db-2 redis:8"]);
    change(&mut play, STATEFUL_SET, "db", |spec| {
        spec["updateStrategy"].set("rollingUpdate", json!({"partition": 0}));
    });
    play.run_ms(10_000);
    let set = play.get(STATEFUL_SET, &key("db"));
    assert_eq!(set["status"]["currentRevision"], set["status"]["updateRevision"]);
    assert_eq!(set["status"]["updatedReplicas"], json!(3));
    change(&mut play, STATEFUL_SET, "db", |spec| spec.set("replicas", 1i64));
    play.run_ms(10_000);
    assert_eq!(pods(&play), ["db-0 redis:8"]);
    play.delete(POD, &key("db-0"), &DeleteOptions::default());
    play.run_ms(5_000);
    assert_eq!(pods(&play), ["db-0 redis:8"]);
}

#[test]
fn a_stateful_pod_has_claims_of_its_own() {
    let mut play = Play::new(&["a"]);
    let claims = json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}}}]);
    let spec = json!({"replicas": 2, "serviceName": "db", "podManagementPolicy": "Parallel"});
    make(&mut play, STATEFUL_SET, "db", selected("db", "redis:7", spec.with("volumeClaimTemplates", claims)));
    play.run_ms(3_000);
    let claims = play.list(resources::PERSISTENT_VOLUME_CLAIM);
    let names: Vec<&str> = claims.iter().map(|c| c.name().as_str()).collect();
    assert_eq!(names, ["data-db-0", "data-db-1"]);
    assert_eq!(claims[0].label("app"), Some("db"));
    // They stay when the pods go.
    change(&mut play, STATEFUL_SET, "db", |spec| spec.set("replicas", 0i64));
    play.run_ms(3_000);
    assert!(play.list(POD).is_empty());
    assert_eq!(play.list(resources::PERSISTENT_VOLUME_CLAIM).len(), 2);
}

#[test]
fn a_replication_controller_keeps_its_number() {
    let mut play = Play::new(&["a"]);
    let spec = json!({"replicas": 2}).with("template", template("old", "nginx:1"));
    make(&mut play, REPLICATION_CONTROLLER, "old", spec);
    play.run_ms(3_000);
    assert_eq!(play.get(REPLICATION_CONTROLLER, &key("old"))["status"]["readyReplicas"], json!(2));
    change(&mut play, REPLICATION_CONTROLLER, "old", |spec| spec.set("replicas", 1i64));
    play.run_ms(3_000);
    assert_eq!(play.list(POD).len(), 1);
    assert_eq!(
        reasons(&play, "ReplicationController"),
        ["SuccessfulCreate", "SuccessfulCreate", "SuccessfulDelete"]
    );
}

/// A job, run for a while.
fn job(spec: Json, image: &str, ms: i64) -> Play {
    let mut play = Play::new(&["a"]);
    let pod = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": image}]}});
    make(&mut play, JOB, "work", spec.with("template", pod));
    play.run_ms(ms);
    play
}

fn types(play: &Play) -> String {
    let job = play.get(JOB, &key("work"));
    let all: Vec<&str> = job["status"]["conditions"].list().iter().map(|c| c["type"].text()).collect();
    let number = |field: &str| job["status"][field].int().unwrap_or(0);
    format!("{} {} {} [{}]", number("active"), number("succeeded"), number("failed"), all.join(" "))
}

#[test]
fn jobs_end_well_or_badly() {
    for (spec, image, ms, expect) in [
        (json!({}), "busybox", 10_000, "0 1 0 [SuccessCriteriaMet Complete]"),
        (
            json!({"completions": 4, "parallelism": 2}),
            "busybox",
            15_000,
            "0 4 0 [SuccessCriteriaMet Complete]",
        ),
        (json!({"parallelism": 3}), "busybox", 10_000, "0 3 0 [SuccessCriteriaMet Complete]"),
        (json!({}), "fails", 5_000, "0 0 1 []"),
        (json!({"backoffLimit": 1}), "fails", 30_000, "0 0 2 [FailureTarget Failed]"),
        (json!({"activeDeadlineSeconds": 3}), "nope", 10_000, "0 0 1 [FailureTarget Failed]"),
        (json!({"suspend": true}), "busybox", 5_000, "0 0 0 [Suspended]"),
        (
            json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed"}),
            "busybox",
            10_000,
            "0 3 0 [SuccessCriteriaMet Complete]",
        ),
        (
            json!({"completions": 2, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 1}),
            "fails",
            40_000,
            "0 0 4 [FailureTarget Failed]",
        ),
        (
            json!({"completions": 3, "parallelism": 1, "completionMode": "Indexed",
                "successPolicy": {"rules": [{"succeededCount": 1}]}}),
            "busybox",
            10_000,
            "0 1 0 [SuccessCriteriaMet Complete]",
        ),
        (
            json!({"podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1]}}]}}),
            "fails",
            10_000,
            "0 0 1 [FailureTarget Failed]",
        ),
    ] {
        let play = job(spec.clone(), image, ms);
        assert_eq!(types(&play), expect, "{spec} {image}");
        let held = |p: &&&Object| !p["metadata"]["finalizers"].is_empty();
        let over = !expect.ends_with("[]") && !expect.contains("Suspended");
        assert!(!over || play.list(POD).iter().filter(held).count() == 0, "{spec}: pods are held");
    }
}

#[test]
fn a_finished_job_goes_with_its_pods() {
    let play = job(json!({"ttlSecondsAfterFinished": 2}), "busybox", 15_000);
    assert!(play.list(JOB).is_empty() && play.list(POD).is_empty());
}

#[test]
fn a_suspended_job_lets_its_pods_go_and_makes_others() {
    let mut play = job(json!({"parallelism": 2, "completions": 2}), "nope", 3_000);
    assert_eq!(play.list(POD).len(), 2);
    change(&mut play, JOB, "work", |spec| spec.set("suspend", true));
    play.run_ms(5_000);
    assert!(play.list(POD).is_empty());
    assert_eq!(types(&play), "0 0 0 [Suspended]");
    change(&mut play, JOB, "work", |spec| spec.set("suspend", false));
    play.run_ms(3_000);
    assert_eq!(play.list(POD).len(), 2);
}

#[test]
fn a_cron_job_starts_one_each_minute_and_keeps_a_few() {
    let mut play = Play::new(&["a"]);
    let pod = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}});
    let template = Json::object().with("spec", Json::object().with("template", pod));
    let spec =
        json!({"schedule": "*/1 * * * *", "successfulJobsHistoryLimit": 2}).with("jobTemplate", template);
    make(&mut play, CRON_JOB, "tick", spec);
    play.run_ms(90_000);
    assert_eq!(play.list(JOB).len(), 1);
    play.run_ms(300_000);
    assert_eq!(play.list(JOB).len(), 2);
    let cron = play.get(CRON_JOB, &key("tick"));
    assert_eq!(cron["status"]["lastScheduleTime"], "2026-01-01T00:06:00Z");
    assert!(cron["status"]["active"].is_null());
    let seen = reasons(&play, "CronJob");
    assert_eq!(seen.iter().filter(|r| *r == "SuccessfulCreate").count(), 6, "{seen:?}");
    change(&mut play, CRON_JOB, "tick", |spec| spec.set("suspend", true));
    play.run_ms(300_000);
    assert_eq!(play.get(CRON_JOB, &key("tick"))["status"]["lastScheduleTime"], "2026-01-01T00:06:00Z");
}

#[test]
fn an_autoscaler_keeps_the_bounds() {
    let mut play = Play::new(&["a"]);
    play.deployment("web", 1, json!({}));
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
    let spec = json!({"minReplicas": 2, "maxReplicas": 5}).with("scaleTargetRef", target);
    make(&mut play, HORIZONTAL_POD_AUTOSCALER, "web", spec);
    let replicas = |play: &Play| play.get(resources::DEPLOYMENT, &key("web"))["spec"]["replicas"].int();
    for (set, expect, reason) in [
        (1, 2, "SucceededRescale"),
        (9, 5, "SucceededRescale"),
        (3, 3, "SucceededGetScale"),
        (0, 0, "SucceededGetScale"),
    ] {
        change(&mut play, resources::DEPLOYMENT, "web", |spec| spec.set("replicas", i64::from(set)));
        play.run_ms(15_500);
        assert_eq!(replicas(&play), Some(expect), "{set}");
        let hpa = play.get(HORIZONTAL_POD_AUTOSCALER, &key("web"));
        assert_eq!(hpa.condition("AbleToScale")["reason"], *reason, "{set}");
    }
}
