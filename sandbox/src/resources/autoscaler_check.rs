//! What is wrong with a HorizontalPodAutoscaler. Models `kubernetes/pkg/apis/autoscaling/validation`.
//! Omits: selectors of metrics, scaling to zero (an alpha feature).

use super::{
    cells::{int, plain},
    check::{self, Errors},
    pod, quantity,
};
use crate::{api::names, json::Json, object::Object, status::FieldError};

const WINDOW_S_MAX: i64 = 3600;
const PERIOD_S_MAX: i64 = 1800;
const SOURCES: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

/// What is wrong with it; `old` is `None` on create.
pub fn autoscaler(hpa: &Object, old: Option<&Object>) -> Errors {
    let (spec, mut errors) = (&hpa["spec"], Errors::new());
    if pod::is_spec_kept(hpa, old) {
        return errors;
    }
    let (least, most) = (&spec["minReplicas"], &spec["maxReplicas"]);
    let max = Json::from(int(most));
    if least.int().is_some_and(|n| n < 1) {
        errors.push(FieldError::invalid("spec.minReplicas", least, "must be greater than or equal to 1"));
    }
    if int(most) < 1 {
        errors.push(FieldError::invalid("spec.maxReplicas", &max, "must be greater than or equal to 1"));
    }
    if least.int().is_some_and(|n| int(most) < n) {
        let why = "must be greater than or equal to `minReplicas`";
        errors.push(FieldError::invalid("spec.maxReplicas", &max, why));
    }
    reference(&spec["scaleTargetRef"], "spec.scaleTargetRef", &mut errors);
    for (i, metric_) in spec["metrics"].list().iter().enumerate() {
        metric(metric_, &format!("spec.metrics[{i}]"), &mut errors);
    }
    for way in ["scaleUp", "scaleDown"] {
        let rules_ = &spec["behavior"][way];
        if !rules_.is_null() {
            rules(rules_, &format!("spec.behavior.{way}"), &mut errors);
        }
    }
    errors
}

fn reference(reference: &Json, path: &str, errors: &mut Errors) {
    for field in ["kind", "name"] {
        if check::required(reference, path, field, errors) {
            for why in names::path_segment(reference[field].text()) {
                errors.push(FieldError::invalid(format!("{path}.{field}"), &reference[field], &why));
            }
        }
    }
}

fn metric(metric: &Json, path: &str, errors: &mut Errors) {
    let type_ = metric["type"].text();
    if type_.is_empty() {
        errors.push(FieldError::required(format!("{path}.type"), "must specify a metric source type"));
    }
    let expected = SOURCES.iter().find(|(name, _)| *name == type_).map(|(_, field)| *field);
    if expected.is_none() && !type_.is_empty() {
        let all = SOURCES.map(|(name, _)| name);
        errors.push(FieldError::unsupported(format!("{path}.type"), &metric["type"], &all));
    }
    for (_, field) in SOURCES {
        if !metric[field].is_null() {
            source(&metric[field], field, &format!("{path}.{field}"), errors);
        }
    }
    let Some(expected) = expected else { return };
    if metric[expected].is_null() {
        let why = "must populate information for the given metric source";
        errors.push(FieldError::required(format!("{path}.{expected}"), why));
    }
    for (_, other) in SOURCES.iter().filter(|(_, f)| *f != expected && !metric[*f].is_null()) {
        let why = "must populate the given metric source only";
        errors.push(FieldError::forbidden(format!("{path}.{other}"), why));
    }
}

fn source(source: &Json, kind: &str, path: &str, errors: &mut Errors) {
    match kind {
        "object" => {
            reference(&source["describedObject"], &format!("{path}.describedObject"), errors);
            name(&source["metric"], &format!("{path}.metric"), errors);
        }
        "pods" | "external" => name(&source["metric"], &format!("{path}.metric"), errors),
        _ => {
            if source["name"].is_empty() {
                errors.push(FieldError::required(format!("{path}.name"), "must specify a resource name"));
            }
            if kind == "containerResource" && source["container"].is_empty() {
                errors.push(FieldError::required(format!("{path}.container"), "must specify a container"));
            }
        }
    }
    let (target, at) = (&source["target"], format!("{path}.target"));
    goal(target, &at, errors);
    let has = |field: &str| !target[field].is_null();
    match kind {
        "object" if !has("value") && !has("averageValue") => {
            let why = "must set either a target value or averageValue";
            errors.push(FieldError::required(format!("{at}.averageValue"), why));
        }
        "pods" if !has("averageValue") => {
            let why = "must specify a positive target averageValue";
            errors.push(FieldError::required(format!("{at}.averageValue"), why));
        }
        "external" if !has("value") && !has("averageValue") => {
            let why = "must set either a target value for metric or a per-pod target";
            errors.push(FieldError::required(format!("{at}.averageValue"), why));
        }
        "external" if has("value") && has("averageValue") => {
            let why = "may not set both a target value for metric and a per-pod target";
            errors.push(FieldError::forbidden(format!("{at}.value"), why));
        }
        "resource" | "containerResource" => match (has("averageUtilization"), has("averageValue")) {
            (false, false) => {
                let why = "must set either a target raw value or a target utilization";
                errors.push(FieldError::required(format!("{at}.averageUtilization"), why));
            }
            (true, true) => {
                let why = "may not set both a target raw value and a target utilization";
                errors.push(FieldError::forbidden(format!("{at}.averageValue"), why));
            }
            _ => {}
        },
        _ => {}
    }
}

fn name(identifier: &Json, path: &str, errors: &mut Errors) {
    let at = format!("{path}.name");
    if identifier["name"].is_empty() {
        errors.push(FieldError::required(at, "must specify a metric name"));
        return;
    }
    for why in names::path_segment(identifier["name"].text()) {
        errors.push(FieldError::invalid(at.as_str(), &identifier["name"], &why));
    }
}

fn goal(target: &Json, path: &str, errors: &mut Errors) {
    let type_ = target["type"].text();
    if type_.is_empty() {
        errors.push(FieldError::required(format!("{path}.type"), "must specify a metric target type"));
    }
    if !["Utilization", "Value", "AverageValue"].contains(&type_) {
        let why = "must be either Utilization, Value, or AverageValue";
        errors.push(FieldError::invalid(format!("{path}.type"), &type_.into(), why));
    }
    for field in ["value", "averageValue"] {
        let value = &target[field];
        if !value.is_null() && quantity::parse_milli(&plain(value)).is_some_and(|n| n <= 0) {
            errors.push(FieldError::invalid(format!("{path}.{field}"), value, "must be positive"));
        }
    }
    let utilization = &target["averageUtilization"];
    if utilization.int().is_some_and(|n| n < 1) {
        let at = format!("{path}.averageUtilization");
        errors.push(FieldError::invalid(at, utilization, "must be greater than 0"));
    }
}

fn rules(rules: &Json, path: &str, errors: &mut Errors) {
    let (window, at) = (&rules["stabilizationWindowSeconds"], format!("{path}.stabilizationWindowSeconds"));
    match window.int() {
        Some(..0) => {
            errors.push(FieldError::invalid(at, window, "must be greater than or equal to zero"));
        }
        Some(n) if n > WINDOW_S_MAX => {
            let why = format!("must be less than or equal to {WINDOW_S_MAX}");
            errors.push(FieldError::invalid(at, window, &why));
        }
        _ => {}
    }
    check::one_of(rules, path, "selectPolicy", &["Disabled", "Max", "Min"], errors);
    let (policies, at) = (rules["policies"].list(), format!("{path}.policies"));
    if policies.is_empty() {
        errors.push(FieldError::required(at.as_str(), "must specify at least one Policy"));
    }
    for (i, policy) in policies.iter().enumerate() {
        let at = format!("{at}[{i}]");
        if !["Percent", "Pods"].contains(&policy["type"].text()) {
            let field = format!("{at}.type");
            errors.push(FieldError::unsupported(field, &policy["type"], &["Percent", "Pods"]));
        }
        for (field, most) in [("value", i64::MAX), ("periodSeconds", PERIOD_S_MAX)] {
            let value = int(&policy[field]);
            if value <= 0 {
                let why = "must be greater than zero";
                errors.push(FieldError::invalid(format!("{at}.{field}"), &value.into(), why));
            } else if value > most {
                let why = format!("must be less than or equal to {most}");
                errors.push(FieldError::invalid(format!("{at}.{field}"), &value.into(), &why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    fn with(field: &str, value: Json) -> Object {
        let spec = json!({"maxReplicas": 3, "minReplicas": 1, "scaleTargetRef": {"kind": "Deployment", "name": "a"}});
        Object(Json::object().with("spec", spec.with(field, value)))
    }

    #[test]
    fn bounds_and_references() {
        for (field, value, expect) in [
            ("maxReplicas", json!(3), vec![]),
            (
                "maxReplicas",
                json!(0),
                vec![
                    "spec.maxReplicas: Invalid value: 0: must be greater than or equal to 1",
                    "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
                ],
            ),
            (
                "minReplicas",
                json!(5),
                vec!["spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"],
            ),
            (
                "scaleTargetRef",
                json!({"kind": "Deployment"}),
                vec!["spec.scaleTargetRef.name: Required value"],
            ),
            (
                "behavior",
                json!({"scaleDown": {"stabilizationWindowSeconds": 4000, "policies": [{"type": "Pods", "value": 0, "periodSeconds": 2000}]}}),
                vec![
                    "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600",
                    "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
                    "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 2000: must be less than or equal to 1800",
                ],
            ),
        ] {
            assert_eq!(words(&autoscaler(&with(field, value.clone()), None)), expect, "{value}");
        }
    }

    #[test]
    fn metrics_are_checked() {
        let cpu = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}});
        let path = "spec.metrics[0]";
        for (metric, expect) in [
            (json!({"type": "Resource"}).with("resource", cpu.clone()), vec![]),
            (
                json!({"type": "Pods"}).with("resource", cpu),
                vec![
                    format!(
                        "{path}.pods: Required value: must populate information for the given metric source"
                    ),
                    format!("{path}.resource: Forbidden: must populate the given metric source only"),
                ],
            ),
            (
                json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}),
                vec![format!(
                    "{path}.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization"
                )],
            ),
            (
                json!({"type": "Weird"}),
                vec![format!(
                    "{path}.type: Unsupported value: \"Weird\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\""
                )],
            ),
        ] {
            let hpa = with("metrics", Json::from(vec![metric.clone()]));
            assert_eq!(words(&autoscaler(&hpa, None)), expect, "{metric}");
        }
    }
}
