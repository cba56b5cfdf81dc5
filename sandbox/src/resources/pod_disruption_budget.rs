//! Models policy/v1 PodDisruptionBudget.

use super::{
    Column, ResourceDef, Row,
    cells::{int, or, plain},
    check::{self, Errors, count_or_percent},
};
use crate::{api::age, clock::Time, json, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["pdb"],
    status: true,
    generation: true,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Min Available"),
    Column::new("Max Unavailable"),
    Column::int("Allowed Disruptions"),
    Column::new("Age"),
];

fn row(budget: &Object, now: Time) -> Row {
    let cell = |field: &str| Json::from(or(&plain(&budget["spec"][field]), "N/A"));
    vec![
        budget.name().into(),
        cell("minAvailable"),
        cell("maxUnavailable"),
        int(&budget["status"]["disruptionsAllowed"]).into(),
        age(budget, now),
    ]
}

fn prepare(budget: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        let none =
            json!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0});
        budget.set("status", none);
    }
}

fn validate(budget: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&budget["spec"], Vec::new());
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let why = "minAvailable and maxUnavailable cannot be both set";
        errors.push(check::invalid_go("spec".into(), &go_spec(spec), why));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        let at = format!("spec.{field}");
        count_or_percent(&spec[field], &at, true, &mut errors);
    }
    check::label_selector(&spec["selector"], "spec.selector", &mut errors);
    unhealthy(spec, &mut errors);
    errors
}

fn unhealthy(spec: &Json, errors: &mut Errors) {
    let known = ["IfHealthyBudget", "AlwaysAllow"];
    check::one_of(spec, "spec", "unhealthyPodEvictionPolicy", &known, errors);
}

/// The spec as Go prints it; its addresses in memory say nothing.
fn go_spec(spec: &Json) -> String {
    let pointer = |field: &str, type_: &str| {
        let at = if spec[field].is_null() { "nil" } else { "0xc000000000" };
        format!("(*{type_})({at})")
    };
    format!(
        "policy.PodDisruptionBudgetSpec{{MinAvailable:{}, Selector:{}, MaxUnavailable:{}, UnhealthyPodEvictionPolicy:{}}}",
        pointer("minAvailable", "intstr.IntOrString"),
        pointer("selector", "v1.LabelSelector"),
        pointer("maxUnavailable", "intstr.IntOrString"),
        pointer("unhealthyPodEvictionPolicy", "policy.UnhealthyPodEvictionPolicyType"),
    )
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};

    #[test]
    fn one_bound_and_no_more() {
        for (spec, expect) in [
            (json!({"minAvailable": 1}), vec![]),
            (
                json!({"minAvailable": -1}),
                vec!["spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                json!({"maxUnavailable": "101%"}),
                vec!["spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%"],
            ),
            (
                json!({"minAvailable": 1, "maxUnavailable": 1}),
                vec![
                    "spec: Invalid value: policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000000000), Selector:(*v1.LabelSelector)(nil), MaxUnavailable:(*intstr.IntOrString)(0xc000000000), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}: minAvailable and maxUnavailable cannot be both set",
                ],
            ),
        ] {
            let budget = Object(Json::object().with("spec", spec.clone()));
            assert_eq!(words(&validate(&budget, None)), expect, "{spec}");
        }
    }
}
