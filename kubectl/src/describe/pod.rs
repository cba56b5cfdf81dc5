//! Pods.

use jiff::Timestamp;
use serde_json::Value;

use super::{Page, container, controller, optional, scalar, template::spread, volume};
use crate::output::{
    gosort, list, number, text,
    time::{rfc1123z, since},
};

/// Writes all but the events.
pub fn describe(page: &mut Page, pod: &Value, now: Timestamp) {
    page.field(0, "Name", text(pod, "/metadata/name"));
    page.field(0, "Namespace", text(pod, "/metadata/namespace"));
    if pod["spec"]["priority"].is_number() {
        page.field(0, "Priority", number(pod, "/spec/priority"));
    }
    for (title, pointer) in [
        ("Priority Class Name", "/spec/priorityClassName"),
        ("Runtime Class Name", "/spec/runtimeClassName"),
        ("Service Account", "/spec/serviceAccountName"),
    ] {
        optional(page, title, text(pod, pointer));
    }
    match text(pod, "/spec/nodeName") {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format!("{node}/{}", text(pod, "/status/hostIP"))),
    }
    let started = text(pod, "/status/startTime");
    if !started.is_empty() {
        page.field(0, "Start Time", rfc1123z(started));
    }
    page.labels("Labels", pod, "/metadata/labels");
    page.annotations(pod, "/metadata/annotations");
    status(page, pod, now);
    addresses(page, pod);
    if let Some(owner) = controller(pod) {
        page.field(0, "Controlled By", owner);
    }
    optional(page, "NominatedNodeName", text(pod, "/status/nominatedNodeName"));
    if pod["spec"]["resources"].is_object() {
        page.line(0, "Resources:");
        container::resources(page, 1, &pod["spec"]["resources"]);
    }
    for (title, containers, statuses) in [
        ("Init Containers", "/spec/initContainers", "/status/initContainerStatuses"),
        ("Containers", "/spec/containers", "/status/containerStatuses"),
        ("Ephemeral Containers", "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"),
    ] {
        let containers = list(pod, containers);
        if !containers.is_empty() || title == "Containers" {
            container::write(page, title, containers, Some(list(pod, statuses)), pod, false);
        }
    }
    gates(page, pod);
    let conditions = list(pod, "/status/conditions");
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
        for condition in conditions {
            page.line(1, &format!("{} \t{} ", text(condition, "/type"), text(condition, "/status")));
        }
    }
    volume::write(page, list(pod, "/spec/volumes"), false);
    optional(page, "QoS Class", text(pod, "/status/qosClass"));
    page.labels("Node-Selectors", pod, "/spec/nodeSelector");
    tolerations(page, 0, list(pod, "/spec/tolerations"));
    spread(page, list(pod, "/spec/topologySpreadConstraints"), "");
}

fn status(page: &mut Page, pod: &Value, now: Timestamp) {
    let deleted = text(pod, "/metadata/deletionTimestamp");
    let ended = ["Failed", "Succeeded"].contains(&text(pod, "/status/phase"));
    if !deleted.is_empty() && !ended {
        page.field(0, "Status", format!("Terminating (lasts {})", since(now, deleted)));
        let grace = number(pod, "/metadata/deletionGracePeriodSeconds");
        page.field(0, "Termination Grace Period", format!("{grace}s"));
    } else {
        page.field(0, "Status", text(pod, "/status/phase"));
    }
    optional(page, "Reason", text(pod, "/status/reason"));
    optional(page, "Message", text(pod, "/status/message"));
    container::seccomp(page, 0, &pod["spec"]["securityContext"]);
}

fn addresses(page: &mut Page, pod: &Value) {
    page.field(0, "IP", text(pod, "/status/podIP"));
    let addresses = list(pod, "/status/podIPs");
    if addresses.is_empty() {
        return page.field(0, "IPs", "<none>");
    }
    page.line(0, "IPs:");
    addresses.iter().for_each(|address| page.field(1, "IP", text(address, "/ip")));
}

fn gates(page: &mut Page, pod: &Value) {
    let gates = list(pod, "/spec/readinessGates");
    if gates.is_empty() {
        return;
    }
    page.line(0, "Readiness Gates:");
    page.line(1, "Type\tStatus");
    for gate in gates {
        let kind = text(gate, "/conditionType");
        let condition = list(pod, "/status/conditions").iter().find(|it| text(it, "/type") == kind);
        page.line(1, &format!("{kind} \t{} ", condition.map_or("<none>", |it| text(it, "/status"))));
    }
}

/// Writes tolerations, a line each.
pub fn tolerations(page: &mut Page, level: usize, tolerations: &[Value]) {
    if tolerations.is_empty() {
        return page.field(level, "Tolerations", "<none>");
    }
    let mut rows: Vec<&Value> = tolerations.iter().collect();
    gosort::sort(&mut rows, |a, b| text(a, "/key") < text(b, "/key"));
    for (at, it) in rows.into_iter().enumerate() {
        let mut words = text(it, "/key").to_owned();
        let value = text(it, "/value");
        if !value.is_empty() {
            words.push_str(&format!("={value}"));
        }
        let effect = text(it, "/effect");
        if !effect.is_empty() {
            words.push_str(&format!(":{effect}"));
        }
        if text(it, "/operator") == "Exists" && value.is_empty() {
            words.push_str(if text(it, "/key").is_empty() && effect.is_empty() {
                "op=Exists"
            } else {
                " op=Exists"
            });
        }
        if it["tolerationSeconds"].is_number() {
            words.push_str(&format!(" for {}s", scalar(&it["tolerationSeconds"])));
        }
        if at == 0 {
            page.field(level, "Tolerations", words);
        } else {
            page.line(level, &format!("\t{words}"));
        }
    }
}
