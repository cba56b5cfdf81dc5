//! Models apps/v1 Deployment.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check::{self, Errors},
    pod, pod_spec, workload_check,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["deploy"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "Deployment", "deployments", "deployment")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Ready"),
    Column::new("Up-to-date"),
    Column::new("Available"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

fn row(deployment: &Object, now: Time) -> Row {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        deployment.name().into(),
        format!("{}/{}", int(&status["readyReplicas"]), int(&spec["replicas"])).into(),
        int(&status["updatedReplicas"]).into(),
        int(&status["availableReplicas"]).into(),
        age(deployment, now),
        names,
        images,
        cells::selector(&spec["selector"]),
    ]
}

fn default(deployment: &mut Object) {
    let spec = &mut deployment["spec"];
    spec.default_to("replicas", 1i64);
    spec.default_to("revisionHistoryLimit", 10i64);
    spec.default_to("progressDeadlineSeconds", 600i64);
    let strategy = &mut spec["strategy"];
    strategy.default_to("type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        strategy["rollingUpdate"].default_to("maxUnavailable", "25%");
        strategy["rollingUpdate"].default_to("maxSurge", "25%");
    }
    pod_spec::default_template(&mut spec["template"]);
}

fn prepare(deployment: &mut Object, old: Option<&Object>) {
    match old {
        None => deployment.set("status", Json::object()),
        Some(old) => pod::share_spec(deployment, old),
    }
}

fn validate(deployment: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&deployment["spec"], Vec::new());
    if pod::is_spec_kept(deployment, old) {
        return errors;
    }
    check::non_negative(spec, "spec", "replicas", &mut errors);
    workload_check::selector_and_template(spec, "deployment", &mut errors);
    strategy(&spec["strategy"], &mut errors);
    for field in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        check::non_negative(spec, "spec", field, &mut errors);
    }
    let (deadline, wait) = (&spec["progressDeadlineSeconds"], int(&spec["minReadySeconds"]));
    if deadline.int().is_some_and(|d| d <= wait) {
        let why = "must be greater than minReadySeconds";
        errors.push(FieldError::invalid("spec.progressDeadlineSeconds", deadline, why));
    }
    workload_check::selector_is_kept(deployment, old, &mut errors);
    errors
}

fn strategy(strategy: &Json, errors: &mut Errors) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].text() {
        "Recreate" => {
            if !rolling.is_null() {
                let why = "may not be specified when strategy `type` is 'Recreate'";
                errors.push(FieldError::forbidden("spec.strategy.rollingUpdate", why));
            }
        }
        "RollingUpdate" => {
            for field in ["maxUnavailable", "maxSurge"] {
                let at = format!("spec.strategy.rollingUpdate.{field}");
                check::count_or_percent(&rolling[field], &at, field == "maxUnavailable", errors);
            }
            let is_zero = |v: &Json| v.int() == Some(0) || *v == "0%";
            if is_zero(&rolling["maxUnavailable"]) && is_zero(&rolling["maxSurge"]) {
                let value = match rolling["maxUnavailable"].str() {
                    Some(s) => format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{s:?}}}"),
                    None => "intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}".into(),
                };
                let field = "spec.strategy.rollingUpdate.maxUnavailable".into();
                errors.push(check::invalid_go(field, &value, "may not be 0 when `maxSurge` is 0"));
            }
        }
        other => errors.push(FieldError {
            reason: "FieldValueNotSupported",
            field: "spec.strategy".into(),
            detail: format!(
                "Unsupported value: apps.DeploymentStrategy{{Type:{other:?}, \
                 RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}}: supported values: \"Recreate\", \"RollingUpdate\""
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::words;
    use super::*;
    use crate::json;

    #[test]
    fn a_strategy_gets_its_bounds() {
        for (said, expect) in [
            (
                json!({}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}),
            ),
            (
                json!({"rollingUpdate": {"maxSurge": 1}}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1}}),
            ),
            (json!({"type": "Recreate"}), json!({"type": "Recreate"})),
        ] {
            let mut d = Object(json!({"spec": {}}));
            d["spec"].set("strategy", said.clone());
            default(&mut d);
            assert_eq!(d["spec"]["strategy"], expect, "{said}");
            assert_eq!(d["spec"]["replicas"].int(), Some(1));
        }
    }

    #[test]
    fn strategies_and_numbers_are_checked() {
        let selector = json!({"matchLabels": {"app": "a"}});
        let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        for (field, value, expect) in [
            ("replicas", json!(0), vec![]),
            (
                "replicas",
                json!(-3),
                vec!["spec.replicas: Invalid value: -3: must be greater than or equal to 0"],
            ),
            (
                "strategy",
                json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
                vec![
                    "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: may not be 0 when `maxSurge` is 0",
                ],
            ),
            (
                "strategy",
                json!({"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
                vec![
                    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
                ],
            ),
            (
                "strategy",
                json!({"type": "Sideways"}),
                vec![
                    "spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:\"Sideways\", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: \"Recreate\", \"RollingUpdate\"",
                ],
            ),
            (
                "minReadySeconds",
                json!(700),
                vec![
                    "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
                ],
            ),
        ] {
            let spec = Json::object().with("selector", selector.clone()).with("template", template.clone());
            let mut d = Object(Json::object().with("spec", spec.with(field, value.clone())));
            default(&mut d);
            assert_eq!(words(&validate(&d, None)), expect, "{field} {value}");
        }
    }

    #[test]
    fn a_selector_is_immutable() {
        let make = |app: &str| {
            let mut d = Object(json!({"spec": {"selector": {"matchLabels": {"app": app}}, "template": {
                "metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}));
            default(&mut d);
            d
        };
        assert!(validate(&make("a"), Some(&make("a"))).is_empty());
        let expect = "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"b\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable";
        assert_eq!(words(&validate(&make("b"), Some(&make("a")))), [expect]);
    }
}
