//! Watches: a cursor over the window of revisions. Models the API server's watch cache as a client sees it.

use std::collections::VecDeque;

use super::{
    show::shown,
    table::{Include, metadata_only, table},
    wire,
};
use crate::{
    api::{Api, Change, Record},
    json,
    json::Json,
    object::Object,
    resources::{Held, Resource},
    selector::{Fields, Labels},
    status::Status,
};

/// How many revisions without an event a watch may fall behind what its client knows before it gets a bookmark.
const BOOKMARK_EVERY: u64 = 200;

/// About as many bytes as one poll gives; the rest waits for the next one.
const POLL_BYTES_MAX: usize = 64 << 10;

/// No watch goes further back: the API server fills its caches after etcd's first revision.
const FIRST_REVISION: u64 = 2;

/// Which objects a watch shows, and how.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// In which namespace; empty for all.
    pub namespace: String,
    /// Objects whose labels meet this.
    pub labels: Labels,
    /// Objects whose fields meet this.
    pub fields: Fields,
    /// As Tables of one row.
    pub table: Option<Include>,
    /// As `PartialObjectMetadata`.
    pub metadata_only: bool,
    /// Version of those shapes.
    pub version: &'static str,
}

/// Where a watch begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what is there, then live.
    Initial,
    /// With what came after a revision.
    From(u64),
}

/// An open watch. It holds no lock and no task: whoever serves it polls it.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What is watched.
    kind: Held,
    /// Events up to this revision were sent.
    pub cursor: u64,
    /// `allowWatchBookmarks`.
    pub bookmarks: bool,
    timeout_s: Option<u64>,
    view: View,
    /// Objects of the beginning that no poll has taken yet: shared, and not written out before somebody reads them.
    initial: VecDeque<Object>,
    headers_sent: bool,
    /// The newest revision that the client knows of.
    told: u64,
}

impl Watch {
    /// What its answer warns of.
    pub fn warning(&self) -> Option<String> {
        self.kind.def().warning()
    }

    /// Opens a watch at the current moment.
    pub fn new(
        api: &Api,
        resource: Resource,
        view: View,
        start: Start,
        bookmarks: bool,
        timeout_s: Option<u64>,
    ) -> Self {
        let now = api.store().revision();
        let cursor = if let Start::From(revision) = start { revision } else { now };
        let mut watch = Self {
            kind: api.kinds().hold(resource),
            cursor,
            bookmarks,
            timeout_s,
            view,
            initial: VecDeque::new(),
            headers_sent: false,
            told: cursor,
        };
        if !matches!(start, Start::From(_)) {
            let namespace = watch.view.namespace.clone();
            watch.initial = api.list(resource, &namespace).filter(|o| watch.shows(o)).cloned().collect();
        }
        watch
    }

    /// `timeoutSeconds`: the stream ends after so many seconds of real time; the edge enforces it.
    pub fn timeout_s(&self) -> Option<u64> {
        self.timeout_s
    }

    /// Events since the last poll, as JSON lines, or as many of them as fit one poll; `Err` holds the last line of a watch that
    /// must end (`410 Gone`).
    ///
    /// # Errors
    /// When the history that it needs is compacted.
    pub fn poll(&mut self, api: &Api) -> Result<Vec<Vec<u8>>, Vec<u8>> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while let Some(object) = self.initial.pop_front() {
            lines.push(self.event("ADDED", &object, api));
            bytes += lines.last().map_or(0, Vec::len);
            if bytes >= POLL_BYTES_MAX {
                return Ok(lines);
            }
        }
        let newest = api.store().revision();
        if newest <= self.cursor {
            return Ok(lines);
        }
        let cached = self.cursor.max(FIRST_REVISION) == self.cursor;
        let resource = self.kind.resource().stored();
        let records = match api.store().since_of(resource, self.cursor) {
            Ok(records) if cached => records,
            Ok(_) => return Err(self.too_old(FIRST_REVISION)),
            Err(gone) => return Err(self.too_old(gone.oldest)),
        };
        for record in records {
            if let Some((type_, object)) = self.transition(record) {
                lines.push(self.event(type_, &object, api));
                bytes += lines.last().map_or(0, Vec::len);
            }
            if bytes >= POLL_BYTES_MAX {
                (self.cursor, self.told) = (record.revision, record.revision);
                return Ok(lines);
            }
        }
        self.cursor = newest;
        if !lines.is_empty() {
            self.told = newest;
        } else if !api.kinds().is_current(&self.kind) {
            // The definition changed or went: clients begin anew with what is served now.
            return Err(Vec::new());
        } else if newest - self.told >= BOOKMARK_EVERY
            && let Some(bookmark) = self.bookmark()
        {
            self.told = newest;
            lines.push(bookmark);
        }
        Ok(lines)
    }

    fn too_old(&self, oldest: u64) -> Vec<u8> {
        let status = Status::gone(format!("too old resource version: {} ({oldest})", self.cursor));
        wire::event("ERROR", &wire::bytes(&status.to_json()))
    }

    /// A bookmark at the newest revision that was polled, if the client takes bookmarks. Polls send them where
    /// many other changes went by, and the edge sends them from time to time.
    pub fn bookmark(&self) -> Option<Vec<u8>> {
        self.bookmarks.then(|| wire::event("BOOKMARK", &wire::bytes(&self.bookmark_object())))
    }

    fn bookmark_object(&self) -> Json {
        let def = self.kind.def();
        let mut object =
            json!({"metadata": {"resourceVersion": self.cursor.to_string(), "creationTimestamp": null}});
        let kind = if self.view.metadata_only { "PartialObjectMetadata" } else { def.kind };
        object.set("kind", kind);
        object.set(
            "apiVersion",
            if self.view.metadata_only { "meta.k8s.io/v1".into() } else { def.api_version() },
        );
        if self.view.table.is_some() {
            object = table(
                def,
                std::iter::empty(),
                object["metadata"].clone(),
                (self.view.version, Include::None, false),
                crate::clock::Time(0),
            );
        }
        object
    }

    fn shows(&self, object: &Object) -> bool {
        (self.view.namespace.is_empty() || object.namespace() == self.view.namespace.as_str())
            && self.view.labels.selects(object)
            && self.view.fields.selects(object)
    }

    /// What a change is to this watch: objects that begin or cease to be selected come and go.
    fn transition(&self, record: &Record) -> Option<(&'static str, Object)> {
        let was = record.before.as_ref().is_some_and(|o| self.shows(o));
        let is = record.change != Change::Deleted && self.shows(&record.object);
        match (was, is) {
            (false, false) => None,
            (false, true) => Some(("ADDED", record.object.clone())),
            (true, true) => Some(("MODIFIED", record.object.clone())),
            (true, false) => {
                let mut last = record.before.clone()?;
                let revision = record.object["metadata"]["resourceVersion"].clone();
                last["metadata"].set("resourceVersion", revision);
                Some(("DELETED", last))
            }
        }
    }

    fn event(&mut self, type_: &str, object: &Object, api: &Api) -> Vec<u8> {
        let view = &self.view;
        let shown = if let Some(include) = view.table {
            let mut metadata = Json::object();
            metadata.set("resourceVersion", object["metadata"]["resourceVersion"].clone());
            let how = (view.version, include, !self.headers_sent);
            table(self.kind.def(), std::iter::once(object), metadata, how, api.now())
        } else if view.metadata_only {
            metadata_only(object, view.version)
        } else {
            shown(self.kind.def(), object).0
        };
        self.headers_sent = true;
        wire::event(type_, &api.written_out(&shown))
    }
}
