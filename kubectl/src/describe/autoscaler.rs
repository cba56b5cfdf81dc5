//! HorizontalPodAutoscalers.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{list, number, text, time::rfc1123z};

/// Writes all but the events of an autoscaler in version 2.
pub fn describe(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "CreationTimestamp", rfc1123z(text(it, "/metadata/creationTimestamp")));
    let (kind, name) = (text(it, "/spec/scaleTargetRef/kind"), text(it, "/spec/scaleTargetRef/name"));
    page.field(0, "Reference", format!("{kind}/{name}"));
    page.field(0, "Metrics", "( current / target )");
    for (at, metric) in list(it, "/spec/metrics").iter().enumerate() {
        let current = list(it, "/status/currentMetrics").get(at).unwrap_or(&Value::Null);
        page.line(1, &metric_line(metric, current));
    }
    let least = it["spec"].get("minReplicas").map_or_else(|| "<unset>".into(), scalar);
    page.field(0, "Min replicas", least);
    page.field(0, "Max replicas", number(it, "/spec/maxReplicas"));
    if let Some(behavior) = it["spec"].get("behavior") {
        page.line(0, "Behavior:");
        direction(page, "Scale Up", &behavior["scaleUp"]);
        direction(page, "Scale Down", &behavior["scaleDown"]);
    }
    let (current, desired) = (number(it, "/status/currentReplicas"), number(it, "/status/desiredReplicas"));
    page.field(0, &format!("{kind} pods"), format!("{current} current / {desired} desired"));
    conditions(page, list(it, "/status/conditions"));
}

fn conditions(page: &mut Page, conditions: &[Value]) {
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tReason\tMessage");
    page.line(1, "----\t------\t------\t-------");
    for it in conditions {
        let part = |key| text(it, key);
        let cells = [part("/type"), part("/status"), part("/reason"), part("/message")];
        page.line(1, &cells.join("\t"));
    }
}

fn direction(page: &mut Page, title: &str, rules: &Value) {
    if !rules.is_object() {
        return;
    }
    page.line(1, &format!("{title}:"));
    if let Some(window) = rules.get("stabilizationWindowSeconds") {
        page.line(2, &format!("Stabilization Window: {} seconds", scalar(window)));
    }
    let policies = list(rules, "/policies");
    if policies.is_empty() {
        return;
    }
    page.line(2, &format!("Select Policy: {}", rules["selectPolicy"].as_str().unwrap_or("Max")));
    page.line(2, "Policies:");
    for it in policies {
        page.line(
            3,
            &format!(
                "- Type: {}\tValue: {}\tPeriod: {} seconds",
                text(it, "/type"),
                number(it, "/value"),
                number(it, "/periodSeconds")
            ),
        );
    }
}

/// A quantity at a pointer; a missing one is 0 where the parent is there, else unknown.
fn value_of(parent: &Value, pointer: &str) -> String {
    if !parent.is_object() {
        return "<unknown>".into();
    }
    parent.pointer(pointer).map_or_else(|| "0".into(), scalar)
}

fn metric_line(metric: &Value, current: &Value) -> String {
    let kind = text(metric, "/type");
    match kind {
        "External" => {
            let (spec, now) = (&metric["external"], &current["external"]);
            let name = text(spec, "/metric/name");
            match spec.pointer("/target/averageValue") {
                Some(target) => {
                    let now = now.pointer("/current/averageValue");
                    let now = now.map_or_else(|| "<unknown>".into(), scalar);
                    format!("{name:?} (target average value):\t{now} / {}", scalar(target))
                }
                None => format!(
                    "{name:?} (target value):\t{} / {}",
                    value_of(now, "/current/value"),
                    value_of(spec, "/target/value")
                ),
            }
        }
        "Pods" => {
            let (spec, now) = (&metric["pods"], &current["pods"]);
            let (now, target) =
                (value_of(now, "/current/averageValue"), value_of(spec, "/target/averageValue"));
            format!("{:?} on pods:\t{now} / {target}", text(spec, "/metric/name"))
        }
        "Object" => object_line(&metric["object"], &current["object"]),
        "Resource" => {
            let (spec, now) = (&metric["resource"], &current["resource"]);
            resource_line(&format!("resource {} on pods", text(spec, "/name")), spec, now)
        }
        "ContainerResource" => {
            let (spec, now) = (&metric["containerResource"], &current["containerResource"]);
            let (name, container) = (text(spec, "/name"), text(spec, "/container"));
            resource_line(&format!("resource {name} of container \"{container}\" on pods"), spec, now)
        }
        other => format!("<unknown metric type {other:?}>"),
    }
}

fn object_line(spec: &Value, now: &Value) -> String {
    let (kind, name) = (text(spec, "/describedObject/kind"), text(spec, "/describedObject/name"));
    let title = format!("\"{}\" on {kind}/{name} ", text(spec, "/metric/name"));
    let (words, key) = match text(spec, "/target/type") {
        "AverageValue" => ("target average value", "averageValue"),
        _ => ("target value", "value"),
    };
    let now = value_of(now, &format!("/current/{key}"));
    format!("{title}({words}):\t{now} / {}", value_of(spec, &format!("/target/{key}")))
}

fn resource_line(title: &str, spec: &Value, now: &Value) -> String {
    if let Some(target) = spec.pointer("/target/averageValue") {
        return format!("{title}:\t{} / {}", value_of(now, "/current/averageValue"), scalar(target));
    }
    let current = match now.pointer("/current/averageUtilization") {
        Some(percent) => format!("{}% ({})", scalar(percent), value_of(now, "/current/averageValue")),
        None => "<unknown>".into(),
    };
    let target = match spec.pointer("/target/averageUtilization") {
        Some(percent) => format!("{}%", scalar(percent)),
        None => "<auto>".into(),
    };
    // the second piece of the line carries its own indentation
    format!("{title}  (as a percentage of request):\t{current} / {target}")
}
