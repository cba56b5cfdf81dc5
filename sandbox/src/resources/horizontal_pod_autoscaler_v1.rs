//! Models autoscaling/v1 HorizontalPodAutoscaler: the same objects in older words, with room for one metric of CPU. What has no
//! room stands in annotations. Models the conversion of `kubernetes/pkg/apis/autoscaling/v1`.

use super::{HORIZONTAL_POD_AUTOSCALER, ResourceDef, View, horizontal_pod_autoscaler as newer};
use crate::{json, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: newer::DEF.short_names,
    categories: newer::DEF.categories,
    status: true,
    view: Some(View { of: HORIZONTAL_POD_AUTOSCALER, show, take, validate: |_, _| Vec::new(), fields: &[] }),
    columns: newer::DEF.columns,
    row: newer::DEF.row,
    ..ResourceDef::plain(
        "autoscaling",
        "v1",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
    )
};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

/// What is called otherwise here: its path there, and its name.
type Names = &'static [(&'static str, &'static str)];

/// Types of metrics: the field of their source, and its names.
const TYPES: [(&str, &str, Names); 5] = [
    ("Resource", "resource", &[("name", "name")]),
    ("ContainerResource", "containerResource", &[("name", "name"), ("container", "container")]),
    ("Pods", "pods", &[("metric.name", "metricName"), ("metric.selector", "selector")]),
    (
        "Object",
        "object",
        &[("describedObject", "target"), ("metric.name", "metricName"), ("metric.selector", "selector")],
    ),
    ("External", "external", &[("metric.name", "metricName"), ("metric.selector", "metricSelector")]),
];

fn is_cpu(metric: &Json, part: &str) -> bool {
    metric["type"] == "Resource"
        && metric["resource"]["name"] == "cpu"
        && !metric["resource"][part]["averageUtilization"].is_null()
}

fn show(hpa: &Object) -> Object {
    let (spec, status) = (&hpa["spec"], &hpa["status"]);
    let mut shown = Object(Json::object());
    shown.set("apiVersion", DEF.api_version());
    shown.set("kind", DEF.kind);
    shown.set("metadata", hpa["metadata"].clone());
    for field in ["scaleTargetRef", "minReplicas", "maxReplicas"] {
        shown["spec"].set(field, spec[field].clone());
    }
    let (cpu, others) = split(&spec["metrics"], "target");
    shown["spec"].set("targetCPUUtilizationPercentage", cpu);
    let (cpu, current) = split(&status["currentMetrics"], "current");
    for (field, least) in
        [("currentReplicas", Some(0)), ("desiredReplicas", Some(0)), ("lastScaleTime", None)]
    {
        let value = &status[field];
        let value = if value.is_null() { Json::from(least.map(i64::from)) } else { value.clone() };
        shown["status"].set(field, value);
    }
    shown["status"].set("currentCPUUtilizationPercentage", cpu);
    for (name, value) in [
        (METRICS, others),
        (CURRENT, current),
        (CONDITIONS, status["conditions"].clone()),
        (BEHAVIOR, capitals(&spec["behavior"], true)),
    ] {
        if !value.is_empty() {
            shown["metadata"]["annotations"].set(name, value.to_string());
        }
    }
    shown
}

/// The utilization of CPU, and the other metrics in the words of this version.
fn split(metrics: &Json, part: &str) -> (Json, Json) {
    let (mut cpu, mut others) = (Json::Null, Vec::new());
    for metric in metrics.list() {
        if is_cpu(metric, part) {
            cpu = metric["resource"][part]["averageUtilization"].clone();
        } else if let Some(old) = older(metric, part) {
            others.push(old);
        }
    }
    (cpu, others.into())
}

/// `averageUtilization` is `targetAverageUtilization` or `currentAverageUtilization` here.
fn amount(kind: &str, part: &str, field: &str) -> String {
    if kind == "Object" && field == "averageValue" {
        return field.into();
    }
    format!("{part}{}{}", field[..1].to_uppercase(), &field[1..])
}

fn older(metric: &Json, part: &str) -> Option<Json> {
    let (kind, source, names) = TYPES.into_iter().find(|(kind, ..)| metric["type"] == *kind)?;
    let mut old = Json::object();
    for (new, name) in names {
        old.set(name, metric[source].at(new).clone());
    }
    for field in ["averageUtilization", "averageValue", "value"] {
        old.set(&amount(kind, part, field), metric[source][part][field].clone());
    }
    Some(json!({"type": kind}).with(source, old))
}

fn newer_metric(metric: &Json) -> Json {
    let Some((kind, source, names)) = TYPES.into_iter().find(|(kind, ..)| metric["type"] == *kind) else {
        return metric.clone();
    };
    let (old, mut new) = (&metric[source], Json::object());
    for (path, name) in names {
        let mut at = &mut new;
        for step in path.split('.') {
            at = &mut at[step];
        }
        *at = old[*name].clone();
    }
    new["metric"]
        .remove("selector")
        .filter(|s| !s.is_null())
        .into_iter()
        .for_each(|s| new["metric"].set("selector", s));
    if new["metric"].is_empty() {
        new.remove("metric");
    }
    let target = &mut new["target"];
    for (field, type_) in
        [("value", "Value"), ("averageValue", "AverageValue"), ("averageUtilization", "Utilization")]
    {
        let value = old[amount(kind, "target", field).as_str()].clone();
        if !value.is_null() {
            target.set(field, value);
            target.set("type", type_);
        }
    }
    json!({"type": kind}).with(source, new)
}

/// The behaviour stands in its annotation with Go's names of fields.
fn capitals(value: &Json, up: bool) -> Json {
    let turned = |key: &str| {
        let first = if up { key[..1].to_uppercase() } else { key[..1].to_lowercase() };
        first + &key[1..]
    };
    match value {
        Json::Map(map) => {
            let mut out = Json::object();
            map.iter()
                .filter(|(key, _)| !key.is_empty())
                .for_each(|(key, v)| out.set(&turned(key), capitals(v, up)));
            out
        }
        Json::List(list) => list.iter().map(|v| capitals(v, up)).collect(),
        other => other.clone(),
    }
}

fn take(shown: &Object) -> Object {
    let mut hpa = Object(Json::object());
    hpa.set("apiVersion", newer::DEF.api_version());
    hpa.set("kind", newer::DEF.kind);
    hpa.set("metadata", shown["metadata"].clone());
    for field in ["scaleTargetRef", "minReplicas", "maxReplicas"] {
        hpa["spec"].set(field, shown["spec"][field].clone());
    }
    let mut kept = |name: &str| {
        let text = hpa["metadata"]["annotations"].remove(name).unwrap_or_default();
        Json::parse(text.text().as_bytes()).unwrap_or_default()
    };
    let (metrics, conditions, behavior) = (kept(METRICS), kept(CONDITIONS), kept(BEHAVIOR));
    kept(CURRENT);
    let percent = &shown["spec"]["targetCPUUtilizationPercentage"];
    let mut metrics: Vec<Json> = metrics.list().iter().map(newer_metric).collect();
    if !percent.is_null() {
        let target = json!({"type": "Utilization"}).with("averageUtilization", percent.clone());
        metrics.push(
            json!({"type": "Resource"}).with("resource", json!({"name": "cpu"}).with("target", target)),
        );
    }
    hpa["spec"].set("metrics", (!metrics.is_empty()).then_some(metrics));
    hpa["spec"].set("behavior", capitals(&behavior, false));
    for field in ["currentReplicas", "desiredReplicas", "lastScaleTime"] {
        hpa["status"].set(field, shown["status"][field].clone());
    }
    hpa["status"].set("conditions", conditions);
    hpa["status"].default_to("currentMetrics", Json::Null);
    hpa
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_the_same_object() {
        let target = json!({"kind": "Deployment", "name": "web"});
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}});
        let memory = json!({"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Mi"}}});
        let rps = json!({"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}}});
        let rules = json!({"scaleDown": {"selectPolicy": "Max", "policies": [{"type": "Pods", "value": 1, "periodSeconds": 5}]}});
        for (metrics, behavior) in [
            (vec![cpu.clone()], Json::Null),
            (vec![memory.clone(), cpu.clone()], Json::Null),
            (vec![memory, rps, cpu], rules),
        ] {
            let mut hpa = Object(json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": "a", "annotations": {"x": "y"}}, "spec": {"minReplicas": 1, "maxReplicas": 3},
                "status": {"currentReplicas": 2, "desiredReplicas": 2, "conditions": [{"type": "AbleToScale"}]}}));
            hpa["spec"].set("scaleTargetRef", target.clone());
            hpa["spec"].set("metrics", metrics);
            hpa["spec"].set("behavior", behavior);
            hpa["status"].default_to("currentMetrics", Json::Null);
            let shown = show(&hpa);
            assert_eq!(shown["apiVersion"], "autoscaling/v1");
            assert_eq!(shown["spec"]["targetCPUUtilizationPercentage"], json!(50));
            assert!(shown["spec"]["metrics"].is_null() && shown["status"]["conditions"].is_null());
            assert_eq!(take(&shown), hpa);
        }
    }
}
