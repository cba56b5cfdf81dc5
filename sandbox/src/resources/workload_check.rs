//! What is wrong with a selector and a pod template. Models the validation that workloads share in
//! `kubernetes/pkg/apis/apps/validation`, and reads a workload's selector, whose form differs from kind to kind.

use super::{
    cells,
    check::{self, Errors, invalid_go},
    pod_check,
};
use crate::{json::Json, object::Object, selector::Labels, status::FieldError};

/// The pods of a workload. A ReplicationController has labels where others have a selector.
pub fn selector(workload: &Object) -> Labels {
    let selector = &workload["spec"]["selector"];
    if workload["kind"] == "ReplicationController" {
        Labels::from_map(selector)
    } else {
        Labels::from_object(selector)
    }
}

/// A workload's selector in a Table.
pub fn selector_cell(workload: &Object) -> Json {
    let selector = &workload["spec"]["selector"];
    if workload["kind"] == "ReplicationController" {
        cells::labels(selector)
    } else {
        cells::selector(selector)
    }
}

/// What is wrong with `spec.selector` and `spec.template`; `kind` as messages name it.
pub fn selector_and_template(spec: &Json, kind: &str, errors: &mut Errors) {
    let selector = &spec["selector"];
    let before = errors.len();
    if selector.is_null() {
        errors.push(FieldError::required("spec.selector", ""));
    } else {
        check::label_selector(selector, "spec.selector", errors);
        if errors.len() > before {
            let value = check::go_selector(selector);
            errors.push(invalid_go("spec.selector".into(), &value, "invalid label selector"));
            return;
        }
        if selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty() {
            let why = format!("empty selector is invalid for {kind}");
            errors.push(invalid_go("spec.selector".into(), &check::go_selector(selector), &why));
        }
    }
    let (template, labels) = (&spec["template"], &spec["template"]["metadata"]["labels"]);
    if selector.is_null() || !Labels::from_object(selector).matches(labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(invalid_go("spec.template.metadata.labels".into(), &check::go_map(labels), why));
    }
    // A StatefulSet's pods have volumes that its template does not: Kubernetes looks at each pod when it is made.
    if kind != "statefulset" {
        pod_check::spec(&template["spec"], "spec.template.spec", errors);
    }
    runs_for_ever(&template["spec"], go_kind(kind), errors);
}

fn go_kind(kind: &str) -> &str {
    match kind {
        "statefulset" => "StatefulSet",
        "daemonset" => "DaemonSet",
        // Deployments share the words of what they make.
        _ => "ReplicaSet",
    }
}

/// Pods of most workloads are restarted whenever they end, and have no deadline.
pub fn runs_for_ever(pod: &Json, kind: &str, errors: &mut Errors) {
    let policy = &pod["restartPolicy"];
    if ["OnFailure", "Never"].contains(&policy.text()) {
        errors.push(FieldError::unsupported("spec.template.spec.restartPolicy", policy, &["Always"]));
    }
    if !pod["activeDeadlineSeconds"].is_null() {
        let why = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.push(FieldError::forbidden("spec.template.spec.activeDeadlineSeconds", &why));
    }
}

/// A selector stays as it was made.
pub fn selector_is_kept(object: &Object, old: Option<&Object>, errors: &mut Errors) {
    let selector = &object["spec"]["selector"];
    if old.is_some_and(|old| old["spec"]["selector"] != *selector) {
        let value = check::go_selector(selector);
        errors.push(invalid_go("spec.selector".into(), &value, "field is immutable"));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn selectors_fit_their_templates() {
        let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        for (selector, template, expect) in [
            (json!({"matchLabels": {"app": "a"}}), template.clone(), vec![]),
            (
                json!(null),
                template.clone(),
                vec![
                    "spec.selector: Required value",
                    "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"a\"}: `selector` does not match template `labels`",
                ],
            ),
            (
                json!(null),
                json!({}),
                vec![
                    "spec.selector: Required value",
                    "spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`",
                    "spec.template.spec.containers: Required value",
                ],
            ),
            (
                json!({"matchExpressions": [{"key": "app", "operator": "Near", "values": ["a"]}]}),
                template,
                vec![
                    "spec.selector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector operator",
                    "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:\"app\", Operator:\"Near\", Values:[]string{\"a\"}}}}: invalid label selector",
                ],
            ),
        ] {
            let spec = Json::object().with("selector", selector).with("template", template);
            let mut errors = vec![];
            selector_and_template(&spec, "deployment", &mut errors);
            assert_eq!(words(&errors), expect, "{spec}");
        }
    }
}
