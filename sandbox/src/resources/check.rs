//! Checks that several kinds share, in Kubernetes' words. Models helpers of `kubernetes/pkg/apis/core/validation`
//! and how Go prints values in messages.

use super::{cells, quantity};
use crate::{api::names, json::Json, object::Object, status::FieldError};

/// Errors found so far.
pub type Errors = Vec<FieldError>;

const NOT_A_QUANTITY: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// Why a change is refused.
pub const IMMUTABLE: &str = "field is immutable";

/// `webhooks` of an admission configuration.
pub fn webhooks(configuration: &Object, _: Option<&Object>) -> Errors {
    let mut errors = Vec::new();
    for (i, hook) in configuration["webhooks"].list().iter().enumerate() {
        let path = format!("webhooks[{i}]");
        for field in ["name", "clientConfig", "sideEffects", "admissionReviewVersions"] {
            required(hook, &path, field, &mut errors);
        }
    }
    errors
}

/// A value that is printed as Go would, not as JSON.
pub fn invalid_go(field: String, value: &str, detail: &str) -> FieldError {
    FieldError {
        reason: "FieldValueInvalid",
        field: field.into(),
        detail: format!("Invalid value: {value}: {detail}"),
    }
}

/// `Not found: VALUE`.
pub fn not_found(field: String, value: &Json) -> FieldError {
    FieldError { reason: "FieldValueNotFound", field: field.into(), detail: format!("Not found: {value}") }
}

/// A field that may be missing, but not below 0.
pub fn non_negative(parent: &Json, path: &str, field: &str, errors: &mut Errors) {
    if parent[field].int().is_some_and(|n| n < 0) {
        non_negative_at(&parent[field], &format!("{path}.{field}"), errors);
    }
}

/// A value that may be missing, but not below 0.
pub fn non_negative_at(value: &Json, path: &str, errors: &mut Errors) {
    if value.int().is_some_and(|n| n < 0) {
        errors.push(FieldError::invalid(path, value, "must be greater than or equal to 0"));
    }
}

/// A field that may be missing, but not something else than these.
pub fn one_of(parent: &Json, path: &str, field: &str, supported: &[&str], errors: &mut Errors) {
    let value = &parent[field];
    if !value.is_null() && !supported.contains(&value.text()) {
        errors.push(FieldError::unsupported(format!("{path}.{field}"), value, supported));
    }
}

/// A field that must be there.
pub fn required(parent: &Json, path: &str, field: &str, errors: &mut Errors) -> bool {
    let missing = parent[field].is_empty();
    if missing {
        errors.push(FieldError::required(format!("{path}.{field}"), ""));
    }
    !missing
}

/// A port by number.
pub fn port_number(value: &Json, path: String, errors: &mut Errors) {
    let number = cells::int(value);
    if !(1..=65535).contains(&number) {
        errors.push(FieldError::invalid(path, &number.into(), "must be between 1 and 65535, inclusive"));
    }
}

/// A port by number or name.
pub fn port(value: &Json, path: String, errors: &mut Errors) {
    match value.str() {
        Some(name) => port_name(name, path, errors),
        None => port_number(value, path, errors),
    }
}

/// An IANA service name. Models `IsValidPortName`.
pub fn port_name(name: &str, path: String, errors: &mut Errors) {
    let value = Json::from(name);
    let mut wrong = |detail: &str| errors.push(FieldError::invalid(path.clone(), &value, detail));
    if name.len() > 15 {
        wrong("must be no more than 15 characters");
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        wrong("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    } else if !name.bytes().any(|b| b.is_ascii_lowercase()) {
        wrong("must contain at least one letter (a-z)");
    }
    if name.contains("--") {
        wrong("must not contain consecutive hyphens");
    }
    if name.starts_with('-') || name.ends_with('-') {
        wrong("must not begin or end with a hyphen");
    }
}

/// An RFC 1123 label that must be there.
pub fn label(value: &Json, path: &str, errors: &mut Errors) {
    if value.text().is_empty() {
        errors.push(FieldError::required(path, ""));
        return;
    }
    for problem in names::dns1123_label(value.text()) {
        errors.push(FieldError::invalid(path, value, &problem));
    }
}

/// In thousandths, however it is written.
fn milli(value: &Json) -> Option<i64> {
    let text = cells::plain(value);
    quantity::parse_milli(&text).or_else(|| quantity::parse_bytes(&text).map(|b| b.saturating_mul(1000)))
}

/// `resources` of a container.
pub fn resources(resources: &Json, path: &str, errors: &mut Errors) {
    for part in ["limits", "requests"] {
        for (name, value) in resources[part].entries() {
            let at = format!("{path}.{part}[{name}]");
            resource_name(name, &at, errors);
            let Some(amount) = milli(value) else {
                errors.push(FieldError::invalid(at, value, NOT_A_QUANTITY));
                continue;
            };
            let shown = Json::from(cells::plain(value));
            if amount < 0 {
                errors.push(FieldError::invalid(at, &shown, "must be greater than or equal to 0"));
            }
            let limit = &resources["limits"][name.as_str()];
            if part == "requests" && milli(limit).is_some_and(|limit| amount > limit) {
                let why = format!("must be less than or equal to {name} limit of {}", cells::plain(limit));
                errors.push(FieldError::invalid(format!("{path}.requests"), &shown, &why));
            }
        }
    }
}

fn resource_name(name: &str, path: &str, errors: &mut Errors) {
    let standard = ["cpu", "memory", "ephemeral-storage"].contains(&name) || name.starts_with("hugepages-");
    if !standard && !name.contains('/') {
        for detail in [
            "must be a standard resource type or fully qualified",
            "must be a standard resource for containers",
        ] {
            errors.push(invalid_go(path.into(), name, detail));
        }
    }
}

/// A count or a percentage; `whole_max`: not more than all.
pub fn count_or_percent(value: &Json, path: &str, whole_max: bool, errors: &mut Errors) {
    let Some(text) = value.str() else {
        if value.int().is_some_and(|n| n < 0) {
            errors.push(FieldError::invalid(path, value, "must be greater than or equal to 0"));
        }
        return;
    };
    match text.strip_suffix('%').map(|digits| (digits, digits.parse::<u32>())) {
        Some((digits, Ok(percent))) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            if percent > 100 && whole_max {
                errors.push(FieldError::invalid(path, value, "must not be greater than 100%"));
            }
        }
        _ => {
            let why = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
            errors.push(FieldError::invalid(path, value, why));
        }
    }
}

/// The expressions of a label selector. Models `ValidateLabelSelector`.
pub fn label_selector(selector: &Json, path: &str, errors: &mut Errors) {
    for (i, e) in selector["matchExpressions"].list().iter().enumerate() {
        let at = |field: &str| format!("{path}.matchExpressions[{i}].{field}");
        match (e["operator"].text(), e["values"].is_empty()) {
            ("In" | "NotIn", true) => {
                let why = "must be specified when `operator` is 'In' or 'NotIn'";
                errors.push(FieldError::required(at("values"), why));
            }
            ("Exists" | "DoesNotExist", false) => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.push(FieldError::forbidden(at("values"), why));
            }
            ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => {}
            _ => errors.push(FieldError::invalid(
                at("operator"),
                &e["operator"],
                "not a valid selector operator",
            )),
        }
    }
}

/// A map of strings as Go prints it.
pub fn go_map(map: &Json) -> String {
    if map.is_null() {
        return "map[string]string(nil)".into();
    }
    let all: Vec<String> = map.entries().map(|(k, v)| format!("{k:?}:{v}")).collect();
    format!("map[string]string{{{}}}", all.join(", "))
}

/// A list of strings as Go prints it.
pub fn go_list(list: &Json) -> String {
    if list.is_null() {
        return "[]string(nil)".into();
    }
    let all: Vec<String> = list.list().iter().map(Json::to_string).collect();
    format!("[]string{{{}}}", all.join(", "))
}

/// A label selector as Go prints it.
pub fn go_selector(selector: &Json) -> String {
    let type_ = "[]v1.LabelSelectorRequirement";
    let expressions = &selector["matchExpressions"];
    let one = |e: &Json| {
        let (key, operator, values) = (e["key"].text(), e["operator"].text(), go_list(&e["values"]));
        format!("v1.LabelSelectorRequirement{{Key:{key:?}, Operator:{operator:?}, Values:{values}}}")
    };
    let expressions = if expressions.is_null() {
        format!("{type_}(nil)")
    } else {
        let all: Vec<String> = expressions.list().iter().map(one).collect();
        format!("{type_}{{{}}}", all.join(", "))
    };
    format!(
        "v1.LabelSelector{{MatchLabels:{}, MatchExpressions:{expressions}}}",
        go_map(&selector["matchLabels"])
    )
}

#[cfg(test)]
pub(in crate::resources) mod tests {
    use super::*;
    use crate::json;

    /// Errors as messages show them.
    pub fn words(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect()
    }

    #[test]
    fn quantities_and_limits() {
        for (said, expect) in [
            (json!({"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"cpu": 1}}), vec![]),
            (
                json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
                vec!["r.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1"],
            ),
            (
                json!({"limits": {"cpu": "-1"}}),
                vec!["r.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0"],
            ),
            (
                json!({"limits": {"bogus": "1"}}),
                vec![
                    "r.limits[bogus]: Invalid value: bogus: must be a standard resource type or fully qualified",
                    "r.limits[bogus]: Invalid value: bogus: must be a standard resource for containers",
                ],
            ),
        ] {
            let mut errors = vec![];
            resources(&said, "r", &mut errors);
            assert_eq!(words(&errors), expect, "{said}");
        }
    }

    #[test]
    fn port_names() {
        for (name, wrong) in
            [("http", 0), ("This_Is_Bad", 1), ("80", 1), ("a--b", 1), ("-a", 1), ("sixteen-letters-", 2)]
        {
            let mut errors = vec![];
            port_name(name, "p".into(), &mut errors);
            assert_eq!(errors.len(), wrong, "{name}");
        }
    }
}
