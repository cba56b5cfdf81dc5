//! Models v1 Event.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int, or},
};
use crate::{api::names, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ev"],
    fields: &[
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ],
    name_rule: names::path_segment,
    default,
    validate: |event, _| check(event, "reportingComponent"),
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Event", "events", "event")
};

const COLUMNS: &[Column] = &[
    Column::new("Last Seen"),
    Column::new("Type"),
    Column::new("Reason"),
    Column::new("Object"),
    Column::new("Subobject").wide(),
    Column::new("Source").wide(),
    Column::new("Message"),
    Column::new("First Seen").wide(),
    Column::new("Count").wide(),
    Column::name().wide(),
];

/// What an Event always shows, whoever wrote it.
fn default(event: &mut Object) {
    for moment in ["eventTime", "firstTimestamp", "lastTimestamp"] {
        event.default_to(moment, Json::Null);
    }
    for part in ["involvedObject", "source"] {
        event.default_to(part, Json::object());
    }
    for text in ["reportingComponent", "reportingInstance"] {
        event.default_to(text, "");
    }
}

/// Models `legacyValidateEvent`; `controller` is what the request's version calls the reporting component.
pub fn check(event: &Object, controller: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (namespace, involved) = (event.namespace().as_str(), event["involvedObject"]["namespace"].text());
    let is_new = !event["eventTime"].is_null();
    let agree = match (is_new, involved) {
        (false, "") => matches!(namespace, "" | "default"),
        (true, "") => matches!(namespace, "default" | "kube-system"),
        (false, involved) => namespace == involved,
        (true, _) => true,
    };
    if !agree {
        let why = "does not match event.namespace";
        errors.push(FieldError::invalid("involvedObject.namespace", &involved.into(), why));
    }
    if is_new {
        check_new(event, controller, &mut errors);
    }
    errors
}

/// Events with an `eventTime` say who does what.
fn check_new(event: &Object, controller: &str, errors: &mut Vec<FieldError>) {
    let reporter = event["reportingComponent"].text();
    if reporter.is_empty() {
        errors.push(FieldError::required(controller, ""));
    }
    let problems = names::qualified_name(reporter);
    errors.extend(problems.iter().map(|p| FieldError::invalid(controller, &reporter.into(), p)));
    for field in ["reportingInstance", "action", "reason"] {
        let text = event[field].text();
        if text.is_empty() {
            errors.push(FieldError::required(field, ""));
        }
        too_long(field, text, 128, errors);
    }
    too_long("message", event["message"].text(), 1024, errors);
}

fn too_long(field: &str, text: &str, max: usize, errors: &mut Vec<FieldError>) {
    if text.len() > max {
        errors.push(FieldError::invalid(field, &"".into(), &format!("can have at most {max} characters")));
    }
}

fn row(event: &Object, now: Time) -> Row {
    let first = [&event["firstTimestamp"], &event["eventTime"]].into_iter().find(|t| !t.is_empty());
    let first = first.unwrap_or(&event["firstTimestamp"]);
    let series = &event["series"];
    let (last, count) = if series.is_null() {
        let last = &event["lastTimestamp"];
        (if last.is_empty() { first } else { last }, int(&event["count"]).max(1))
    } else {
        (&series["lastObservedTime"], int(&series["count"]))
    };
    let involved = &event["involvedObject"];
    let mut target = involved["kind"].text().to_lowercase();
    if !involved["name"].text().is_empty() {
        target = format!("{target}/{}", involved["name"].text());
    }
    vec![
        cells::since(last, now).into(),
        event["type"].text().into(),
        event["reason"].text().into(),
        target.into(),
        involved["fieldPath"].text().into(),
        source(event).into(),
        event["message"].text().trim().into(),
        cells::since(first, now).into(),
        count.into(),
        event.name().into(),
    ]
}

/// `COMPONENT, HOST`, from whichever API the event came through.
fn source(event: &Object) -> String {
    let old = &event["source"];
    let component = or(old["component"].text(), event["reportingComponent"].text());
    match or(old["host"].text(), event["reportingInstance"].text()) {
        "" => component.into(),
        host => format!("{component}, {host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_event_says_when_and_of_what() {
        let now = Time::parse("2026-11-24T00:00:30Z").unwrap();
        for (event, expect) in [
            (
                json!({"metadata": {"name": "e"}, "firstTimestamp": "2026-11-24T00:00:00Z", "count": 3,
                    "lastTimestamp": "2026-11-24T00:00:25Z", "type": "Normal", "reason": "Pulled", "message": "x ",
                    "involvedObject": {"kind": "Pod", "name": "a", "fieldPath": "spec"},
                    "source": {"component": "kubelet", "host": "n"}}),
                json!(["5s", "Normal", "Pulled", "pod/a", "spec", "kubelet, n", "x", "30s", 3, "e"]),
            ),
            (
                json!({"metadata": {"name": "e"}, "eventTime": "2026-11-24T00:00:20.000000Z",
                    "involvedObject": {"kind": "Node"}, "reportingComponent": "sched"}),
                json!(["10s", "", "", "node", "", "sched", "", "10s", 1, "e"]),
            ),
        ] {
            assert_eq!(Json::from(row(&Object(event), now)), expect);
        }
    }
}
