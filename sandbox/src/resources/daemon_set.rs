//! Models apps/v1 DaemonSet.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check::{self, Errors},
    pod, pod_check, pod_spec, workload_check,
};
use crate::{api::age, clock::Time, json, json::Json, object::Object, selector::Labels, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ds"],
    categories: &["all"],
    status: true,
    generation: true,
    default,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "DaemonSet", "daemonsets", "daemonset")
};

/// Counts changes of the template; old clients read it.
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::int("Desired"),
    Column::int("Current"),
    Column::int("Ready"),
    Column::int("Up-to-date"),
    Column::int("Available"),
    Column::new("Node Selector"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
    Column::new("Selector").wide(),
];

fn row(set: &Object, now: Time) -> Row {
    let (spec, status) = (&set["spec"], &set["status"]);
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        set.name().into(),
        int(&status["desiredNumberScheduled"]).into(),
        int(&status["currentNumberScheduled"]).into(),
        int(&status["numberReady"]).into(),
        int(&status["updatedNumberScheduled"]).into(),
        int(&status["numberAvailable"]).into(),
        cells::labels(&spec["template"]["spec"]["nodeSelector"]),
        age(set, now),
        names,
        images,
        cells::selector(&spec["selector"]),
    ]
}

fn default(set: &mut Object) {
    let spec = &mut set["spec"];
    spec.default_to("revisionHistoryLimit", 10i64);
    let strategy = &mut spec["updateStrategy"];
    strategy.default_to("type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        strategy["rollingUpdate"].default_to("maxUnavailable", 1i64);
        strategy["rollingUpdate"].default_to("maxSurge", 0i64);
    }
    pod_spec::default_template(&mut spec["template"]);
}

fn prepare(set: &mut Object, old: Option<&Object>) {
    let generation = match old {
        None => {
            let none = json!({
                "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
            });
            set.set("status", none);
            template_generation(set).max(1)
        }
        Some(old) => {
            pod::share_spec(set, old);
            let changed = set["spec"]["template"] != old["spec"]["template"];
            template_generation(old) + i64::from(changed)
        }
    };
    set["metadata"]["annotations"].set(TEMPLATE_GENERATION, ecow::eco_format!("{generation}"));
}

/// What [`TEMPLATE_GENERATION`] says; 0 for nothing.
pub fn template_generation(set: &Object) -> i64 {
    set.annotation(TEMPLATE_GENERATION).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn validate(set: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&set["spec"], Vec::new());
    if pod::is_spec_kept(set, old) {
        return errors;
    }
    selector(spec, &mut errors);
    pod_check::spec(&spec["template"]["spec"], "spec.template.spec", &mut errors);
    workload_check::runs_for_ever(&spec["template"]["spec"], "DaemonSet", &mut errors);
    check::non_negative(spec, "spec", "minReadySeconds", &mut errors);
    strategy(&spec["updateStrategy"], &mut errors);
    check::non_negative(spec, "spec", "revisionHistoryLimit", &mut errors);
    workload_check::selector_is_kept(set, old, &mut errors);
    errors
}

fn selector(spec: &Json, errors: &mut Errors) {
    let (selector, labels) = (&spec["selector"], &spec["template"]["metadata"]["labels"]);
    check::label_selector(selector, "spec.selector", errors);
    if errors.is_empty() && (selector.is_null() || !Labels::from_object(selector).matches(labels)) {
        let why = "`selector` does not match template `labels`";
        let at = "spec.template.metadata.labels".into();
        errors.push(check::invalid_go(at, &check::go_map(labels), why));
    }
    if !selector.is_null() && selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty() {
        let why = "empty selector is invalid for daemonset";
        errors.push(check::invalid_go("spec.selector".into(), &check::go_selector(selector), why));
    }
}

fn strategy(strategy: &Json, errors: &mut Errors) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].text() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let path = "spec.updateStrategy.rollingUpdate";
            for field in ["maxUnavailable", "maxSurge"] {
                check::count_or_percent(&rolling[field], &format!("{path}.{field}"), true, errors);
            }
            let is_some = |field: &str| rolling[field].int() != Some(0) && rolling[field] != "0%";
            match (is_some("maxUnavailable"), is_some("maxSurge")) {
                (true, true) => {
                    let (at, value) = (format!("{path}.maxSurge"), go_int_or_string(&rolling["maxSurge"]));
                    let why = "may not be set when maxUnavailable is non-zero";
                    errors.push(check::invalid_go(at, &value, why));
                }
                (false, false) => {
                    let why = "cannot be 0 when maxSurge is 0";
                    errors.push(FieldError::required(format!("{path}.maxUnavailable"), why));
                }
                _ => {}
            }
        }
        other => errors.push(FieldError {
            reason: "FieldValueNotSupported",
            field: "spec.updateStrategy".into(),
            detail: format!(
                "Unsupported value: apps.DaemonSetUpdateStrategy{{Type:{other:?}, \
                 RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}}: supported values: \"RollingUpdate\", \"OnDelete\""
            ),
        }),
    }
}

fn go_int_or_string(value: &Json) -> String {
    match value.str() {
        Some(s) => format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{s:?}}}"),
        None => format!("intstr.IntOrString{{Type:0, IntVal:{}, StrVal:\"\"}}", int(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};

    fn set(strategy: Json) -> Object {
        let mut set = Object(
            json!({"metadata": {"name": "a"}, "spec": {"selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}),
        );
        set["spec"].set("updateStrategy", strategy);
        default(&mut set);
        set
    }

    #[test]
    fn strategies_are_filled_and_checked() {
        for (said, expect, wrong) in [
            (
                json!({}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}),
                vec![],
            ),
            (json!({"type": "OnDelete"}), json!({"type": "OnDelete"}), vec![]),
            (
                json!({"rollingUpdate": {"maxSurge": "10%"}}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": "10%"}}),
                vec![
                    "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"10%\"}: may not be set when maxUnavailable is non-zero",
                ],
            ),
            (
                json!({"rollingUpdate": {"maxUnavailable": 0}}),
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 0}}),
                vec![
                    "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
                ],
            ),
        ] {
            let made = set(said);
            assert_eq!(made["spec"]["updateStrategy"], expect);
            assert_eq!(words(&validate(&made, None)), wrong);
        }
    }

    #[test]
    fn the_template_is_counted() {
        let mut first = set(json!({}));
        prepare(&mut first, None);
        assert_eq!(template_generation(&first), 1);
        let mut kept = first.clone();
        kept["metadata"].set("annotations", Json::Null);
        prepare(&mut kept, Some(&first));
        assert_eq!(template_generation(&kept), 1);
        let mut changed = first.clone();
        changed["spec"]["template"]["metadata"]["labels"].set("b", "c");
        prepare(&mut changed, Some(&first));
        assert_eq!(template_generation(&changed), 2);
    }
}
