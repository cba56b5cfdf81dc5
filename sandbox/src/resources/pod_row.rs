//! A Pod's row of a Table. Models `printPod` of `kubernetes/pkg/printers/internalversion`.

use std::fmt::Write;

use super::{
    Column, Row,
    cells::{self, NONE, int, or},
};
use crate::{api::age, clock::Time, json::Json, object::Object};

/// Its columns.
pub const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Ready"),
    Column::new("Status"),
    Column::new("Restarts"),
    Column::new("Age"),
    Column::new("IP").wide(),
    Column::new("Node").wide(),
    Column::new("Nominated Node").wide(),
    Column::new("Readiness Gates").wide(),
];

/// Its cells.
pub fn row(pod: &Object, now: Time) -> Row {
    let s = Summary::of(pod);
    let mut restarts = s.restarts.to_string();
    if let Some(at) = s.restarted.filter(|_| s.restarts != 0) {
        let _ = write!(restarts, " ({} ago)", crate::api::human_duration(now.since_ms(at)));
    }
    let status = &pod["status"];
    let ip = or(status["podIPs"][0]["ip"].text(), status["podIP"].text());
    vec![
        pod.name().into(),
        format!("{}/{}", s.ready, s.total).into(),
        s.reason.into(),
        restarts.into(),
        age(pod, now),
        or(ip, NONE).into(),
        or(pod["spec"]["nodeName"].text(), NONE).into(),
        or(status["nominatedNodeName"].text(), NONE).into(),
        readiness_gates(pod).into(),
    ]
}

/// What the Status column says of a pod.
pub fn reason(pod: &Object) -> String {
    Summary::of(pod).reason
}

fn readiness_gates(pod: &Object) -> String {
    let gates = pod["spec"]["readinessGates"].list();
    if gates.is_empty() {
        return NONE.into();
    }
    let met = gates.iter().filter(|g| pod.condition(g["conditionType"].text())["status"] == "True").count();
    format!("{met}/{}", gates.len())
}

/// What the containers' statuses add up to.
#[derive(Default)]
struct Summary {
    reason: String,
    ready: usize,
    total: usize,
    restarts: i64,
    restarted: Option<Time>,
}

impl Summary {
    fn of(pod: &Object) -> Self {
        let (spec, status) = (&pod["spec"], &pod["status"]);
        let sidecars = spec["initContainers"].list().iter().filter(|c| is_sidecar(c)).count();
        let mut s = Self {
            reason: or(status["reason"].text(), status["phase"].text()).into(),
            total: spec["containers"].list().len() + sidecars,
            ..Self::default()
        };
        if pod.condition("PodScheduled")["reason"] == "SchedulingGated" {
            s.reason = "SchedulingGated".into();
        }
        let initializing = s.add_init_containers(pod);
        if !initializing || pod.condition("Initialized")["status"] == "True" {
            s.add_containers(pod);
        }
        if pod.is_terminating() {
            if status["reason"] == "NodeLost" {
                s.reason = "Unknown".into();
            } else if !matches!(status["phase"].text(), "Succeeded" | "Failed") {
                s.reason = "Terminating".into();
            }
        }
        s
    }

    /// Counts init containers; is one of them still at it?
    fn add_init_containers(&mut self, pod: &Object) -> bool {
        let specs = pod["spec"]["initContainers"].list();
        for (i, c) in pod["status"]["initContainerStatuses"].list().iter().enumerate() {
            self.add_restarts(c);
            let (ended, waiting) = (&c["state"]["terminated"], &c["state"]["waiting"]);
            if !ended.is_null() && int(&ended["exitCode"]) == 0 {
                continue;
            }
            let sidecar = specs.iter().any(|s| s["name"] == c["name"] && is_sidecar(s));
            if sidecar && c["started"].bool() == Some(true) {
                self.ready += usize::from(c["ready"].bool() == Some(true));
                continue;
            }
            self.reason = if !ended.is_null() {
                format!("Init:{}", end_of(ended))
            } else if !matches!(waiting["reason"].text(), "" | "PodInitializing") {
                format!("Init:{}", waiting["reason"].text())
            } else {
                format!("Init:{i}/{}", specs.len())
            };
            return true;
        }
        false
    }

    /// Counts containers; what init containers said no longer matters, except restarts of sidecars.
    fn add_containers(&mut self, pod: &Object) {
        (self.restarts, self.restarted) = (0, None);
        let specs = pod["spec"]["initContainers"].list();
        for c in pod["status"]["initContainerStatuses"].list() {
            if specs.iter().any(|s| s["name"] == c["name"] && is_sidecar(s)) {
                self.add_restarts(c);
            }
        }
        let mut running = false;
        for c in pod["status"]["containerStatuses"].list().iter().rev() {
            self.add_restarts(c);
            let state = &c["state"];
            if !state["waiting"]["reason"].text().is_empty() {
                self.reason = state["waiting"]["reason"].text().into();
            } else if !state["terminated"].is_null() {
                self.reason = end_of(&state["terminated"]);
            } else if c["ready"].bool() == Some(true) && !state["running"].is_null() {
                running = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && running {
            let ready = pod.condition("Ready")["status"] == "True";
            self.reason = if ready { "Running" } else { "NotReady" }.into();
        }
    }

    fn add_restarts(&mut self, container: &Json) {
        self.restarts += int(&container["restartCount"]);
        self.restarted = self.restarted.max(container["lastState"]["terminated"]["finishedAt"].time());
    }
}

fn is_sidecar(container: &Json) -> bool {
    container["restartPolicy"] == "Always"
}

fn end_of(terminated: &Json) -> String {
    match (terminated["reason"].text(), cells::int(&terminated["signal"])) {
        ("", 0) => format!("ExitCode:{}", int(&terminated["exitCode"])),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn statuses_add_up_as_kubectl_shows_them() {
        let running = json!({"name": "c", "ready": true, "restartCount": 0, "state": {"running": {}}});
        let waiting = |reason: &str| json!({"name": "c", "state": {"waiting": {"reason": reason}}});
        let ended = |reason: &str, code: i64| json!({"name": "c", "state": {"terminated": {"reason": reason, "exitCode": code}}});
        let restarted = json!({"name": "c", "ready": true, "restartCount": 2, "state": {"running": {}},
            "lastState": {"terminated": {"finishedAt": "2026-11-24T00:25:45Z"}}});
        let now = Time::parse("2026-11-24T00:30:45Z").unwrap();
        for (status, expect) in [
            (json!({"phase": "Pending"}), ["0/1", "Pending", "0"]),
            (json!({"phase": "Failed", "reason": "Evicted"}), ["0/1", "Evicted", "0"]),
            (
                json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]}),
                ["0/1", "SchedulingGated", "0"],
            ),
            (
                json!({"phase": "Running"}).with("containerStatuses", vec![running.clone()]),
                ["1/1", "Running", "0"],
            ),
            (
                json!({"phase": "Running"}).with("containerStatuses", vec![restarted]),
                ["1/1", "Running", "2 (5m ago)"],
            ),
            (
                json!({"phase": "Pending"}).with("containerStatuses", vec![waiting("ImagePullBackOff")]),
                ["0/1", "ImagePullBackOff", "0"],
            ),
            (
                json!({"phase": "Failed"}).with("containerStatuses", vec![ended("Error", 1)]),
                ["0/1", "Error", "0"],
            ),
            (
                json!({"phase": "Failed"}).with("containerStatuses", vec![ended("", 3)]),
                ["0/1", "ExitCode:3", "0"],
            ),
            (
                json!({"phase": "Running"})
                    .with("containerStatuses", vec![ended("Completed", 0), running.clone()]),
                ["1/1", "NotReady", "0"],
            ),
            (
                json!({"phase": "Pending"}).with("initContainerStatuses", vec![ended("Error", 1)]),
                ["0/1", "Init:Error", "0"],
            ),
            (
                json!({"phase": "Pending"})
                    .with("initContainerStatuses", vec![ended("Completed", 0), waiting("PodInitializing")]),
                ["0/1", "Init:1/2", "0"],
            ),
        ] {
            let mut pod = Object(
                json!({"metadata": {"name": "a", "creationTimestamp": "2026-11-24T00:00:45Z"},
                "spec": {"nodeName": "n", "containers": [{"name": "c"}], "initContainers": [{"name": "x"}, {"name": "y"}]}}),
            );
            pod.set("status", status.clone());
            let cells = row(&pod, now);
            assert_eq!(cells[1..4], expect.map(Json::from), "{status}");
            assert_eq!(cells[4..], ["30m", "<none>", "n", "<none>", "<none>"].map(Json::from));
            assert_eq!(cells.len(), COLUMNS.len());
            pod["metadata"].set("deletionTimestamp", "2026-11-24T00:30:00Z");
            let expect = if status["phase"] == "Failed" { expect[1] } else { "Terminating" };
            assert_eq!(reason(&pod), expect, "{status}");
        }
    }
}
