//! Watches: a cursor over the window of revisions. Models the API server's watch cache as a client sees it.

use std::collections::VecDeque;

use super::serve::{Query, Shape, Target};
use crate::{
    api::{Api, Change, Record},
    json,
    json::Json,
    object::Object,
    resources::Resource,
    selector::{Fields, Labels},
    status::Status,
};

/// How many revisions a quiet watch that allows bookmarks is behind before it gets one.
const BOOKMARK_EVERY: u64 = 200;

/// An open watch. It holds no lock and no task: whoever serves it polls it.
#[derive(Clone, Debug)]
pub struct Watch {
    resource: Resource,
    namespace: String,
    labels: Labels,
    fields: Fields,
    shape: Shape,
    bookmarks: bool,
    timeout_s: Option<u64>,
    /// Events up to this revision were sent.
    cursor: u64,
    /// Synthetic events that come before the live ones.
    initial: VecDeque<Json>,
    /// Revision told with the last event or bookmark.
    told: u64,
    first: bool,
}

impl Watch {
    /// Opens a watch at the current moment.
    ///
    /// # Errors
    /// Bad selectors, a resourceVersion that is no number, `410 Gone` when it is compacted.
    pub fn open(api: &Api, target: &Target, query: &Query, accept: &str) -> Result<Self, Status> {
        let mut fields = query.fields(target.resource)?;
        if !target.name.is_empty() {
            fields = Fields::name(&target.name);
        }
        let newest = api.revision();
        let asked = query.get("resourceVersion");
        let from: u64 = if asked.is_empty() { 0 } else {
            asked.parse().map_err(|_| Status::bad_request(format!("resourceVersion: Invalid value: {asked:?}: strconv.ParseUint: parsing {asked:?}: invalid syntax")))?
        };
        let streams_list = query.flag("sendInitialEvents");
        let mut watch = Self {
            resource: target.resource,
            namespace: target.namespace.clone(),
            labels: query.labels()?,
            fields,
            shape: Shape::of(accept, query),
            bookmarks: query.flag("allowWatchBookmarks"),
            timeout_s: query.number("timeoutSeconds").and_then(|s| u64::try_from(s).ok()).filter(|s| *s > 0),
            cursor: if from == 0 || streams_list { newest } else { from },
            initial: VecDeque::new(),
            told: newest,
            first: true,
        };
        if from == 0 || streams_list {
            if query.get("sendInitialEvents") != "false" {
                watch.start_with_all(api, streams_list && watch.bookmarks);
            }
        } else if from < api.store().oldest() {
            return Err(Status::gone(format!("too old resource version: {from} ({})", api.store().oldest())));
        }
        Ok(watch)
    }

    /// `timeoutSeconds`, real seconds.
    pub fn timeout_s(&self) -> Option<u64> {
        self.timeout_s
    }

    /// Events since the last poll, as JSON lines; `Err` holds the last line of a watch that must end (`410 Gone`).
    ///
    /// # Errors
    /// When the history that it needs is compacted.
    pub fn poll(&mut self, api: &Api) -> Result<Vec<Vec<u8>>, Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = self.initial.drain(..).map(|e| line(&e)).collect();
        let Ok(records) = api.store().since(self.cursor) else {
            let gone = Status::gone(format!("too old resource version: {} ({})", self.cursor, api.store().oldest()));
            return Err(line(&json!({"type": "ERROR"}).with("object", gone.to_json())));
        };
        for record in records {
            if let Some(event) = self.event(record, api) {
                lines.push(line(&event));
                self.told = record.revision;
            }
        }
        self.cursor = api.revision();
        if self.bookmarks && self.cursor - self.told >= BOOKMARK_EVERY {
            lines.push(line(&self.bookmark(false)));
        }
        Ok(lines)
    }

    fn selects(&self, object: &Object) -> bool {
        (self.namespace.is_empty() || *object.namespace() == self.namespace)
            && self.labels.selects(object)
            && self.fields.selects(object)
    }

    /// An object that leaves the selection is gone for this watch, one that enters it is new.
    fn event(&mut self, record: &Record, api: &Api) -> Option<Json> {
        if record.resource != self.resource {
            return None;
        }
        let was = record.before.as_ref().is_some_and(|o| self.selects(o));
        let is = record.change != Change::Deleted && self.selects(&record.object);
        let type_ = match (was, is) {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => return None,
        };
        let mut object = record.object.clone();
        if type_ == "DELETED" && record.change != Change::Deleted {
            object = record.before.clone()?;
            object["metadata"].set("resourceVersion", record.revision.to_string());
        }
        Some(self.wrap(type_, &object, api))
    }

    fn wrap(&mut self, type_: &str, object: &Object, api: &Api) -> Json {
        let first = std::mem::take(&mut self.first);
        let shaped = self.shape.event(self.resource, object, api.now(), first);
        json!({"type": type_}).with("object", shaped)
    }

    fn start_with_all(&mut self, api: &Api, marked: bool) {
        let namespace = self.namespace.clone();
        let all: Vec<Object> = api.list(self.resource, &namespace).filter(|o| self.selects(o)).cloned().collect();
        for object in &all {
            let event = self.wrap("ADDED", object, api);
            self.initial.push_back(event);
        }
        if marked {
            let end = self.bookmark(true);
            self.initial.push_back(end);
        }
    }

    fn bookmark(&mut self, ends_initial: bool) -> Json {
        self.told = self.cursor;
        let def = self.resource.def();
        let mut object = json!({"kind": def.kind, "apiVersion": def.api_version(), "metadata": {"resourceVersion": self.cursor.to_string(), "creationTimestamp": null}});
        if ends_initial {
            object["metadata"].set("annotations", json!({"k8s.io/initial-events-end": "true"}));
        }
        json!({"type": "BOOKMARK"}).with("object", object)
    }
}

fn line(event: &Json) -> Vec<u8> {
    let mut bytes = event.to_bytes();
    bytes.push(b'\n');
    bytes
}
