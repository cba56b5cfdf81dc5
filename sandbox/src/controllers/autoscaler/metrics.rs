//! What an autoscaler's metrics ask for. Models `computeReplicasForMetrics`.
//! Omits: metrics themselves. There is no metrics server yet, so each metric is told to be missing, in the words of a cluster
//! that has none.

use super::{condition, target::Scale, tell};
use crate::{api::EventType, cluster::Ctx, json, json::Json, object::Object};

/// What all metrics together ask for.
pub struct Computed {
    /// How many pods; `None` where no metric can tell.
    pub replicas: Option<i64>,
    /// The metric that asks for the most.
    pub name: String,
    /// What each metric is now.
    pub statuses: Json,
    /// What is wrong with the first that cannot be told.
    pub error: Option<String>,
}

/// Why a metric cannot be told.
struct Missing {
    reason: &'static str,
    /// As events and conditions tell it.
    message: String,
    /// What it is in the sum of all.
    summary: String,
}

/// Looks at every metric.
pub fn compute(hpa: &mut Object, scale: &Scale, ctx: &mut Ctx<'_>) -> Computed {
    let specs = hpa["spec"]["metrics"].clone();
    let (mut proposals, mut missing): (Vec<(i64, String)>, Vec<Missing>) = (Vec::new(), Vec::new());
    let mut statuses = Vec::new();
    for spec in specs.list() {
        match one(spec) {
            Ok((replicas, name, status)) => {
                proposals.push((replicas, name));
                statuses.push(status);
            }
            Err(why) => {
                tell(hpa, EventType::Warning, why.reason, &why.message, ctx);
                missing.push(why);
                statuses.push(json!({"type": ""}));
            }
        }
    }
    let count = missing.len();
    let error = missing.first().map(|first| {
        let all = specs.list().len();
        format!("invalid metrics ({count} invalid out of {all}), first error is: {}", first.summary)
    });
    let best = proposals.into_iter().reduce(|a, b| if b.0 > a.0 { b } else { a });
    let (statuses, now) = (Json::from(statuses), ctx.now());
    match (best, missing.first()) {
        // Where some cannot be told, those that can may not make it smaller.
        (Some((replicas, name)), first) if first.is_none() || replicas >= scale.replicas => {
            let message = format!("the HPA was able to successfully calculate a replica count from {name}");
            condition(hpa, "ScalingActive", "True", "ValidMetricFound", &message, now);
            Computed { replicas: Some(replicas), name, statuses, error }
        }
        (_, first) => {
            let reason = first.map_or("", |f| f.reason);
            let message = first.map_or("", |f| f.message.as_str());
            let message = format!("the HPA was unable to compute the replica count: {message}");
            condition(hpa, "ScalingActive", "False", reason, &message, now);
            Computed { replicas: None, name: String::new(), statuses, error }
        }
    }
}

/// One metric: the size that it asks for, its name, what it is now.
fn one(spec: &Json) -> Result<(i64, String, Json), Missing> {
    let absent = |group: &str, what: &str| {
        format!("the server could not find the requested resource (get {what}.{group})")
    };
    let from = |api: &str, why: &str| format!("unable to fetch metrics from {api} metrics API: {why}");
    match spec["type"].text() {
        "Resource" => {
            let source = &spec["resource"];
            Err(resource("FailedGetResourceMetric", source, "resource", &absent("metrics.k8s.io", "pods")))
        }
        "ContainerResource" => {
            let source = &spec["containerResource"];
            let why = absent("metrics.k8s.io", "pods");
            Err(resource("FailedGetContainerResourceMetric", source, "container", &why))
        }
        "External" => {
            let name = spec["external"]["metric"]["name"].text();
            let why = from("external", &absent("external.metrics.k8s.io", name));
            let message = format!("unable to get external metric {name}: {why}");
            let summary = format!(
                "failed to get {name} external metric value: failed to get {name} external metric: {message}"
            );
            Err(Missing { reason: "FailedGetExternalMetric", message, summary })
        }
        kind => {
            let (source, reason) = match kind {
                "Pods" => ("pods", "FailedGetPodsMetric"),
                _ => ("object", "FailedGetObjectMetric"),
            };
            let name = spec[source]["metric"]["name"].text();
            let why = from("custom", "no custom metrics API (custom.metrics.k8s.io) registered");
            let message = format!("unable to get metric {name}: {why}");
            let summary = format!("failed to get {source} metric value: {message}");
            Err(Missing { reason, message, summary })
        }
    }
}

fn resource(reason: &'static str, source: &Json, kind: &str, why: &str) -> Missing {
    let name = source["name"].text();
    let what = if source["target"]["averageValue"].is_null() { "utilization" } else { "usage" };
    let message = format!(
        "failed to get {name} {what}: unable to get metrics for resource {name}: unable to fetch metrics from resource metrics API: {why}"
    );
    let summary = format!("failed to get {name} {kind} metric value: {message}");
    Missing { reason, message, summary }
}
