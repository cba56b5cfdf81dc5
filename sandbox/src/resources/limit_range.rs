//! Models v1 LimitRange.

use super::{Column, ResourceDef, Row, amount::Amount, cells::plain, check::Errors, pod_spec};
use crate::{clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["limits"],
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "LimitRange", "limitranges", "limitrange")
};

const COLUMNS: &[Column] = &[Column::name(), Column { type_: "date", ..Column::new("Created At") }];

fn row(range: &Object, _: Time) -> Row {
    vec![range.name().into(), range["metadata"]["creationTimestamp"].clone()]
}

/// Models `SetDefaults_LimitRangeItem`: what is left out follows from what is said.
fn default(range: &mut Object) {
    pod_spec::each(&mut range["spec"], "limits", |item| {
        if item["type"] != *"Container" {
            return;
        }
        for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
            for (name, amount) in item[from].clone().entries() {
                item[to].default_to(name, amount.clone());
            }
        }
    });
}

fn validate(range: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let items = range["spec"]["limits"].list();
    for (i, item) in items.iter().enumerate() {
        let at = format!("spec.limits[{i}]");
        if items[..i].iter().any(|before| before["type"] == item["type"]) {
            errors.push(FieldError::duplicate(format!("{at}.type"), &item["type"]));
        }
        if item["type"] == "Pod" {
            for field in ["default", "defaultRequest"] {
                if !item[field].is_empty() {
                    let why = "may not be specified when `type` is 'Pod'";
                    errors.push(FieldError::forbidden(format!("{at}.{field}"), why));
                }
            }
        }
        order(item, &at, &mut errors);
        ratio(item, &at, &mut errors);
    }
    errors
}

/// `min` ≤ `defaultRequest` ≤ `default` ≤ `max`; the error stands at the first of the two, and names both.
fn order(item: &Json, at: &str, errors: &mut Errors) {
    let pairs = [
        ("min", "max", "min", "min", "max"),
        ("min", "defaultRequest", "defaultRequest", "min", "default request"),
        ("defaultRequest", "max", "defaultRequest", "default request", "max"),
        ("min", "default", "default", "min", "default"),
        ("default", "max", "default", "default", "max"),
        ("defaultRequest", "default", "defaultRequest", "default request", "default limit"),
    ];
    for (low, high, field, low_word, high_word) in pairs {
        for (name, less) in item[low].entries() {
            let more = &item[high][name.as_str()];
            let (Some(a), Some(b)) = (Amount::read(less), Amount::read(more)) else { continue };
            if a > b {
                let why = format!(
                    "{low_word} value {} is greater than {high_word} value {}",
                    plain(less),
                    plain(more)
                );
                let value = Json::from(plain(&item[field][name.as_str()]));
                errors.push(FieldError::invalid(format!("{at}.{field}[{name}]"), &value, &why));
            }
        }
    }
}

fn ratio(item: &Json, at: &str, errors: &mut Errors) {
    for (name, value) in item["maxLimitRequestRatio"].entries() {
        if Amount::read(value).is_some_and(|ratio| ratio < Amount::count(1)) {
            let why = format!("ratio {} is less than 1", plain(value));
            let field = format!("{at}.maxLimitRequestRatio[{name}]");
            errors.push(FieldError::invalid(field, &plain(value).into(), &why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    fn of(item: &Json) -> Object {
        Object(Json::object().with("spec", Json::object().with("limits", vec![item.clone()])))
    }

    #[test]
    fn what_is_left_out_follows_from_what_is_said() {
        let mut range = of(&json!({"type": "Container", "max": {"cpu": "1"}, "min": {"memory": "1Mi"}}));
        default(&mut range);
        let expect = json!({"type": "Container", "max": {"cpu": "1"}, "min": {"memory": "1Mi"},
            "default": {"cpu": "1"}, "defaultRequest": {"cpu": "1", "memory": "1Mi"}});
        assert_eq!(range["spec"]["limits"][0], expect);
    }

    #[test]
    fn limits_are_in_order() {
        for (item, expect) in [
            (json!({"type": "Container", "min": {"cpu": "1"}, "max": {"cpu": "1000m"}}), vec![]),
            (
                json!({"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}, "default": {"x/y": "1"}}),
                vec![
                    "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
                    "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
                ],
            ),
            (
                json!({"type": "Container", "default": {"cpu": "2"}, "max": {"cpu": "1"}}),
                vec![
                    "spec.limits[0].default[cpu]: Invalid value: \"2\": default value 2 is greater than max value 1",
                ],
            ),
        ] {
            assert_eq!(words(&validate(&of(&item), None)), expect, "{item}");
        }
    }
}
