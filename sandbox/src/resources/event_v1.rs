//! Models events.k8s.io/v1 Event: the core group's Events in newer words.

use super::{EVENT, ResourceDef, View, event};
use crate::{api::names, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ev"],
    name_rule: names::path_segment,
    view: Some(View { of: EVENT, show, take, validate, fields: FIELDS }),
    columns: event::DEF.columns,
    row: event::DEF.row,
    ..ResourceDef::plain("events.k8s.io", "v1", "Event", "events", "event")
};

const FIELDS: &[(&str, &str)] = &[
    ("reason", "reason"),
    ("regarding.kind", "involvedObject.kind"),
    ("regarding.namespace", "involvedObject.namespace"),
    ("regarding.name", "involvedObject.name"),
    ("regarding.uid", "involvedObject.uid"),
    ("regarding.apiVersion", "involvedObject.apiVersion"),
    ("regarding.resourceVersion", "involvedObject.resourceVersion"),
    ("regarding.fieldPath", "involvedObject.fieldPath"),
    ("reportingController", "reportingComponent"),
    ("type", "type"),
];

/// What both have, under its name here and under that in the core group.
const NAMES: [(&str, &str); 14] = [
    ("metadata", "metadata"),
    ("eventTime", "eventTime"),
    ("series", "series"),
    ("action", "action"),
    ("reason", "reason"),
    ("related", "related"),
    ("type", "type"),
    ("reportingInstance", "reportingInstance"),
    ("reportingController", "reportingComponent"),
    ("regarding", "involvedObject"),
    ("note", "message"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
];
const COUNT: (&str, &str) = ("deprecatedCount", "count");

/// Moments that are shown as null where there are none.
const MOMENTS: [&str; 3] = ["eventTime", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"];

fn show(event: &Object) -> Object {
    let mut shown = Json::object();
    for (new, old) in NAMES.into_iter().chain([COUNT]) {
        shown.set(new, event[old].clone());
    }
    for moment in MOMENTS {
        shown.default_to(moment, Json::Null);
    }
    for part in ["regarding", "deprecatedSource"] {
        shown.default_to(part, Json::object());
    }
    for text in ["reportingController", "reportingInstance"] {
        if shown[text].is_empty() {
            shown.remove(text);
        }
    }
    shown.set("apiVersion", DEF.api_version());
    shown.set("kind", DEF.kind);
    Object(shown)
}

fn take(event: &Object) -> Object {
    let mut taken = Json::object();
    for (new, old) in NAMES.into_iter().chain([COUNT]) {
        taken.set(old, event[new].clone());
    }
    taken.set("apiVersion", event::DEF.api_version());
    taken.set("kind", event::DEF.kind);
    Object(taken)
}

/// Models `ValidateEventCreate` and `ValidateEventUpdate` for requests of this group. Omits: metadata, which every kind's is
/// looked at.
fn validate(event: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = event::check(event, "reportingController");
    match old {
        None => {
            check_series(event, &mut errors);
            check_new(event, &mut errors);
        }
        Some(old) => {
            if event["series"] != old["series"] {
                check_series(event, &mut errors);
            }
            check_kept(event, old, &mut errors);
        }
    }
    errors
}

fn check_series(event: &Object, errors: &mut Vec<FieldError>) {
    let series = &event["series"];
    if series.is_null() {
        return;
    }
    if series["count"].int().unwrap_or(0) < 2 {
        errors.push(FieldError::invalid("series.count", &"".into(), "should be at least 2"));
    }
    if series["lastObservedTime"].is_null() {
        errors.push(FieldError::required("series.lastObservedTime", ""));
    }
}

fn check_new(event: &Object, errors: &mut Vec<FieldError>) {
    if event["eventTime"].is_null() {
        errors.push(FieldError::required("eventTime", ""));
    }
    let type_ = event["type"].text();
    if !matches!(type_, "Normal" | "Warning") {
        errors.push(FieldError::invalid("type", &"".into(), &format!("has invalid value: {type_}")));
    }
    for field in ["firstTimestamp", "lastTimestamp", "count", "source"] {
        let unset = event[field].is_empty() || event[field].int() == Some(0);
        if !unset {
            errors.push(FieldError::invalid(field, &"".into(), "needs to be unset"));
        }
    }
}

/// What an update may not change.
fn check_kept(event: &Object, old: &Object, errors: &mut Vec<FieldError>) {
    let stored = |object: &Object, field: &str| {
        if object[field].is_empty() { Json::Null } else { object[field].clone() }
    };
    for (field, named) in [
        ("involvedObject", "involvedObject"),
        ("reason", "reason"),
        ("message", "message"),
        ("source", "source"),
        ("firstTimestamp", "firstTimestamp"),
        ("lastTimestamp", "lastTimestamp"),
        ("count", "count"),
        ("eventTime", "eventTime"),
        ("type", "type"),
        ("action", "action"),
        ("related", "related"),
        ("reportingComponent", "reportingController"),
        ("reportingInstance", "reportingInstance"),
    ] {
        if stored(event, field) != stored(old, field) {
            errors.push(FieldError::invalid(named, &event[field], "field is immutable"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_event_is_the_same_in_both_groups() {
        let core = Object(json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "a"}, "count": 3,
            "involvedObject": {"kind": "Pod", "name": "p"}, "message": "x", "reason": "R", "type": "Normal",
            "source": {"component": "kubelet", "host": "n"}, "firstTimestamp": "2026-11-24T00:00:00Z",
            "lastTimestamp": "2026-11-24T00:00:00Z", "eventTime": null,
            "reportingComponent": "kubelet", "reportingInstance": "n",
        }));
        let shown = show(&core);
        for (path, expect) in [
            ("apiVersion", json!("events.k8s.io/v1")),
            ("note", json!("x")),
            ("regarding", json!({"kind": "Pod", "name": "p"})),
            ("deprecatedCount", json!(3)),
            ("deprecatedSource", json!({"component": "kubelet", "host": "n"})),
            ("reportingController", json!("kubelet")),
            ("eventTime", Json::Null),
        ] {
            assert_eq!(*shown.at(path), expect, "{path}");
        }
        let mut back = take(&shown);
        back.map_mut().insert("eventTime", Json::Null);
        assert_eq!(back, core);
    }

    #[test]
    fn a_new_event_is_held_to_the_new_rules() {
        let good = json!({"metadata": {"name": "e", "namespace": "a"}, "eventTime": "2026-11-24T00:00:00.000000Z",
            "type": "Normal", "reason": "R", "action": "A", "reportingController": "x.example/c",
            "reportingInstance": "i", "regarding": {"namespace": "a"}});
        for (field, value, expect) in [
            ("type", json!("Normal"), ""),
            ("type", json!("Odd"), "type: Invalid value: \"\": has invalid value: Odd"),
            ("action", json!(""), "action: Required value"),
            ("deprecatedCount", json!(2), "count: Invalid value: \"\": needs to be unset"),
            ("eventTime", Json::Null, "eventTime: Required value"),
            (
                "reportingController",
                json!(""),
                "reportingController: Required value, reportingController: Invalid value",
            ),
            (
                "series",
                json!({"count": 1}),
                "series.count: Invalid value: \"\": should be at least 2, series.lastObservedTime: Required value",
            ),
        ] {
            let event = take(&Object(good.clone().with(field, value)));
            let words: Vec<String> =
                validate(&event, None).iter().map(|e| format!("{}: {}", e.field, e.detail)).collect();
            let got = words.join(", ");
            assert!(got.starts_with(expect) && (!expect.is_empty() || got.is_empty()), "{field}: {got}");
        }
    }
}
