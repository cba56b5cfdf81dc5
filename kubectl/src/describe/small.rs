//! Kinds whose description is a few lines: PriorityClass, PodDisruptionBudget, ServiceCIDR, IPAddress.

use serde_json::Value;

use super::{Page, scalar, selector};
use crate::output::{labels_text, list, number, pairs, text, time::rfc1123z};

/// Writes a PriorityClass but for its events.
pub fn priority_class(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Value", number(it, "/value"));
    page.field(0, "GlobalDefault", it["globalDefault"] == true);
    page.field(0, "PreemptionPolicy", text(it, "/preemptionPolicy"));
    page.field(0, "Description", text(it, "/description"));
    page.field(0, "Annotations", labels_text(&pairs(it, "/metadata/annotations")));
}

/// Writes a PodDisruptionBudget but for its events.
pub fn disruption_budget(page: &mut Page, it: &Value) {
    let spec = &it["spec"];
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    if let Some(least) = spec.get("minAvailable") {
        page.field(0, "Min available", scalar(least));
    } else if let Some(most) = spec.get("maxUnavailable") {
        page.field(0, "Max unavailable", scalar(most));
    }
    let chosen = spec.get("selector").map_or_else(|| "<unset>".into(), selector);
    page.field(0, "Selector", chosen);
    page.line(0, "Status:");
    for (title, key) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        page.field(2, title, number(it, &format!("/status/{key}")));
    }
}

fn head(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
}

/// Writes a ServiceCIDR but for its events.
pub fn service_cidr(page: &mut Page, it: &Value) {
    head(page, it);
    let ranges: Vec<String> = list(it, "/spec/cidrs").iter().map(scalar).collect();
    page.field(0, "CIDRs", ranges.join(", "));
    if !list(it, "/status/conditions").is_empty() {
        page.line(0, "Status:");
    }
    conditions(page, list(it, "/status/conditions"));
}

/// Writes conditions with the times of their last transitions, as namespaces show them too.
pub fn conditions(page: &mut Page, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t------------------\t------\t-------");
    for it in conditions {
        let part = |key| text(it, key);
        let changed = rfc1123z(part("/lastTransitionTime"));
        let cells = [part("/type"), part("/status"), &changed, part("/reason"), part("/message")];
        page.line(1, &cells.join("\t"));
    }
}

/// Writes an IPAddress but for its events.
pub fn ip_address(page: &mut Page, it: &Value) {
    head(page, it);
    if let Some(parent) = it.pointer("/spec/parentRef") {
        page.line(0, "Parent Reference:");
        for (title, key) in
            [("Group", "/group"), ("Resource", "/resource"), ("Namespace", "/namespace"), ("Name", "/name")]
        {
            page.field(1, title, text(parent, key));
        }
    }
}
