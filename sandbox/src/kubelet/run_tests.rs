//! Pods by the second: tables over [`PodRun::step`].

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::{
    json,
    json::Json,
    kubelet::{image, status},
    object::Object,
};

struct Tweaked<'a>(&'a dyn Fn(&mut Behaviour));

impl World for Tweaked<'_> {
    fn behaviour(&self, c: &ContainerSpec) -> Behaviour {
        let api = crate::api::Api::new(0, Time(0));
        let mut b = image::behaviour(&api, &c.image, &c.command);
        (self.0)(&mut b);
        b
    }
}

/// Runs a pod alone until `until_ms`; shows it after each step.
fn drive(
    spec: Json,
    tweak: impl Fn(&mut Behaviour),
    stop: Option<(i64, i64)>,
    until_ms: i64,
    mut show: impl FnMut(&PodRun, Time),
) {
    let mut pod = Object(json!({ "spec": null }));
    pod.set("spec", spec);
    let mut run = PodRun::new("u".into(), "n".into(), Arc::new(PodSpec::read(&pod)), Time(0));
    run.ip = "10.244.0.2".into();
    let world = Tweaked(&tweak);
    let (mut images, mut notes) = (BTreeMap::new(), Vec::new());
    let mut now = Time(0);
    loop {
        let mut scene = Scene {
            now,
            pod_uid: "u",
            pod_id: "p_d(u)",
            ip: "10.244.0.2",
            ending: run.kill_at.is_some(),
            images: &mut images,
            slowness: 1,
            grace_ms: run.spec.grace_ms,
            world: &world,
            notes: &mut notes,
        };
        if let Some((_, grace_ms)) = stop.filter(|s| s.0 <= now.0) {
            run.stop(Time(stop.unwrap().0 + grace_ms), &mut scene);
        }
        let next = run.step(&mut scene);
        show(&run, now);
        let stop_at = stop.map(|s| Time(s.0)).filter(|s| *s > now);
        match [next, stop_at].into_iter().flatten().min() {
            Some(at) if at.0 <= until_ms => now = at,
            _ => return,
        }
    }
}

/// Lines "TIME PHASE STATE restarts=N ready=BOOL" where they change.
fn play(spec: Json, tweak: impl Fn(&mut Behaviour), stop: Option<(i64, i64)>, until_ms: i64) -> Vec<String> {
    let (mut lines, mut last) = (Vec::<String>::new(), String::new());
    drive(spec, tweak, stop, until_ms, |run, now| {
        let line = line(&status::pod_status(run, "p_d(u)", "172.18.0.11", &Json::Null, now));
        if line != last {
            lines.push(format!("{} {line}", now.0));
            last = line;
        }
    });
    lines
}

fn line(status: &Json) -> String {
    let c = &status["containerStatuses"][0];
    let (kind, state) = c["state"].entries().next().map(|(k, s)| (k.clone(), s.clone())).unwrap_or_default();
    let what = match kind.as_str() {
        "running" => "Running".into(),
        "terminated" => format!("{}({})", state["reason"].text(), state["exitCode"]),
        _ => state["reason"].text().to_owned(),
    };
    format!("{} {what} restarts={} ready={}", status["phase"].text(), c["restartCount"], c["ready"])
}

fn check(
    spec: Json,
    tweak: impl Fn(&mut Behaviour),
    stop: Option<(i64, i64)>,
    until_ms: i64,
    expect: &[&str],
) {
    assert_eq!(play(spec.clone(), tweak, stop, until_ms), expect, "{spec}");
}

#[test]
fn a_plain_pod_starts() {
    check(
        json!({"containers": [{"name": "c", "image": "nginx"}]}),
        |_| (),
        None,
        600_000,
        &["0 Pending ContainerCreating restarts=0 ready=false", "1250 Running Running restarts=0 ready=true"],
    );
}

#[test]
fn readiness_waits_for_the_probe() {
    let probe = json!({"httpGet": {"port": 80}, "periodSeconds": 2, "initialDelaySeconds": 1});
    let mut spec = json!({"containers": [{"name": "c", "image": "nginx"}]});
    spec["containers"].list_mut().make_mut()[0].set("readinessProbe", probe);
    check(
        spec,
        |b| b.ready_ms = 2500,
        None,
        600_000,
        &[
            "0 Pending ContainerCreating restarts=0 ready=false",
            "1250 Running Running restarts=0 ready=false",
            "4250 Running Running restarts=0 ready=true",
        ],
    );
}

#[test]
fn crashes_are_paced() {
    check(
        json!({"containers": [{"name": "c", "image": "busybox:1", "command": ["sh", "-c", "exit 1"]}]}),
        |_| (),
        None,
        25_000,
        &[
            "0 Pending ContainerCreating restarts=0 ready=false",
            "1250 Running Error(1) restarts=0 ready=false",
            "2400 Running Error(1) restarts=1 ready=false",
            "3400 Running CrashLoopBackOff restarts=1 ready=false",
            "12400 Running Error(1) restarts=1 ready=false",
            "12550 Running Error(1) restarts=2 ready=false",
            "13550 Running CrashLoopBackOff restarts=2 ready=false",
        ],
    );
}

#[test]
fn policies_decide_about_restarts() {
    for (policy, command, expect) in [
        ("Never", "exit 3", "1250 Failed Error(3) restarts=0 ready=false"),
        ("Never", "exit 0", "1250 Succeeded Completed(0) restarts=0 ready=false"),
        ("OnFailure", "exit 0", "1250 Succeeded Completed(0) restarts=0 ready=false"),
    ] {
        let mut spec =
            json!({"containers": [{"name": "c", "image": "busybox:1", "command": ["sh", "-c", command]}]});
        spec.set("restartPolicy", policy);
        check(spec, |_| (), None, 99_000, &["0 Pending ContainerCreating restarts=0 ready=false", expect]);
    }
}

#[test]
fn missing_images_are_tried_again() {
    check(
        json!({"containers": [{"name": "c", "image": "nginx:nope"}]}),
        |_| (),
        None,
        12_000,
        &[
            "0 Pending ContainerCreating restarts=0 ready=false",
            "1100 Pending ErrImagePull restarts=0 ready=false",
            "2600 Pending ImagePullBackOff restarts=0 ready=false",
            "11100 Pending ContainerCreating restarts=0 ready=false",
            "11900 Pending ErrImagePull restarts=0 ready=false",
        ],
    );
}

/// docs: concepts/containers/images, "Image pull policy"; pkg/kubelet/images/types.go.
#[test]
fn images_that_may_not_be_pulled_or_have_no_name_are_waited_for() {
    let begins = "0 Pending ContainerCreating restarts=0 ready=false";
    let waits = |reason: &str| format!("300 Pending {reason} restarts=0 ready=false");
    for (fields, reason) in [
        (json!({"imagePullPolicy": "Never"}), "ErrImageNeverPull"),
        (json!({"image": "Shop:1"}), "InvalidImageName"),
    ] {
        check(one(fields), |_| (), None, 60_000, &[begins, &waits(reason)]);
    }
}

#[test]
fn the_end_is_graceful_until_grace_ends() {
    for (takes_ms, deaf, grace_ms, expect) in [
        (250, false, 30_000, "5250 Succeeded Completed(0) restarts=0 ready=false"),
        (9000, false, 2000, "7000 Failed Error(137) restarts=0 ready=false"),
        (1500, false, 1000, "6500 Succeeded Completed(0) restarts=0 ready=false"),
        (9000, false, 1000, "7000 Failed Error(137) restarts=0 ready=false"),
        (250, true, 30_000, "35000 Failed Error(137) restarts=0 ready=false"),
    ] {
        let lines = play(
            json!({"containers": [{"name": "c", "image": "nginx"}]}),
            |b| (b.terminate_ms, b.ignores_sigterm) = (takes_ms, deaf),
            Some((5000, grace_ms)),
            99_000,
        );
        assert_eq!(lines.last().unwrap(), expect);
    }
}

#[test]
fn init_containers_go_first() {
    check(
        json!({
            "initContainers": [{"name": "i", "image": "busybox:1", "command": ["sleep", "2"]}],
            "containers": [{"name": "c", "image": "nginx"}],
        }),
        |_| (),
        None,
        99_000,
        &["0 Pending PodInitializing restarts=0 ready=false", "4200 Running Running restarts=0 ready=true"],
    );
}

/// A container with these fields, in a pod that has half a minute to end.
fn one(fields: Json) -> Json {
    let mut container = json!({"name": "c", "image": "shop:1"});
    for (field, value) in fields.entries() {
        container.set(field, value.clone());
    }
    json!({"terminationGracePeriodSeconds": 30}).with("containers", vec![container])
}

#[test]
fn memory_that_leaks_ends_at_the_limit() {
    check(
        one(json!({"resources": {"limits": {"memory": "64Mi"}}})),
        |b| (b.appetite.memory_idle, b.appetite.leak_per_minute) = (32 << 20, 60 << 20),
        None,
        78_000,
        &[
            "0 Pending ContainerCreating restarts=0 ready=false",
            "1250 Running Running restarts=0 ready=true",
            "33251 Running OOMKilled(137) restarts=0 ready=false",
            "34401 Running Running restarts=1 ready=true",
            "66402 Running OOMKilled(137) restarts=1 ready=false",
            "67402 Running CrashLoopBackOff restarts=1 ready=false",
            "76402 Running OOMKilled(137) restarts=1 ready=false",
            "76552 Running Running restarts=2 ready=true",
        ],
    );
}

/// docs: tasks/configure-pod-container/configure-liveness-readiness-startup-probes.
#[test]
fn only_a_liveness_probe_finds_a_process_that_hangs() {
    let http = |period_s: i64| json!({"httpGet": {"port": 80}}).with("periodSeconds", period_s);
    let begins =
        ["0 Pending ContainerCreating restarts=0 ready=false", "1250 Running Running restarts=0 ready=true"];
    let hangs = |b: &mut Behaviour| b.hangs_ms = Some(25_000);
    check(one(json!({})), hangs, None, 99_000, &begins);
    let tcp = json!({"livenessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 1}});
    check(one(tcp), hangs, None, 99_000, &begins);
    let unready = "37250 Running Running restarts=0 ready=false";
    check(
        one(Json::object().with("readinessProbe", http(5))),
        hangs,
        None,
        99_000,
        &[begins[0], begins[1], unready],
    );
    let both = Json::object().with("readinessProbe", http(5)).with("livenessProbe", http(10));
    // Tried at 31.25, 41.25 and 51.25 s, each given up after one second.
    let again =
        ["52500 Running Completed(0) restarts=0 ready=false", "52650 Running Running restarts=1 ready=true"];
    check(one(both.clone()), hangs, None, 70_000, &[begins[0], begins[1], unready, again[0], again[1]]);
    let deaf = |b: &mut Behaviour| (b.hangs_ms, b.ignores_sigterm) = (Some(25_000), true);
    let killed = "82250 Running Error(137) restarts=0 ready=false";
    check(one(both), deaf, None, 82_300, &[begins[0], begins[1], unready, killed]);
}

#[test]
fn a_slow_start_needs_a_startup_probe() {
    let liveness = json!({"livenessProbe": {"httpGet": {"port": 80}}});
    let slow = |b: &mut Behaviour| b.ready_ms = 40_000;
    let lines = play(one(liveness.clone()), slow, None, 22_000);
    assert_eq!(lines.last().unwrap(), "21650 Running Running restarts=1 ready=true");
    for (failures, last) in [
        (6, "41250 Running Running restarts=0 ready=true"),
        (2, "11650 Running Running restarts=1 ready=false"),
    ] {
        let startup = json!({"httpGet": {"port": 80}}).with("failureThreshold", failures);
        let lines = play(
            one(liveness.clone().with("startupProbe", startup)),
            slow,
            None,
            12_000.max(failures * 8_000),
        );
        assert_eq!(lines.last().unwrap(), last, "{failures}");
    }
}

/// docs: concepts/containers/container-lifecycle-hooks, "if the preStop hook is still running after the grace period expires,
/// the kubelet requests a small, one-off grace period extension of 2 seconds".
#[test]
fn a_hook_that_outlives_the_grace_leaves_two_seconds() {
    for (takes_ms, expect) in [
        (250, "15250 Succeeded Completed(0) restarts=0 ready=false"),
        (9000, "17000 Failed Error(137) restarts=0 ready=false"),
    ] {
        let hook = json!({"lifecycle": {"preStop": {"sleep": {"seconds": 60}}}});
        let lines = play(one(hook), |b| b.terminate_ms = takes_ms, Some((5000, 10_000)), 99_000);
        assert_eq!(lines.last().unwrap(), expect);
    }
}

/// docs: concepts/workloads/pods/sidecar-containers, "Jobs with sidecar containers" and "Container lifecycle"; KEP-753.
#[test]
fn sidecars_end_after_the_others_the_last_first() {
    let spec = |policy: &str, main: Json| {
        let sidecar = |name: &str| json!({"image": "nginx:1", "restartPolicy": "Always"}).with("name", name);
        json!({"terminationGracePeriodSeconds": 30})
            .with("restartPolicy", policy)
            .with("initContainers", vec![sidecar("s1"), sidecar("s2")])
            .with("containers", vec![main.with("name", "c")])
    };
    let task = |command: &str| json!({"image": "busybox:1", "command": ["sh", "-c", command]});
    let server = || json!({"image": "nginx:1", "lifecycle": {"preStop": {"sleep": {"seconds": 3}}}});
    // When s1, s2 and c end, and what the pod was while the last of them ran, and after.
    for (spec, stop, ends, phases) in [
        (spec("Never", task("sleep 5")), None, [7850, 7600, 7350], "Running Succeeded"),
        (spec("Never", task("sleep 5; exit 1")), None, [7850, 7600, 7350], "Running Failed"),
        (spec("Always", server()), Some((9000, 30_000)), [12_750, 12_500, 12_250], "Running Succeeded"),
        (spec("Always", server()), Some((9000, 1000)), [10_250; 3], "Running Succeeded"),
    ] {
        let (mut ended, mut seen) = (Vec::new(), Vec::new());
        drive(
            spec.clone(),
            |_| (),
            stop,
            99_000,
            |run, _| {
                ended = run.ends().into_iter().map(|end| end.map_or(-1, |at| at.0)).collect();
                seen.push(status::phase(run));
                seen.dedup();
            },
        );
        assert_eq!((ended, &*seen[1..].join(" ")), (ends.to_vec(), phases), "{spec}");
    }
}
