//! The API server's heart: the only way to the store, for clients over HTTP and for the parts of the control plane
//! alike. Models kube-apiserver's generic registry.

pub mod access;
pub mod admit;
mod age;
mod allocate;
mod correlate;
mod delete;
mod discovery;
mod disruption;
mod events;
pub mod fields;
pub mod log;
pub mod metrics;
pub mod names;
mod openapi;
mod patch;
mod printed;
mod room;
mod serve;
mod show;
mod table;
mod track;
mod validate_meta;
pub mod watch;
mod wire;
mod write;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use ecow::EcoString;

use crate::{
    clock::{Second, Time},
    json::Json,
    object::{Key, Object},
    origin::{self, Origin},
    resources::{CLUSTER_ROLE_BINDING, Def, Kinds, ROLE_BINDING, Resource},
    rng::Rng,
    status::Status,
    store::{Index, Store},
};

pub use crate::store::{Change, Record, Trace};
pub use age::{age, human_duration};
pub use delete::{DeleteOptions, Propagation};
pub(crate) use discovery::group_versions;
pub use disruption::set_disruption_condition;
pub use events::{EventType, Source};
pub use serve::{authorize, read};
pub(crate) use serve::{
    expected_kind, failure, impersonate, is_connection, is_for_eyes, is_question, pretty, unknown_format,
    wanted, wants_protobuf,
};
pub use write::{Subresource, WriteOptions};

/// The API of one cluster, at the current moment of virtual time.
#[derive(Clone, Debug)]
pub struct Api {
    store: Store,
    kinds: Arc<Kinds>,
    /// Seeded randomness for uids, generated names and allocation.
    pub rng: Rng,
    now: Time,
    correlator: correlate::Correlator,
    /// Who is writing, because of what: set by the loop before it hands the API to a part.
    pub origin: Origin,
    /// Who is bound by what; made when it is asked for, and anew after a binding has changed.
    bindings: OnceLock<access::Bindings>,
    /// What a client is to be warned of; `None` while nobody waits for it.
    pub(crate) warnings: Option<Vec<String>>,
    /// In whose name a request owns fields; empty for the parts, whose user says it.
    manager: EcoString,
    second: Second,
    written: wire::Memo,
    metrics: metrics::Metrics,
    large: room::Large,
    printed: printed::Printed,
    /// What containers' main processes have heard from the network; only the loop adds to it.
    pub(crate) heard: crate::process::Heard,
}

impl Api {
    /// An API whose clock stands at `now`, with the objects that every cluster starts with.
    pub fn bootstrapped(seed: u64, now: Time) -> Self {
        Self { store: Store::seeded(crate::bootstrap::seeds(), now), ..Self::new(seed, now) }
    }

    /// An empty API whose clock stands at `now`.
    pub fn new(seed: u64, now: Time) -> Self {
        Self {
            store: Store::default(),
            kinds: Arc::default(),
            rng: Rng::new(seed),
            now,
            correlator: correlate::Correlator::default(),
            origin: Origin::default(),
            bindings: OnceLock::new(),
            warnings: None,
            manager: EcoString::new(),
            second: Second::default(),
            written: wire::Memo::default(),
            metrics: metrics::Metrics::default(),
            large: room::Large::default(),
            printed: printed::Printed::default(),
            heard: crate::process::Heard::default(),
        }
    }

    /// The kinds that it serves.
    pub fn kinds(&self) -> &Arc<Kinds> {
        &self.kinds
    }

    /// What is known of a kind.
    pub fn def(&self, resource: Resource) -> Def<'_> {
        self.kinds.def(resource)
    }

    /// Virtual now.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Moves virtual time; only the loop does.
    pub(crate) fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// Lets the API server write in its own name, amid another's request.
    fn by_itself<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let asker = (self.origin.clone(), std::mem::take(&mut self.manager));
        self.origin.user = origin::API_SERVER.into();
        let written = write(self);
        (self.origin, self.manager) = asker;
        written
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.store.revision()
    }

    /// History and revisions, for the HTTP edge and the loop. Parts of the control plane use the readers below.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The oldest revision that can still be listed or watched from.
    pub fn oldest_revision(&self) -> u64 {
        self.store.oldest()
    }

    /// What a revision changed, if it is still in the window.
    pub fn change_at(&self, revision: u64) -> Option<&Record> {
        self.store.record(revision)
    }

    /// Keeps history after `revision` however old it becomes; see [`Cluster::keep_history_after`](crate::cluster::Cluster::keep_history_after).
    pub fn keep_history_after(&mut self, revision: Option<u64>) {
        self.store.keep_after(revision, self.now);
    }

    /// Ends lists of revisions before `revision`.
    pub fn compact(&mut self, revision: u64) {
        self.store.compact(revision);
    }

    /// Forgets history up to `revision`.
    pub fn forget(&mut self, revision: u64) {
        self.store.forget(revision);
    }

    /// An object, if it is there. What a view shows is given as it is stored, here as everywhere below HTTP.
    pub fn find(&self, resource: Resource, key: &Key) -> Option<&Object> {
        self.store.get(resource.stored(), key)
    }

    /// An object.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get(&self, resource: Resource, key: &Key) -> Result<&Object, Status> {
        self.find(resource, key).ok_or_else(|| Status::not_found(self.def(resource.stored()), &key.name))
    }

    /// An object as it was at a moment, as far as the window of revisions goes back.
    pub fn as_of(&self, resource: Resource, key: &Key, at: Time) -> Option<&Object> {
        let later =
            self.store.records().find(|r| r.at > at && r.resource == resource && r.object.key() == *key);
        later.map_or_else(|| self.find(resource, key), |record| record.before.as_ref())
    }

    /// Objects of a resource in key order; all namespaces for `""`.
    pub fn list<'a>(
        &'a self,
        resource: Resource,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Object> + 'a {
        self.store.list(resource.stored(), namespace)
    }

    /// Objects of a resource owned by a uid.
    pub fn owned_by<'a>(&'a self, uid: &str, resource: Resource) -> impl Iterator<Item = &'a Object> + 'a {
        let keys: Vec<Key> =
            self.index().owned_by(uid).filter(|(r, _)| *r == resource).map(|(_, k)| k.clone()).collect();
        keys.into_iter().filter_map(move |k| self.find(resource, &k))
    }

    /// Pods bound to a node, in key order.
    pub fn pods_on<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Object> + 'a {
        self.index().pods_on(node).filter_map(|k| self.find(crate::resources::POD, k))
    }

    /// Shared look-up tables.
    pub fn index(&self) -> &Index {
        self.store.index()
    }

    /// Who is bound by which roles.
    pub(crate) fn bindings(&self) -> &access::Bindings {
        self.bindings.get_or_init(|| {
            let of = |resource| self.list(resource, "").map(move |binding| (resource, binding));
            access::Bindings::new(of(CLUSTER_ROLE_BINDING).chain(of(ROLE_BINDING)))
        })
    }

    /// An object as bytes.
    pub(crate) fn written_out(&self, object: &Json) -> Bytes {
        self.written.bytes(object)
    }

    /// To be told of every write: look-ups made from objects of that kind are made anew.
    fn written(&mut self, resource: Resource) {
        if matches!(resource, CLUSTER_ROLE_BINDING | ROLE_BINDING) {
            self.bindings.take();
        }
    }

    /// A name not yet taken, from `metadata.generateName`.
    pub(crate) fn generate_name(&mut self, resource: Resource, base: &str) -> EcoString {
        let base: String = base.chars().take(58).collect();
        ecow::eco_format!("{base}{}", self.rng.stream(self.kinds.def(resource).plural).suffix(5))
    }
}
