//! Pods by the second: tables over [`PodRun::step`].

use std::{collections::BTreeSet, sync::Arc};

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

/// Runs a pod alone until `until_ms`; lines "TIME PHASE STATE restarts=N ready=BOOL" where they change.
fn play(spec: Json, tweak: impl Fn(&mut Behaviour), stop: Option<(i64, i64)>, until_ms: i64) -> Vec<String> {
    let pod = Object(json!({ "spec": null }));
    let mut pod = pod;
    pod.set("spec", spec);
    let mut run = PodRun::new("u".into(), "n".into(), Arc::new(PodSpec::read(&pod)), Time(0));
    run.ip = "10.244.0.2".into();
    let world = Tweaked(&tweak);
    let (mut images, mut notes, mut lines) = (BTreeSet::new(), Vec::new(), Vec::<String>::new());
    let (mut now, mut last) = (Time(0), String::new());
    loop {
        let mut scene = Scene {
            now,
            pod_uid: "u",
            pod_id: "p_d(u)",
            ip: "10.244.0.2",
            ending: run.kill_at.is_some(),
            images: &mut images,
            world: &world,
            notes: &mut notes,
        };
        if let Some((_, grace_ms)) = stop.filter(|s| s.0 <= now.0) {
            run.stop(Time(stop.unwrap().0 + grace_ms), &mut scene);
        }
        let next = run.step(&mut scene);
        let line = line(&status::pod_status(&run, "p_d(u)", "172.18.0.11", &Json::Null, now));
        if line != last {
            lines.push(format!("{} {line}", now.0));
            last = line;
        }
        let stop_at = stop.map(|s| Time(s.0)).filter(|s| *s > now);
        match [next, stop_at].into_iter().flatten().min() {
            Some(at) if at.0 <= until_ms => now = at,
            _ => return lines,
        }
    }
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

#[test]
fn the_end_is_graceful_until_grace_ends() {
    for (takes_ms, deaf, grace_ms, expect) in [
        (250, false, 30_000, "5250 Succeeded Completed(0) restarts=0 ready=false"),
        (9000, false, 2000, "7000 Failed Error(137) restarts=0 ready=false"),
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
