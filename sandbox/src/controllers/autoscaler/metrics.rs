//! What an autoscaler's metrics ask for. Models `computeReplicasForMetrics`.
//! Omits: an adapter of custom or external metrics; each such metric is told to be missing, in the words of a cluster that has none.

use super::{
    condition, measure,
    replicas::{self, Pods, Proposal, Target},
    target::Scale,
    tell,
};
use crate::{
    api::{Api, EventType},
    cluster::Ctx,
    json,
    json::Json,
    object::Object,
    resources::amount::Amount,
};

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
        match one(spec, hpa.namespace(), scale, ctx.api) {
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
fn one(spec: &Json, namespace: &str, scale: &Scale, api: &Api) -> Result<(i64, String, Json), Missing> {
    let from = |kind: &str, why: &str| format!("unable to fetch metrics from {kind} metrics API: {why}");
    match spec["type"].text() {
        "Resource" => resource(spec, "resource", namespace, scale, api),
        "ContainerResource" => resource(spec, "containerResource", namespace, scale, api),
        "External" => {
            let name = spec["external"]["metric"]["name"].text();
            let absent = format!(
                "the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
            );
            let why = from("external", &absent);
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

/// A metric of the resource metrics API: of whole pods, or of one container in each.
fn resource(
    spec: &Json,
    field: &str,
    namespace: &str,
    scale: &Scale,
    api: &Api,
) -> Result<(i64, String, Json), Missing> {
    let source = &spec[field];
    let (name, average) = (source["name"].text(), !source["target"]["averageValue"].is_null());
    let container = source["container"].str();
    let proposal = propose(source, namespace, scale, api).map_err(|why| {
        let (reason, kind) = match container {
            Some(_) => ("FailedGetContainerResourceMetric", "container"),
            None => ("FailedGetResourceMetric", "resource"),
        };
        let what = if average { "usage" } else { "utilization" };
        let message = format!("failed to get {name} {what}: {why}");
        let summary = format!("failed to get {name} {kind} metric value: {message}");
        Missing { reason, message, summary }
    })?;
    let what = match (average, container) {
        (true, _) => "resource",
        (false, None) => "resource utilization (percentage of request)",
        (false, Some(_)) => "container resource utilization (percentage of request)",
    };
    let mut current = Json::object();
    current.set("averageUtilization", proposal.utilization);
    current.set("averageValue", Amount::of_milli(proposal.average_milli));
    let mut status = json!({"name": name});
    status.set("container", container);
    status.set("current", current);
    let status = json!({"type": spec["type"].text()}).with(field, status);
    Ok((proposal.replicas, format!("{name} {what}"), status))
}

fn propose(source: &Json, namespace: &str, scale: &Scale, api: &Api) -> Result<Proposal, String> {
    let (name, target) = (source["name"].text(), &source["target"]);
    let container = source["container"].str();
    let all = measure::pods(api, namespace, &scale.selector);
    let metrics = measure::metrics(api, &all, name, container)
        .map_err(|why| format!("unable to get metrics for resource {name}: {why}"))?;
    let pods = Pods { all: &all, replicas: scale.replicas, resource: name };
    if let Some(wanted) = replicas::milli(&target["averageValue"]) {
        return replicas::propose(&pods, metrics, Target::AverageValue(wanted), api.now());
    }
    let percent = target["averageUtilization"].int().unwrap_or(0);
    // Nobody to look at is said before a request that is missing.
    let requests = replicas::requests(&all, name, container);
    let known = requests.as_ref().cloned().unwrap_or_default();
    match (replicas::propose(&pods, metrics, Target::Utilization(percent, &known), api.now()), requests) {
        (Err(why), Err(_)) if why == replicas::NO_METRICS => Err(why),
        (_, Err(why)) => Err(why),
        (proposal, Ok(_)) => proposal,
    }
}
