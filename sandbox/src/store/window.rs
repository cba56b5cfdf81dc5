//! The window of revisions: a bounded log. Records leave it with age; of each but heartbeats a trace stays, for those who ask why.
//! Models etcd's compaction as the API server asks for it (every five minutes what is older than five, so that ten are there at most),
//! and, for heartbeats, how long its watch cache keeps events at least (`eventFreshDuration`). Watches of a kind are refused only if a
//! record of that kind has left, as that cache has a ring for each kind.
//! Omits: that a watch of heartbeats from before is refused; here it tells those that are left.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use ecow::EcoString;

use super::{Change, Record, Trace};
use crate::{clock::Time, object::Object, origin::Origin, resources::Resource};

/// Records kept; older ones are compacted away. An hour of a quiet three-node cluster is about 1,500.
const RECORDS_MAX: usize = 10_000;
/// So long a heartbeat can be read.
const HEARTBEAT_MS_MAX: i64 = 75_000;
/// So long everything else can.
const AGE_MS_MAX: i64 = 600_000;
/// Traces kept of records that have left.
const TRACES_MAX: usize = 10_000;
/// Users whose names they share.
const USERS_MAX: usize = 1_000;

/// History before `oldest` is gone: clients get `410 Gone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The resourceVersion for the provided watch is too old.")]
pub struct Compacted {
    /// The oldest revision that can still be watched from.
    pub oldest: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// `None`: it was a heartbeat.
    records: VecDeque<Option<Arc<Record>>>,
    newest: u64,
    /// What was there before the first record has revisions up to this one.
    first: u64,
    /// Up to here no list can be had any more, though watches still can.
    compacted: u64,
    /// Revisions of large objects, with their bytes; some of them may have left the window.
    heavy: VecDeque<(u64, usize)>,
    heavy_bytes: usize,
    /// The newest heartbeat of each kind that has left.
    thinned: BTreeMap<Resource, u64>,
    /// Up to here heartbeats were looked for.
    looked_at: u64,
    /// Records after this revision do not leave with age: somebody has yet to read them.
    unread: Option<u64>,
    /// Up to here nothing is remembered at all.
    forgotten: u64,
    /// The newest record of each kind that has left.
    left: BTreeMap<Resource, u64>,
    traces: VecDeque<Trace>,
    /// Names that traces share.
    users: BTreeSet<EcoString>,
}

impl Window {
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// A window whose first record follows that revision.
    pub(super) fn starting_after(first: u64) -> Self {
        Self { newest: first, first, ..Self::default() }
    }

    /// 0 as long as the whole history is there.
    pub(super) fn oldest(&self) -> u64 {
        let before = self.before();
        if before == self.first { 0 } else { before }
    }

    /// The revision before the first record.
    fn before(&self) -> u64 {
        self.newest - self.records.len() as u64
    }

    pub(super) fn push(
        &mut self,
        resource: Resource,
        change: Change,
        object: Object,
        before: Option<Object>,
        at: Time,
        origin: Origin,
    ) -> &Record {
        if self.records.len() == RECORDS_MAX {
            self.leave();
        }
        self.newest += 1;
        let record = Record { revision: self.newest, at, resource, change, object, before, origin };
        self.records.push_back(None);
        let last = self.records.len() - 1;
        self.records[last].insert(Arc::new(record))
    }

    /// Lets go of what is too old at `now`; gives the records that went.
    pub(super) fn let_go(&mut self, now: Time) -> Vec<Arc<Record>> {
        self.thin_out(now);
        self.age(now)
    }

    /// Drops the heartbeats that are no news any more.
    fn thin_out(&mut self, now: Time) {
        loop {
            let next = self.looked_at.max(self.before()) + 1;
            let Some(slot) = self.place(next).and_then(|i| self.records.get_mut(i)) else { return };
            if let Some(record) = slot {
                if now.since_ms(record.at) < HEARTBEAT_MS_MAX {
                    return;
                }
                if record.is_heartbeat() {
                    self.thinned.insert(record.resource, next);
                    *slot = None;
                }
            }
            self.looked_at = next;
        }
    }

    /// Lets go of what is too old, but for what has yet to be read.
    fn age(&mut self, now: Time) -> Vec<Arc<Record>> {
        let mut gone = Vec::new();
        let unread = self.unread.unwrap_or(u64::MAX);
        while let Some(first) = self.records.front()
            && first.as_ref().is_none_or(|record| now.since_ms(record.at) > AGE_MS_MAX)
            && self.before() < unread
        {
            gone.extend(self.leave());
        }
        if self.records.capacity() > 4 * self.records.len() + 64 {
            self.records.shrink_to(2 * self.records.len());
        }
        gone
    }

    /// The first record leaves.
    fn leave(&mut self) -> Option<Arc<Record>> {
        let record = self.records.pop_front()??;
        self.left.insert(record.resource, record.revision);
        if self.traces.len() == TRACES_MAX {
            self.traces.pop_front();
        }
        if self.traces.len() == self.traces.capacity() {
            // In an hour of a quiet cluster there are a few hundred: twice as much room would be for nothing.
            self.traces.reserve_exact(self.traces.len() / 8 + 8);
        }
        let mut trace = record.trace();
        trace.origin.user = self.one_of(trace.origin.user);
        self.traces.push_back(trace);
        Some(record)
    }

    /// The user's name as an earlier trace has it.
    fn one_of(&mut self, user: EcoString) -> EcoString {
        if let Some(known) = self.users.get(&user) {
            return known.clone();
        }
        if self.users.len() < USERS_MAX {
            self.users.insert(user.clone());
        }
        user
    }

    /// Keeps records after `revision` until it is told that they were read, too: by a later revision.
    pub(super) fn keep_after(&mut self, revision: Option<u64>) {
        self.unread = revision;
    }

    /// What is known of a revision.
    pub(super) fn trace(&self, revision: u64) -> Option<Trace> {
        if let Some(record) = self.get(revision) {
            return Some(record.trace());
        }
        let index = self.traces.binary_search_by_key(&revision, |trace| trace.revision).ok()?;
        self.traces.get(index).cloned()
    }

    /// Where the record of a revision stands.
    fn place(&self, revision: u64) -> Option<usize> {
        usize::try_from(revision.checked_sub(self.before() + 1)?).ok()
    }

    pub(super) fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Record> + Clone, Compacted> {
        let oldest = self.oldest();
        if revision < oldest {
            return Err(Compacted { oldest });
        }
        Ok(self.after(revision))
    }

    /// Those of one kind.
    pub(super) fn since_of(
        &self,
        resource: Resource,
        revision: u64,
    ) -> Result<impl Iterator<Item = &Record> + Clone, Compacted> {
        let left = self.left.get(&resource).copied().unwrap_or_default();
        if revision < left.max(self.forgotten) {
            return Err(Compacted { oldest: self.oldest() });
        }
        Ok(self.after(revision).filter(move |r| r.resource == resource))
    }

    fn after(&self, revision: u64) -> impl Iterator<Item = &Record> + Clone {
        let skip = usize::try_from(revision.saturating_sub(self.before()))
            .unwrap_or(usize::MAX)
            .min(self.records.len());
        self.records.range(skip..).flatten().map(Arc::as_ref)
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flatten().map(Arc::as_ref)
    }

    pub(super) fn get(&self, revision: u64) -> Option<&Record> {
        self.records.get(self.place(revision)?)?.as_deref()
    }

    /// The oldest revision at which a kind can still be listed.
    pub(super) fn oldest_list(&self, resource: Resource) -> u64 {
        let thinned = self.thinned.get(&resource).copied().unwrap_or_default();
        self.oldest().max(self.compacted).max(thinned)
    }

    pub(super) fn compact(&mut self, revision: u64) {
        self.compacted = self.compacted.max(revision);
    }

    pub(super) fn charge(&mut self, bytes: usize, bytes_max: usize) {
        self.heavy.push_back((self.newest + 1, bytes));
        self.heavy_bytes += bytes;
        let oldest = self.before();
        while let Some((revision, bytes)) = self.heavy.front().copied()
            && (self.heavy_bytes > bytes_max || revision <= oldest)
            && self.heavy.len() > 1
        {
            self.heavy.pop_front();
            self.heavy_bytes -= bytes;
            while self.before() < revision && !self.records.is_empty() {
                self.leave();
            }
        }
    }

    /// Forgets all up to there, traces too.
    pub(super) fn forget(&mut self, revision: u64) {
        let many = usize::try_from(revision.saturating_sub(self.before())).unwrap_or(usize::MAX);
        self.records.drain(..many.min(self.records.len()));
        self.records.shrink_to_fit();
        self.traces = VecDeque::new();
        self.forgotten = self.before();
    }
}
