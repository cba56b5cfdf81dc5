//! What is wrong with a job's policies. Models `validatePodFailurePolicy` and `validateSuccessPolicy` of
//! `kubernetes/pkg/apis/batch/validation`. Omits: the order of patterns, names of conditions as qualified names.

use super::{
    cells::int,
    check::{self, Errors},
    job_check::is_indexed,
};
use crate::{json::Json, status::FieldError};

const RULES_MAX: usize = 20;
const EXIT_CODES_MAX: usize = 255;

/// `podFailurePolicy`.
pub(super) fn failure(spec: &Json, path: &str, errors: &mut Errors) {
    let (policy, path) = (&spec["podFailurePolicy"], format!("{path}.podFailurePolicy.rules"));
    let rules = policy["rules"].list();
    if rules.len() > RULES_MAX {
        errors.push(too_many(&path, rules.len(), RULES_MAX));
    }
    for (i, rule) in rules.iter().enumerate() {
        let at = format!("{path}[{i}]");
        action(spec, rule, &at, errors);
        let (codes, conditions) = (&rule["onExitCodes"], rule["onPodConditions"].list());
        if !codes.is_null() {
            exit_codes(spec, codes, &format!("{at}.onExitCodes"), errors);
        }
        for (j, pattern) in conditions.iter().enumerate() {
            let at = format!("{at}.onPodConditions[{j}]");
            check::required(pattern, &at, "type", errors);
            check::one_of(pattern, &at, "status", &["False", "True", "Unknown"], errors);
        }
        if !codes.is_null() && !conditions.is_empty() {
            let why = "specifying both OnExitCodes and OnPodConditions is not supported";
            errors.push(FieldError::invalid(at.as_str(), rule, why));
        } else if codes.is_null() && conditions.is_empty() {
            let why = "specifying one of OnExitCodes and OnPodConditions is required";
            errors.push(FieldError::invalid(at.as_str(), rule, why));
        }
    }
}

fn too_many(path: &str, have: usize, most: usize) -> FieldError {
    FieldError {
        reason: "FieldValueTooMany",
        field: path.into(),
        detail: format!("Too many: {have}: must have at most {most} items"),
    }
}

fn action(spec: &Json, rule: &Json, path: &str, errors: &mut Errors) {
    let by_index = !spec["backoffLimitPerIndex"].is_null();
    let known = ["Count", "FailIndex", "FailJob", "Ignore"];
    if !check::required(rule, path, "action", errors) {
        return;
    }
    if rule["action"] == "FailIndex" && !by_index {
        let why = "requires the backoffLimitPerIndex to be set";
        errors.push(FieldError::invalid(format!("{path}.action"), &rule["action"], why));
        return;
    }
    check::one_of(rule, path, "action", &known, errors);
}

fn exit_codes(spec: &Json, codes: &Json, path: &str, errors: &mut Errors) {
    if check::required(codes, path, "operator", errors) {
        check::one_of(codes, path, "operator", &["In", "NotIn"], errors);
    }
    let name = &codes["containerName"];
    let pod = &spec["template"]["spec"];
    let mut all = pod["containers"].list().iter().chain(pod["initContainers"].list());
    if !name.is_null() && !all.any(|c| c["name"] == *name) {
        let why = "must be one of the container or initContainer names in the pod template";
        errors.push(FieldError::invalid(format!("{path}.containerName"), name, why));
    }
    let (values, at) = (codes["values"].list(), format!("{path}.values"));
    if values.is_empty() {
        errors.push(FieldError::invalid(at.as_str(), &codes["values"], "at least one value is required"));
    } else if values.len() > EXIT_CODES_MAX {
        errors.push(too_many(&at, values.len(), EXIT_CODES_MAX));
    }
    for (i, value) in values.iter().enumerate() {
        if codes["operator"] == "In" && *value == crate::json!(0) {
            let why = "must not be 0 for the In operator";
            errors.push(FieldError::invalid(format!("{at}[{i}]"), value, why));
        }
        if values[..i].contains(value) {
            errors.push(FieldError::duplicate(format!("{at}[{i}]"), value));
        }
        if i > 0 && int(value) < int(&values[i - 1]) {
            errors.push(FieldError::invalid(at.as_str(), &codes["values"], "must be ordered"));
        }
    }
}

/// `successPolicy`.
pub(super) fn success(spec: &Json, path: &str, errors: &mut Errors) {
    let (policy, at) = (&spec["successPolicy"], format!("{path}.successPolicy"));
    if policy.is_null() {
        return;
    }
    if !is_indexed(spec) {
        errors.push(FieldError::invalid(at.as_str(), policy, "requires indexed completion mode"));
        return;
    }
    let (rules, at) = (policy["rules"].list(), format!("{at}.rules"));
    if rules.is_empty() {
        errors.push(FieldError::required(
            at.as_str(),
            "at least one rules must be specified when the successPolicy is specified",
        ));
    }
    if rules.len() > RULES_MAX {
        errors.push(too_many(&at, rules.len(), RULES_MAX));
    }
    for (i, rule) in rules.iter().enumerate() {
        success_rule(spec, rule, &format!("{at}[{i}]"), errors);
    }
}

fn success_rule(spec: &Json, rule: &Json, path: &str, errors: &mut Errors) {
    let (indexes, count) = (&rule["succeededIndexes"], &rule["succeededCount"]);
    if indexes.is_null() && count.is_null() {
        errors.push(FieldError::required(
            path,
            "at least one of succeededCount or succeededIndexes must be specified",
        ));
    }
    let completions = int(&spec["completions"]);
    if let Some(text) = indexes.str() {
        let at = format!("{path}.succeededIndexes");
        match super::indexes::parse(text, completions) {
            Ok(set) => {
                if count.int().is_some_and(|n| n > set.len()) {
                    let why = format!(
                        "must be less than or equal to {} (the number of indexes in the specified succeededIndexes field)",
                        set.len()
                    );
                    errors.push(FieldError::invalid(format!("{path}.succeededCount"), count, &why));
                }
            }
            Err(why) => {
                errors.push(FieldError::invalid(
                    at,
                    indexes,
                    &format!("error parsing succeededIndexes: {why}"),
                ));
            }
        }
    }
    if count.int().is_some_and(|n| n > completions) {
        let why =
            format!("must be less than or equal to {completions} (the number of specified completions)");
        errors.push(FieldError::invalid(format!("{path}.succeededCount"), count, &why));
    }
    check::non_negative(rule, path, "succeededCount", errors);
}

/// A template in a message. Go prints the whole struct with the addresses of what it points to, which say nothing; here it is
/// the object that was sent.
pub(super) fn go_template(template: &Json) -> String {
    template.to_string()
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn policies_are_right_or_wrong() {
        let rule = |rule: Json| {
            json!({"completionMode": "Indexed", "completions": 3,
            "template": {"spec": {"containers": [{"name": "c"}]}}})
            .with("podFailurePolicy", Json::object().with("rules", vec![rule]))
        };
        let path = "spec.podFailurePolicy.rules[0]";
        for (said, expect) in [
            (
                json!({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}),
                vec![],
            ),
            (json!({"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1, 42]}}), vec![]),
            (
                json!({"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [1]}}),
                vec![format!(
                    "{path}.action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set"
                )],
            ),
            (
                json!({"action": "Count", "onExitCodes": {"operator": "In", "values": [0], "containerName": "x"}}),
                vec![
                    format!(
                        "{path}.onExitCodes.containerName: Invalid value: \"x\": must be one of the container or initContainer names in the pod template"
                    ),
                    format!(
                        "{path}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator"
                    ),
                ],
            ),
        ] {
            let mut errors = vec![];
            failure(&rule(said.clone()), "spec", &mut errors);
            assert_eq!(words(&errors), expect, "{said}");
        }
    }

    #[test]
    fn success_needs_indexes() {
        let path = "spec.successPolicy.rules[0]";
        for (rule, expect) in [
            (json!({"succeededIndexes": "0,2"}), vec![]),
            (json!({"succeededCount": 2}), vec![]),
            (
                json!({}),
                vec![format!(
                    "{path}: Required value: at least one of succeededCount or succeededIndexes must be specified"
                )],
            ),
            (
                json!({"succeededCount": 4}),
                vec![format!(
                    "{path}.succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)"
                )],
            ),
        ] {
            let policy = Json::object().with("rules", vec![rule.clone()]);
            let spec = json!({"completionMode": "Indexed", "completions": 3}).with("successPolicy", policy);
            let mut errors = vec![];
            success(&spec, "spec", &mut errors);
            assert_eq!(words(&errors), expect, "{rule}");
        }
    }
}
