//! The events at the end of a description.

use jiff::Timestamp;
use serde_json::Value;

use super::Page;
use crate::{
    fail::Done,
    http::{Cx, query},
    output::{
        gosort, items, number, text,
        time::{parse, since},
    },
    select::Found,
};

/// The events about an object, the oldest first.
pub async fn about(cx: &mut Cx<'_>, found: &Found) -> Done<Vec<Value>> {
    const MIRROR: &str = "kubernetes.io/config.mirror";
    let (group, plural) = (found.resource.group.as_str(), found.resource.plural.as_str());
    let uid = text(&found.object, "/metadata/uid");
    let mirrored = found.object["metadata"]["annotations"][MIRROR].as_str();
    let kind = Some(found.resource.kind.as_str());
    let mut list = match (group, plural) {
        ("", "pods") => search(cx, found, None, mirrored.unwrap_or(uid)).await?,
        // a kubelet names its node's name as the uid
        ("", "nodes") => {
            let mut list = search(cx, found, kind, uid).await?;
            list.extend(search(cx, found, kind, &found.name).await?);
            list
        }
        _ => search(cx, found, kind, uid).await?,
    };
    gosort::sort(&mut list, |a, b| {
        let last = |event| parse(text(event, "/lastTimestamp"));
        last(a) < last(b)
    });
    Ok(list)
}

async fn search(cx: &mut Cx<'_>, found: &Found, kind: Option<&str>, uid: &str) -> Done<Vec<Value>> {
    let namespace = found.namespace.as_deref().unwrap_or_default();
    let mut selector = format!("involvedObject.name={},involvedObject.namespace={namespace}", found.name);
    if let Some(kind) = kind {
        selector.push_str(&format!(",involvedObject.kind={kind}"));
    }
    if !uid.is_empty() {
        selector.push_str(&format!(",involvedObject.uid={uid}"));
    }
    let base = match &found.namespace {
        Some(namespace) => format!("/api/v1/namespaces/{namespace}/events"),
        None => "/api/v1/events".to_owned(),
    };
    let answer = cx.list(&format!("{base}{}", query(&[("fieldSelector", &selector)]))).await?;
    Ok(items(&answer).to_vec())
}

/// How long ago an event was, and how often: `3s (x4 over 2m)`.
pub fn interval(event: &Value, now: Timestamp) -> String {
    let first = match text(event, "/eventTime") {
        "" => text(event, "/firstTimestamp"),
        at => at,
    };
    let count = number(event, "/count");
    if event["series"].is_object() {
        let (last, count) = (text(event, "/series/lastObservedTime"), number(event, "/series/count"));
        format!("{} (x{count} over {})", since(now, last), since(now, first))
    } else if count > 1 {
        format!("{} (x{count} over {})", since(now, text(event, "/lastTimestamp")), since(now, first))
    } else {
        since(now, first)
    }
}

/// Writes the table of events, or `<none>`.
pub fn write(page: &mut Page, events: &[Value], now: Timestamp) {
    if events.is_empty() {
        return page.field(0, "Events", "<none>");
    }
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let age = interval(event, now);
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
