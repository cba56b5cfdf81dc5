//! Models v1 ResourceQuota.

use std::collections::BTreeSet;

use super::{
    Column, ResourceDef, Row,
    amount::Amount,
    cells,
    check::{self, Errors},
    quota_scopes as scopes,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["quota"],
    status: true,
    returns_deleted: true,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "ResourceQuota", "resourcequotas", "resourcequota")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Request"), Column::new("Limit"), Column::new("Age")];

/// Resources without a slash that a quota may name, besides `hugepages-…` and `requests.`/`limits.` of the computing ones.
const STANDARD: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "services.nodeports",
    "services.loadbalancers",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
];

/// Those of them that are counted.
const WHOLE: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "services.nodeports",
    "services.loadbalancers",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
];

fn row(quota: &Object, now: Time) -> Row {
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (name, hard) in quota["status"]["hard"].entries() {
        let used = cells::plain(&quota["status"]["used"][name.as_str()]);
        let cell = format!("{name}: {}/{}", cells::or(&used, "0"), cells::plain(hard));
        if name.starts_with("limits.") { limits.push(cell) } else { requests.push(cell) }
    }
    vec![quota.name().into(), requests.join(", ").into(), limits.join(", ").into(), age(quota, now)]
}

fn prepare(quota: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        quota.set("status", Json::object());
    }
}

fn validate(quota: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for part in ["spec.hard", "status.hard", "status.used"] {
        for (name, amount) in quota.at(part).entries() {
            let at = format!("{part}[{name}]");
            resource_name(name, &at, &mut errors);
            quantity(name, amount, &at, &mut errors);
        }
    }
    scopes::check(&quota["spec"], &mut errors);
    if let Some(old) = old {
        let set = |o: &Object| -> BTreeSet<String> {
            o["spec"]["scopes"].list().iter().map(cells::plain).collect()
        };
        if set(old) != set(quota) {
            let value = scopes::shown(&quota["spec"]["scopes"]);
            errors.push(check::invalid_go("spec.scopes".into(), &value, "field is immutable"));
        }
    }
    errors
}

fn resource_name(name: &str, at: &str, errors: &mut Errors) {
    for problem in crate::api::names::qualified_name(name) {
        errors.push(check::invalid_go(at.into(), name, &problem));
    }
    if !name.contains('/') && !is_standard(name) {
        for why in
            ["must be a standard resource type or fully qualified", "must be a standard resource for quota"]
        {
            errors.push(check::invalid_go(at.into(), name, why));
        }
    }
}

/// A resource of Kubernetes' own that a quota may name.
pub fn is_standard(name: &str) -> bool {
    let is_huge = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("hugepages-"));
    STANDARD.contains(&name) || is_huge("") || is_huge("requests.")
}

fn quantity(name: &str, value: &Json, at: &str, errors: &mut Errors) {
    let Some(amount) = Amount::read(value) else { return };
    let shown = Json::from(cells::plain(value));
    if amount.is_negative() {
        errors.push(FieldError::invalid(at, &shown, "must be greater than or equal to 0"));
    }
    if !amount.is_whole() && (WHOLE.contains(&name) || name.starts_with("count/")) {
        errors.push(FieldError::invalid(at, &shown, "must be an integer"));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn hard_limits_are_checked() {
        for (hard, expect) in [
            (json!({"pods": "2", "requests.cpu": "1500m", "count/deployments.apps": "3"}), vec![]),
            (
                json!({"pods": "-1"}),
                vec!["spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0"],
            ),
            (json!({"pods": "1500m"}), vec!["spec.hard[pods]: Invalid value: \"1500m\": must be an integer"]),
            (
                json!({"bogus": "1"}),
                vec![
                    "spec.hard[bogus]: Invalid value: bogus: must be a standard resource type or fully qualified",
                    "spec.hard[bogus]: Invalid value: bogus: must be a standard resource for quota",
                ],
            ),
        ] {
            let quota = Object(Json::object().with("spec", Json::object().with("hard", hard.clone())));
            assert_eq!(words(&validate(&quota, None)), expect, "{hard}");
        }
    }

    #[test]
    fn requests_and_limits_have_a_cell_each() {
        let quota = Object(json!({"metadata": {"name": "q"}, "status": {
            "hard": {"limits.cpu": "2", "pods": "2", "requests.cpu": "1"}, "used": {"pods": "1", "requests.cpu": "600m"}}}));
        let row = row(&quota, Time(0));
        assert_eq!(row[1], "pods: 1/2, requests.cpu: 600m/1");
        assert_eq!(row[2], "limits.cpu: 0/2");
    }
}
