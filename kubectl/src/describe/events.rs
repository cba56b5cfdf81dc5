//! The events at the end of a description.

use jiff::Timestamp;
use serde_json::Value;

use super::Page;
use crate::output::{number, text, time::since};

/// Writes the table of events, or `<none>`.
pub fn write(page: &mut Page, events: &[Value], now: Timestamp) {
    if events.is_empty() {
        return page.field(0, "Events", "<none>");
    }
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let first = match text(event, "/firstTimestamp") {
            "" => text(event, "/eventTime"),
            first => first,
        };
        let count = number(event, "/count");
        let age = if event["series"].is_object() {
            let (last, count) = (text(event, "/series/lastObservedTime"), number(event, "/series/count"));
            format!("{} (x{count} over {})", since(now, last), since(now, text(event, "/eventTime")))
        } else if count > 1 {
            format!("{} (x{count} over {})", since(now, text(event, "/lastTimestamp")), since(now, first))
        } else {
            since(now, first)
        };
        let from = match text(event, "/source/component") {
            "" => text(event, "/reportingComponent"),
            component => component,
        };
        let message = text(event, "/message").trim();
        page.line(
            1,
            &format!("{}\t{}\t{age}\t{from}\t{message}", text(event, "/type"), text(event, "/reason")),
        );
    }
}
