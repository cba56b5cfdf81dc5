//! Which objects a quota counts. Models `validateResourceQuotaScopes` and `validateScopedResourceSelectorRequirement`.

use super::{
    check::{self, Errors},
    resource_quota::is_standard,
};
use crate::{json::Json, status::FieldError};

const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
];

/// What pods ask for, which scopes that look at pods may be applied to.
const OF_PODS: &[&str] =
    &["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

const NOT_HERE: &str = "unsupported scope applied to resource";

/// `spec.scopes` and `spec.scopeSelector`.
pub fn check(spec: &Json, errors: &mut Errors) {
    let value = shown(&spec["scopes"]);
    let mut wrong = |why: &str| errors.push(check::invalid_go("spec.scopes".into(), &value, why));
    for scope in spec["scopes"].list() {
        if !SCOPES.contains(&scope.text()) {
            wrong("unsupported scope");
        }
        strangers(spec, scope.text()).for_each(|_| wrong(NOT_HERE));
    }
    let named: Vec<&str> = spec["scopes"].list().iter().map(Json::text).collect();
    conflicts(&named).for_each(|()| wrong("conflicting scopes"));
    selector(spec, &value, errors);
}

/// Scopes as Go prints them.
pub fn shown(scopes: &Json) -> String {
    check::go_list(scopes).replacen("[]string", "[]core.ResourceQuotaScope", 1)
}

/// Resources under the quota to which a scope means nothing.
fn strangers<'a>(spec: &'a Json, scope: &'a str) -> impl Iterator<Item = &'a str> {
    let fits = move |name: &str| match scope {
        "BestEffort" => name == "pods",
        scope => !SCOPES.contains(&scope) || OF_PODS.contains(&name),
    };
    let names = spec["hard"].entries().map(|(name, _)| name.as_str());
    names.filter(move |name| is_standard(name) && !fits(name))
}

fn conflicts(named: &[&str]) -> impl Iterator<Item = ()> {
    let pairs = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];
    pairs.into_iter().filter(|pair| pair.iter().all(|scope| named.contains(scope))).map(|_| ())
}

fn selector(spec: &Json, scopes: &str, errors: &mut Errors) {
    let at = "spec.scopeSelector.matchExpressions";
    let all = &spec["scopeSelector"]["matchExpressions"];
    for one in all.list() {
        let scope = one["scopeName"].text();
        if !SCOPES.contains(&scope) {
            errors.push(FieldError::invalid(
                format!("{at}.scopeName"),
                &one["scopeName"],
                "unsupported scope",
            ));
        }
        for _ in strangers(spec, scope) {
            errors.push(check::invalid_go(at.into(), &shown_selector(all), NOT_HERE));
        }
        operator(one, at, errors);
    }
    let named: Vec<&str> = all.list().iter().map(|one| one["scopeName"].text()).collect();
    for () in conflicts(&named) {
        errors.push(check::invalid_go(at.into(), scopes, "conflicting scopes"));
    }
}

fn operator(one: &Json, at: &str, errors: &mut Errors) {
    let operator = &one["operator"];
    let is_priority = one["scopeName"] == "PriorityClass";
    if !is_priority && SCOPES.contains(&one["scopeName"].text()) && *operator != "Exists" {
        let why = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
        errors.push(FieldError::invalid(format!("{at}.operator"), operator, why));
    }
    match (operator.text(), one["values"].is_empty()) {
        ("In" | "NotIn", true) => {
            let why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
            errors.push(FieldError::required(format!("{at}.values"), why));
        }
        ("Exists" | "DoesNotExist", false) => {
            let why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
            errors.push(check::invalid_go(format!("{at}.values"), &check::go_list(&one["values"]), why));
        }
        ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => {}
        _ => errors.push(FieldError::invalid(
            format!("{at}.operator"),
            operator,
            "not a valid selector operator",
        )),
    }
}

fn shown_selector(all: &Json) -> String {
    let type_ = "core.ScopedResourceSelectorRequirement";
    let one = |one: &Json| {
        let (scope, operator) = (one["scopeName"].text(), one["operator"].text());
        let values = check::go_list(&one["values"]);
        format!("{type_}{{ScopeName:{scope:?}, Operator:{operator:?}, Values:{values}}}")
    };
    let all: Vec<String> = all.list().iter().map(one).collect();
    format!("core.ScopeSelector{{MatchExpressions:[]{type_}{{{}}}}}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn scopes_fit_each_other_and_the_resources() {
        let both =
            r#"spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}: "#;
        for (spec, expect) in [
            (json!({"hard": {"pods": "1", "count/jobs.batch": "1"}, "scopes": ["BestEffort"]}), vec![]),
            (json!({"hard": {"requests.cpu": "1"}, "scopes": ["Terminating", "NotBestEffort"]}), vec![]),
            (
                json!({"hard": {"services": "1"}, "scopes": ["BestEffort"]}),
                vec![r#"spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource"#.to_owned()],
            ),
            (json!({"scopes": ["BestEffort", "NotBestEffort"]}), vec![format!("{both}conflicting scopes")]),
            (
                json!({"hard": {"pods": "1"}, "scopes": ["x"]}),
                vec![r#"spec.scopes: Invalid value: []core.ResourceQuotaScope{"x"}: unsupported scope"#.to_owned()],
            ),
            (
                json!({"hard": {"secrets": "1"}, "scopeSelector": {"matchExpressions": [
                    {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}}),
                vec![r#"spec.scopeSelector.matchExpressions: Invalid value: core.ScopeSelector{MatchExpressions:[]core.ScopedResourceSelectorRequirement{core.ScopedResourceSelectorRequirement{ScopeName:"PriorityClass", Operator:"In", Values:[]string{"high"}}}}: unsupported scope applied to resource"#.to_owned()],
            ),
            (
                json!({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]}}),
                vec!["spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector".to_owned()],
            ),
        ] {
            let mut errors = Vec::new();
            check(&spec, &mut errors);
            assert_eq!(words(&errors), expect, "{spec}");
        }
    }
}
