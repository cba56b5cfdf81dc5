//! A pod's status from what its kubelet knows. Models `generateAPIPodStatus` and `status.Generate*Condition`.

use ecow::EcoString;

use super::{
    backoff::go_duration,
    container::{Container, End, State},
    image, resize,
    run::{Doom, PodRun, Sandbox},
    spec::ContainerSpec,
};
use crate::{clock::Time, json, json::Json};

/// Conditions that the kubelet writes, in the order it writes them.
pub const OWN: [&str; 5] =
    ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/// The condition of a pod that did not end by itself.
const DISRUPTED: &str = "DisruptionTarget";

/// The whole status; `old` keeps others' conditions and the times of what did not change.
pub fn pod_status(run: &PodRun, pod_id: &str, host_ip: &str, old: &Json, now: Time) -> Json {
    let mut status = old.clone();
    let phase = phase_to_tell(run, &old["phase"]);
    status.set("phase", phase);
    if let Some(doom) = run.doom.as_ref().filter(|_| run.finished()) {
        status.set("reason", doom.reason);
        status.set("message", &doom.message);
    }
    status.set("conditions", conditions(run, phase, &old["conditions"], now));
    status.set("hostIP", host_ip);
    status.set("hostIPs", json!([{"ip": host_ip}]));
    if !run.ip.is_empty() && run.sandbox == Sandbox::Up {
        status.set("podIP", &run.ip);
        status.set("podIPs", json!([{"ip": run.ip.as_str()}]));
    }
    status.default_to("startTime", run.since);
    let one = |(s, c): (&ContainerSpec, &Container)| container_status(run, s, c, pod_id);
    let inits: Vec<Json> = run.inits().map(one).collect();
    if !inits.is_empty() {
        status.set("initContainerStatuses", inits);
    }
    status.set("containerStatuses", run.main().map(one).collect::<Json>());
    let late: Vec<Json> = run.late().map(one).collect();
    if !late.is_empty() {
        let bare = |s: Json| s.with("ready", false).with("started", Json::Null);
        status.set("ephemeralContainerStatuses", late.into_iter().map(bare).collect::<Json>());
    }
    status
}

/// An end that somebody else told of stays one. Models the three-way merge in `generateAPIPodStatus`.
fn phase_to_tell(run: &PodRun, told: &Json) -> &'static str {
    let own = phase(run);
    let is_end = |phase: &&str| matches!(*phase, "Succeeded" | "Failed");
    match ["Succeeded", "Failed"].into_iter().find(|end| *told == **end) {
        Some(end) if !is_end(&own) => end,
        _ => own,
    }
}

/// Models `getPhase`.
pub fn phase(run: &PodRun) -> &'static str {
    let ended_well = |c: &Container| c.succeeded();
    let waits = |c: &Container| c.running().is_none() && c.last.is_none();
    if run.finished() {
        let well = run.doom.is_none() && !run.init_failed() && run.main().all(|(_, c)| ended_well(c));
        return if well { "Succeeded" } else { "Failed" };
    }
    if !run.initialized() && run.main().all(|(_, c)| waits(c)) || run.main().any(|(_, c)| waits(c)) {
        return "Pending";
    }
    "Running"
}

fn conditions(run: &PodRun, phase: &str, old: &Json, now: Time) -> Json {
    let over = matches!(phase, "Succeeded" | "Failed");
    let unready = names(run.main().filter(|(_, c)| !is_ready(run, c)));
    let incomplete =
        names(run.inits().filter(|(s, c)| !(c.succeeded() || s.sidecar() && c.running().is_some())));
    let ended = if phase == "Succeeded" { "PodCompleted" } else { "PodFailed" };
    let ready = || {
        if over {
            (false, ended, String::new())
        } else if unready.is_empty() && run.initialized() {
            (true, "", String::new())
        } else {
            (false, "ContainersNotReady", format!("containers with unready status: [{unready}]"))
        }
    };
    let initialized = if phase == "Succeeded" {
        (true, "PodCompleted", String::new())
    } else if incomplete.is_empty() || run.main().any(|(_, c)| c.running().is_some() || c.last.is_some()) {
        (true, "", String::new())
    } else {
        let text = format!("containers with incomplete status: [{incomplete}]");
        (false, "ContainersNotInitialized", text)
    };
    let sandbox = (run.sandbox == Sandbox::Up && !over, "", String::new());
    let gates = gates(&run.spec.gates, old).filter(|_| ready().0);
    let whole = gates.map_or_else(ready, |why| (false, "ReadinessGatesNotReady", why));
    let values = [sandbox, initialized, whole, ready(), (true, "", String::new())];
    let own = OWN.iter().zip(values).map(|(t, v)| condition(t, v, old, now));
    let mut all: Vec<Json> = run.resizing.conditions().chain(own).collect();
    let is_own = |type_: &str| OWN.contains(&type_) || resize::CONDITIONS.contains(&type_);
    let disrupted = run.doom.as_ref().and_then(disrupted);
    let is_news = |c: &Json| disrupted.is_some() && c["type"] == DISRUPTED;
    let others = old.list().iter().filter(|c| !is_own(c["type"].text()) && !is_news(c));
    all.extend(others.cloned());
    all.extend(disrupted.clone());
    all.into()
}

/// What is said of readiness gates that keep a pod from being ready.
fn gates(gates: &[EcoString], conditions: &Json) -> Option<String> {
    let one = |gate: &EcoString| {
        let found = conditions.list().iter().find(|c| c["type"] == gate.as_str());
        match found.map(|c| c["status"].text()) {
            None => Some(format!(
                "corresponding condition of pod readiness gate {:?} does not exist.",
                gate.as_str()
            )),
            Some("True") => None,
            Some(status) => Some(format!(
                "the status of pod readiness gate {:?} is not \"True\", but {status}",
                gate.as_str()
            )),
        }
    };
    let all: Vec<String> = gates.iter().filter_map(one).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The condition of a pod that its kubelet evicts.
fn disrupted(doom: &Doom) -> Option<Json> {
    let mut c =
        json!({"type": DISRUPTED, "status": "True", "reason": "TerminationByKubelet", "lastProbeTime": null});
    c.set("lastTransitionTime", doom.disrupted?);
    c.set("message", &doom.message);
    Some(c)
}

fn names<'a>(of: impl Iterator<Item = (&'a ContainerSpec, &'a Container)>) -> String {
    of.map(|(s, _)| s.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn condition(type_: &str, value: (bool, &str, String), old: &Json, now: Time) -> Json {
    let (holds, reason, message) = value;
    let status = if holds { "True" } else { "False" };
    let was = old.list().iter().find(|c| c["type"] == *type_ && c["status"] == status);
    let mut c = json!({"type": type_, "status": status, "lastProbeTime": null});
    c.set("lastTransitionTime", was.map_or_else(|| now.into(), |w| w["lastTransitionTime"].clone()));
    if !reason.is_empty() {
        c.set("reason", reason);
    }
    if !message.is_empty() {
        c.set("message", message);
    }
    c
}

fn is_ready(run: &PodRun, c: &Container) -> bool {
    run.sandbox == Sandbox::Up && c.running().is_some_and(|r| r.ready)
}

fn container_status(run: &PodRun, spec: &ContainerSpec, c: &Container, pod_id: &str) -> Json {
    let ran = c.running().map(|r| &r.id).or(c.last.as_ref().map(|e| &e.id));
    let (name, id) = match ran {
        Some(_) => (image::canonical(&spec.image), image::image_id(&spec.image)),
        None => (spec.image.clone(), EcoString::new()),
    };
    let mut s = json!({"lastState": {}, "imageID": "", "state": {}});
    s.set("name", &spec.name);
    s.set("image", name);
    s.set("imageID", id);
    s.set("containerID", ran.cloned());
    s.set("ready", is_ready(run, c) || spec.init && !spec.sidecar() && c.succeeded());
    s.set("started", c.running().is_some_and(|r| r.started));
    s.set("restartCount", c.restarts as usize);
    let (state, last) = states(run, spec, c, pod_id);
    s.set("state", state);
    s.set("lastState", last);
    if c.running().is_some() {
        s.set("user", json!({"linux": {"uid": 0, "gid": 0, "supplementalGroups": [0]}}));
    }
    if ran.is_some() && matches!(c.state, State::Running(_) | State::Ended) {
        let in_force = run.resizing.in_force(spec);
        s.set("resources", if in_force.is_null() { Json::object() } else { in_force.clone() });
        let allocated = &spec.resources["requests"];
        s.set("allocatedResources", (!allocated.is_empty()).then(|| allocated.clone()));
    }
    if !spec.mounts.is_empty() {
        s.set("volumeMounts", spec.mounts.list().iter().map(mount_status).collect::<Json>());
    }
    s
}

fn mount_status(mount: &Json) -> Json {
    let mut m = json!({});
    for field in ["name", "mountPath", "readOnly"] {
        m.set(field, mount[field].clone());
    }
    m.set("recursiveReadOnly", (mount["readOnly"] == Json::Bool(true)).then_some("Disabled"));
    m
}

/// `state` and `lastState`.
fn states(run: &PodRun, spec: &ContainerSpec, c: &Container, pod_id: &str) -> (Json, Json) {
    let ended = |e: &Option<End>| e.as_ref().map_or_else(Json::object, terminated);
    let pull_error = || format!("ErrImagePull: {}", image::pull_error(&spec.image));
    let state = match &c.state {
        State::Running(r) => {
            let mut running = json!({"running": {}});
            running["running"].set("startedAt", r.since);
            running
        }
        State::Ended if starts_again(run) && c.start_error().is_some_and(|e| spec.restarts_after(e.code)) => {
            let why = c.start_error().map(|e| e.message.to_string());
            waiting("RunContainerError", why)
        }
        State::Ended => return (ended(&c.last), ended(&c.before)),
        State::BackOff { .. } => {
            let delay = go_duration(c.restart_backoff.delay_ms());
            let text = format!("back-off {delay} restarting failed container={} pod={pod_id}", spec.name);
            waiting("CrashLoopBackOff", Some(text))
        }
        State::PullFailed { .. } => waiting("ErrImagePull", Some(image::pull_error(&spec.image))),
        State::PullBackOff { .. } => {
            let text = format!("Back-off pulling image \"{}\": {}", spec.image, pull_error());
            waiting("ImagePullBackOff", Some(text))
        }
        State::Barred { reason, why, .. } => waiting(reason, Some(why.to_string())),
        _ if c.last.is_some() => return (ended(&c.last), ended(&c.before)),
        _ if run.inits().next().is_some() => waiting("PodInitializing", None),
        _ => waiting("ContainerCreating", None),
    };
    (state, ended(&c.last))
}

/// Does its kubelet still start containers of it? A reason to wait stands only where one waits (`convertToAPIContainerStatuses`).
fn starts_again(run: &PodRun) -> bool {
    run.kill_at.is_none() && run.doom.is_none()
}

fn waiting(reason: &str, message: Option<String>) -> Json {
    let mut w = json!({"waiting": {"reason": reason}});
    w["waiting"].set("message", message);
    w
}

fn terminated(end: &End) -> Json {
    let mut t = json!({"terminated": {"exitCode": end.code, "reason": end.reason}});
    let fields = &mut t["terminated"];
    fields.set("message", (!end.message.is_empty()).then(|| end.message.clone()));
    fields.set("startedAt", end.started);
    fields.set("finishedAt", end.finished);
    fields.set("containerID", &end.id);
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs: concepts/workloads/pods/pod-lifecycle, "Pod readiness"; words of `GeneratePodReadyCondition`.
    #[test]
    fn gates_of_others_keep_a_pod_from_being_ready() {
        let all = [EcoString::from("a.example/one"), "b.example/two".into()];
        let absent =
            |gate: &str| format!("corresponding condition of pod readiness gate {gate:?} does not exist.");
        for (conditions, expect) in [
            (json!([]), Some(format!("{}, {}", absent("a.example/one"), absent("b.example/two")))),
            (
                json!([{"type": "a.example/one", "status": "True"}, {"type": "b.example/two", "status": "False"}]),
                Some("the status of pod readiness gate \"b.example/two\" is not \"True\", but False".into()),
            ),
            (
                json!([{"type": "a.example/one", "status": "True"}, {"type": "b.example/two", "status": "True"}]),
                None,
            ),
        ] {
            assert_eq!(gates(&all, &conditions), expect, "{conditions}");
        }
    }
}
