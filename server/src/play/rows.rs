//! Rows of the tools: objects and events.

use app::backend::EventRow;
use serde_json::Value;
use wire::yaml::ObjectName;

fn text<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    path.iter().fold(object, |o, k| &o[*k]).as_str().unwrap_or_default()
}

fn ms(time: &str, epoch_unix_ms: i64) -> i64 {
    time.parse::<jiff::Timestamp>().map_or(0, |t| t.as_millisecond() - epoch_unix_ms)
}

pub(super) fn object_name(kind: &str, object: &Value, epoch_unix_ms: i64) -> ObjectName {
    ObjectName {
        kind: kind.to_owned(),
        namespace: text(object, &["metadata", "namespace"]).to_owned(),
        name: text(object, &["metadata", "name"]).to_owned(),
        created_ms: ms(text(object, &["metadata", "creationTimestamp"]), epoch_unix_ms),
    }
}

pub(super) fn event_row(event: &Value, epoch_unix_ms: i64) -> EventRow {
    let object = &event["involvedObject"];
    EventRow {
        at_ms: ms(text(event, &["lastTimestamp"]), epoch_unix_ms),
        type_: text(event, &["type"]).to_owned(),
        reason: text(event, &["reason"]).to_owned(),
        about: ["kind", "namespace", "name"].map(|part| text(object, &[part])).join("/"),
        message: text(event, &["message"]).to_owned(),
        count: event["count"].as_u64().unwrap_or(1) as u32,
    }
}
