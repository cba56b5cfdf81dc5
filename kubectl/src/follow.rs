//! Following one object: what it is, then each change, until enough has been seen or the time is over.
//!
//! Models client-go's `UntilWithSync`. A watch that the server ends is how time is counted: it is the cluster's.

use std::time::Instant;

use futures::StreamExt;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    duration,
    fail::{Done, Fail},
    http::{Cx, JSON, query},
    output::{text, typed_items},
    select::Found,
};

/// kubectl's words where the time is over.
pub const TIMED_OUT: &str = "timed out waiting for the condition";

/// Until when to wait.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// None where the cluster's time was not known then: it begins with the first answer.
    start: Option<Timestamp>,
    /// By the machine's clock: a cluster whose time stands still keeps nobody for ever.
    real: Instant,
    limit_s: Option<i64>,
}

impl Deadline {
    /// Nanoseconds from now; none is for ever.
    pub fn new(cx: &Cx<'_>, limit_ns: Option<i64>) -> Self {
        Self { start: cx.cluster_now(), real: Instant::now(), limit_s: limit_ns.map(duration::seconds_up) }
    }

    /// Whole seconds that are left, if there is a limit.
    pub fn left_s(&self, cx: &Cx<'_>) -> Option<i64> {
        let start = self.start.or(cx.first_date());
        let passed_s =
            start.zip(cx.cluster_now()).map_or(0, |(start, now)| now.as_second() - start.as_second());
        let real_s = i64::try_from(self.real.elapsed().as_secs()).unwrap_or(i64::MAX);
        self.limit_s.map(|limit_s| limit_s - passed_s.max(real_s))
    }

    /// Whether the time is over.
    pub fn is_over(&self, cx: &Cx<'_>) -> bool {
        self.left_s(cx).is_some_and(|left_s| left_s <= 0)
    }
}

/// How an object shows.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// It is there; as it is first, or after a change.
    There(&'a Value),
    /// There is none of its name.
    Gone,
}

/// Follows an object until `look` gives something; none where the time is over before that.
///
/// # Errors
/// What `look` or the server says.
pub async fn follow<T>(
    cx: &mut Cx<'_>,
    target: &Found,
    deadline: &Deadline,
    mut look: impl FnMut(&mut Cx<'_>, Seen<'_>) -> Done<Option<T>>,
) -> Done<Option<T>> {
    let collection = target.resource.url(target.namespace.as_deref(), "");
    let by_name = format!("metadata.name={}", target.name);
    let first = cx.get(&format!("{collection}{}", query(&[("fieldSelector", &by_name)]))).await?;
    let object = typed_items(&first).into_iter().next();
    let seen = object.as_ref().map_or(Seen::Gone, Seen::There);
    if let Some(end) = look(cx, seen)? {
        return Ok(Some(end));
    }
    let mut version = text(&first, "/metadata/resourceVersion").to_owned();
    loop {
        let limit = deadline.left_s(cx).map(|seconds| seconds.max(1).to_string());
        let mut pairs = vec![("fieldSelector", by_name.as_str()), ("resourceVersion", version.as_str())];
        pairs.extend(limit.as_deref().map(|limit| ("timeoutSeconds", limit)));
        pairs.push(("watch", "true"));
        let mut events = cx.watch(&format!("{collection}{}", query(&pairs)), JSON).await?;
        let mut newest = String::new();
        while let Some(event) = events.next().await {
            let object = &event["object"];
            let seen = match text(&event, "/type") {
                "ADDED" | "MODIFIED" => Seen::There(object),
                "DELETED" => Seen::Gone,
                _ => continue,
            };
            newest = text(object, "/metadata/resourceVersion").to_owned();
            if let Some(end) = look(cx, seen)? {
                return Ok(Some(end));
            }
        }
        if limit.is_some() || newest.is_empty() {
            return Ok(None);
        }
        version = newest;
    }
}

/// The error of a wait that took too long; `what` is as in `pods/web`.
pub fn timed_out(what: &str) -> Fail {
    Fail::Error(format!("{TIMED_OUT} on {what}"))
}
