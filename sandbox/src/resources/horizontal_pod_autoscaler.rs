//! Models autoscaling/v2 HorizontalPodAutoscaler: defaults and columns. What is wrong with one is in `autoscaler_check`.
//! Omits: a tolerance of one's own (an alpha feature).

use super::{
    Column, ResourceDef, Row, autoscaler_check,
    cells::{self, int, plain},
    pod,
};
use crate::{api::age, clock::Time, json, json::Json, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["hpa"],
    categories: &["all"],
    status: true,
    default,
    prepare,
    validate: autoscaler_check::autoscaler,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "horizontalpodautoscaler",
    )
};

/// Utilization of CPU that is aimed at where no metric is said, in percent.
const CPU_PERCENT: i64 = 80;
/// How many metrics a row shows.
const SHOWN_MAX: usize = 2;
const UNKNOWN: &str = "<unknown>";

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Reference"),
    Column::new("Targets"),
    Column::new("MinPods"),
    Column::new("MaxPods"),
    Column::new("Replicas"),
    Column::new("Age"),
];

fn row(hpa: &Object, now: Time) -> Row {
    let (spec, status) = (&hpa["spec"], &hpa["status"]);
    let target = &spec["scaleTargetRef"];
    vec![
        hpa.name().into(),
        format!("{}/{}", target["kind"].text(), target["name"].text()).into(),
        metrics(spec["metrics"].list(), status["currentMetrics"].list()).into(),
        cells::or(&plain(&spec["minReplicas"]), cells::UNSET).into(),
        int(&spec["maxReplicas"]).into(),
        int(&status["currentReplicas"]).into(),
        age(hpa, now),
    ]
}

fn metrics(specs: &[Json], statuses: &[Json]) -> String {
    if specs.is_empty() {
        return cells::NONE.into();
    }
    let none = Json::Null;
    let all: Vec<String> =
        specs.iter().enumerate().map(|(i, spec)| metric(spec, statuses.get(i).unwrap_or(&none))).collect();
    let shown = all[..all.len().min(SHOWN_MAX)].join(", ");
    match all.len().checked_sub(SHOWN_MAX) {
        Some(more @ 1..) => format!("{shown} + {more} more..."),
        _ => shown,
    }
}

/// `cpu: 20%/50%`. Models `formatHPAMetrics`.
fn metric(spec: &Json, status: &Json) -> String {
    let source = match spec["type"].text() {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".into(),
    };
    let (target, current) = (&spec[source]["target"], &status[source]["current"]);
    let known = |field: &str| cells::or(&plain(&current[field]), UNKNOWN).to_owned();
    let average = !target["averageValue"].is_null();
    match source {
        "resource" | "containerResource" => {
            let name = spec[source]["name"].text();
            if average {
                return format!("{name}: {}/{}", known("averageValue"), plain(&target["averageValue"]));
            }
            let percent = |v: &Json, none: &str| v.int().map_or(none.to_owned(), |n| format!("{n}%"));
            let field = "averageUtilization";
            format!("{name}: {}/{}", percent(&current[field], UNKNOWN), percent(&target[field], "<auto>"))
        }
        "pods" => format!("{}/{}", known("averageValue"), plain(&target["averageValue"])),
        _ if average => format!("{}/{} (avg)", known("averageValue"), plain(&target["averageValue"])),
        _ => format!("{}/{}", known("value"), plain(&target["value"])),
    }
}

fn default(hpa: &mut Object) {
    let spec = &mut hpa["spec"];
    spec.default_to("minReplicas", 1i64);
    if spec["metrics"].is_empty() {
        let target = json!({"type": "Utilization", "averageUtilization": CPU_PERCENT});
        let resource = json!({"name": "cpu"}).with("target", target);
        spec.set("metrics", vec![json!({"type": "Resource"}).with("resource", resource)]);
    }
    if !spec["behavior"].is_null() {
        let behavior = &mut spec["behavior"];
        behavior["scaleUp"].default_to("stabilizationWindowSeconds", 0i64);
        for (way, policies) in [("scaleUp", scale_up()), ("scaleDown", scale_down())] {
            behavior[way].default_to("selectPolicy", "Max");
            behavior[way].default_to("policies", policies);
        }
    }
}

/// How fast it grows, unless said otherwise.
pub fn scale_up() -> Json {
    json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}])
}

/// How fast it shrinks, unless said otherwise.
pub fn scale_down() -> Json {
    json!([{"type": "Percent", "value": 100, "periodSeconds": 15}])
}

fn prepare(hpa: &mut Object, old: Option<&Object>) {
    match old {
        None => {
            let mut status = json!({"desiredReplicas": 0});
            status.default_to("currentMetrics", Json::Null);
            hpa.set("status", status);
        }
        Some(old) => pod::share_spec(hpa, old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_and_behaviour_are_filled() {
        let cpu = json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]);
        let made = |spec: Json| {
            let mut hpa = Object(Json::object().with("spec", spec));
            default(&mut hpa);
            hpa.0.remove("spec").unwrap()
        };
        let plain = made(json!({"maxReplicas": 3}));
        assert_eq!((&plain["metrics"], &plain["minReplicas"]), (&cpu, &json!(1)));
        assert!(plain["behavior"].is_null());
        let own = json!({"scaleDown": {"stabilizationWindowSeconds": 60, "policies": [{"type": "Percent", "value": 50, "periodSeconds": 15}]}});
        let said = made(json!({"maxReplicas": 3}).with("behavior", own));
        let expect = json!({
            "scaleDown": {"stabilizationWindowSeconds": 60, "selectPolicy": "Max",
                "policies": [{"type": "Percent", "value": 50, "periodSeconds": 15}]},
            "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max"},
        });
        assert_eq!(said["behavior"]["scaleDown"], expect["scaleDown"]);
        assert_eq!(said["behavior"]["scaleUp"]["policies"], scale_up());
    }

    #[test]
    fn targets_are_told_with_what_is_known() {
        let cpu =
            json!({"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 50}}});
        let memory =
            json!({"type": "Resource", "resource": {"name": "memory", "target": {"averageValue": "100Mi"}}});
        let rps = json!({"type": "Pods", "pods": {"target": {"averageValue": "10"}}});
        let now = json!({"resource": {"current": {"averageUtilization": 20}}});
        for (specs, statuses, expect) in [
            (vec![], vec![], "<none>"),
            (vec![cpu.clone()], vec![], "cpu: <unknown>/50%"),
            (vec![cpu.clone()], vec![now.clone()], "cpu: 20%/50%"),
            (vec![cpu, memory, rps], vec![now], "cpu: 20%/50%, memory: <unknown>/100Mi + 1 more..."),
        ] {
            assert_eq!(metrics(&specs, &statuses), expect);
        }
    }
}
