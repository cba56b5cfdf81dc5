//! What is wrong with a pod's `topologySpreadConstraints`. Models `validateTopologySpreadConstraints`.

use std::collections::BTreeSet;

use super::{
    cells,
    check::{self, Errors},
};
use crate::{api::names, json::Json, status::FieldError};

const NOT_POSITIVE: &str = "must be greater than zero";

/// All constraints of a pod's `spec`.
pub fn check(spec: &Json, path: &str, errors: &mut Errors) {
    let all = spec["topologySpreadConstraints"].list();
    for (i, one) in all.iter().enumerate() {
        let at = format!("{path}.topologySpreadConstraints[{i}]");
        if cells::int(&one["maxSkew"]) <= 0 {
            let value = cells::int(&one["maxSkew"]).into();
            errors.push(FieldError::invalid(format!("{at}.maxSkew"), &value, NOT_POSITIVE));
        }
        if one["topologyKey"].is_empty() {
            errors.push(FieldError::required(format!("{at}.topologyKey"), "can not be empty"));
        }
        let action = one["whenUnsatisfiable"].text();
        let actions = &["DoNotSchedule", "ScheduleAnyway"];
        if !actions.contains(&action) {
            errors.push(FieldError::unsupported(format!("{at}.whenUnsatisfiable"), &action.into(), actions));
        }
        let same = |other: &&Json| ["topologyKey", "whenUnsatisfiable"].iter().all(|f| one[*f] == other[*f]);
        if all[i + 1..].iter().any(|other| same(&other)) {
            let value = format!("{{{}, {action}}}", one["topologyKey"].text());
            errors.push(FieldError::duplicate(
                format!("{at}.{{topologyKey, whenUnsatisfiable}}"),
                &value.into(),
            ));
        }
        min_domains(&one["minDomains"], action, &format!("{at}.minDomains"), errors);
        check::one_of(one, &at, "nodeAffinityPolicy", &["Honor", "Ignore"], errors);
        check::one_of(one, &at, "nodeTaintsPolicy", &["Honor", "Ignore"], errors);
        match_label_keys(one, &format!("{at}.matchLabelKeys"), errors);
        check::label_selector(&one["labelSelector"], &format!("{at}.labelSelector"), errors);
    }
}

fn min_domains(value: &Json, action: &str, at: &str, errors: &mut Errors) {
    if value.int().is_some_and(|n| n <= 0) {
        errors.push(FieldError::invalid(at, value, NOT_POSITIVE));
    }
    if !value.is_null() && action != "DoNotSchedule" {
        let why = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
        errors.push(FieldError::invalid(at, value, &why));
    }
}

fn match_label_keys(one: &Json, at: &str, errors: &mut Errors) {
    let (keys, selector) = (one["matchLabelKeys"].list(), &one["labelSelector"]);
    if !keys.is_empty() && selector.is_null() {
        errors.push(FieldError::forbidden(at, "must not be specified when labelSelector is not set"));
    }
    let named = selector["matchLabels"].entries().map(|(key, _)| key.as_str());
    let expressed = selector["matchExpressions"].list().iter().map(|e| e["key"].text());
    let selected: BTreeSet<&str> = named.chain(expressed).collect();
    for (i, key) in keys.iter().enumerate() {
        let at = format!("{at}[{i}]");
        for problem in names::qualified_name(key.text()) {
            errors.push(FieldError::invalid(at.as_str(), key, &problem));
        }
        if selected.contains(key.text()) {
            errors.push(FieldError::invalid(at, key, "exists in both matchLabelKeys and labelSelector"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn constraints_are_checked() {
        let at = "spec.topologySpreadConstraints[0]";
        let good = json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"});
        let soft = json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"});
        for (all, expect) in [
            (json!([good.clone(), soft.clone()]), vec![]),
            (
                json!([{"maxSkew": 0, "whenUnsatisfiable": "Foo"}]),
                vec![
                    ".maxSkew: Invalid value: 0: must be greater than zero",
                    ".topologyKey: Required value: can not be empty",
                    r#".whenUnsatisfiable: Unsupported value: "Foo": supported values: "DoNotSchedule", "ScheduleAnyway""#,
                ],
            ),
            (
                json!([good.clone(), good.clone()]),
                vec![r#".{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}""#],
            ),
            (
                json!([soft.clone().with("minDomains", 2i64)]),
                vec![
                    ".minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
                ],
            ),
            (
                json!([good.clone().with("matchLabelKeys", json!(["a"]))]),
                vec![".matchLabelKeys: Forbidden: must not be specified when labelSelector is not set"],
            ),
            (
                json!([good.clone().with("matchLabelKeys", json!(["a"])).with(
                    "labelSelector",
                    json!({"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "k", "operator": "Is"}]})
                )]),
                vec![
                    r#".matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector"#,
                    r#".labelSelector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator"#,
                ],
            ),
        ] {
            let mut errors = Vec::new();
            check(&Json::object().with("topologySpreadConstraints", all.clone()), "spec", &mut errors);
            let expect: Vec<String> = expect.iter().map(|words| format!("{at}{words}")).collect();
            assert_eq!(words(&errors), expect, "{all}");
        }
    }
}
