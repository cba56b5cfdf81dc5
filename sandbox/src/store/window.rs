//! The window of revisions: a bounded log. Renewals of leases, which are most of what a quiet cluster writes, leave it when
//! they are no news any more. Models, for leases alone, how long the API server's watch cache keeps events at least
//! (`eventFreshDuration`). Omits: that a watch of leases from before is refused; here it tells the renewals that are left.

use std::{collections::VecDeque, sync::Arc};

use super::{Change, Record};
use crate::{
    clock::Time,
    object::Object,
    origin::Origin,
    resources::{LEASE, Resource},
};

/// Records kept; older ones are compacted away. An hour of a quiet three-node cluster is about 1,500.
const RECORDS_MAX: usize = 10_000;
/// So long a renewal of a lease can be read.
const LEASE_MS_MAX: i64 = 75_000;

/// History before `oldest` is gone: clients get `410 Gone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The resourceVersion for the provided watch is too old.")]
pub struct Compacted {
    /// The oldest revision that can still be watched from.
    pub oldest: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// `None`: it was a renewal.
    records: VecDeque<Option<Arc<Record>>>,
    newest: u64,
    /// What was there before the first record has revisions up to this one.
    first: u64,
    /// Up to here no list can be had any more, though watches still can.
    compacted: u64,
    /// Revisions of large objects, with their bytes; some of them may have left the window.
    heavy: VecDeque<(u64, usize)>,
    heavy_bytes: usize,
    /// The newest renewal that has left.
    thinned: u64,
    /// Up to here renewals were looked for.
    looked_at: u64,
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
        self.thin_out(at);
        if self.records.len() == RECORDS_MAX {
            self.records.pop_front();
        }
        self.newest += 1;
        let record = Record { revision: self.newest, at, resource, change, object, before, origin };
        self.records.push_back(None);
        let last = self.records.len() - 1;
        self.records[last].insert(Arc::new(record))
    }

    /// Drops the renewals that are no news any more.
    fn thin_out(&mut self, now: Time) {
        loop {
            let next = self.looked_at.max(self.before()) + 1;
            let Some(slot) = self.place(next).and_then(|i| self.records.get_mut(i)) else { return };
            if let Some(record) = slot {
                if now.since_ms(record.at) < LEASE_MS_MAX {
                    return;
                }
                if record.resource == LEASE && record.change == Change::Modified {
                    *slot = None;
                    self.thinned = next;
                }
            }
            self.looked_at = next;
        }
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
        let skip = usize::try_from(revision.saturating_sub(self.before()))
            .unwrap_or(usize::MAX)
            .min(self.records.len());
        Ok(self.records.range(skip..).flatten().map(Arc::as_ref))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flatten().map(Arc::as_ref)
    }

    pub(super) fn get(&self, revision: u64) -> Option<&Record> {
        self.records.get(self.place(revision)?)?.as_deref()
    }

    /// The oldest revision at which a kind can still be listed.
    pub(super) fn oldest_list(&self, resource: Resource) -> u64 {
        let thinned = if resource == LEASE { self.thinned } else { 0 };
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
            self.forget(revision);
        }
    }

    pub(super) fn forget(&mut self, revision: u64) {
        let many = usize::try_from(revision.saturating_sub(self.before())).unwrap_or(usize::MAX);
        self.records.drain(..many.min(self.records.len()));
    }
}
