//! The window of revisions: a bounded log.

use std::collections::VecDeque;

use super::{Change, Record};
use crate::{clock::Time, object::Object, origin::Origin, resources::Resource};

/// Records kept; older ones are compacted away. An hour of a quiet three-node cluster is about 1,500.
const RECORDS_MAX: usize = 10_000;

/// History before `oldest` is gone: clients get `410 Gone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The resourceVersion for the provided watch is too old.")]
pub struct Compacted {
    /// The oldest revision that can still be watched from.
    pub oldest: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    records: VecDeque<Record>,
    newest: u64,
    /// What was there before the first record has revisions up to this one.
    first: u64,
    /// Up to here no list can be had any more, though watches still can.
    compacted: u64,
    /// Revisions of large objects, with their bytes; some of them may have left the window.
    heavy: VecDeque<(u64, usize)>,
    heavy_bytes: usize,
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
        self.newest += 1;
        if self.records.len() == RECORDS_MAX {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            revision: self.newest,
            at,
            resource,
            change,
            object,
            before,
            origin,
        });
        &self.records[self.records.len() - 1]
    }

    pub(super) fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Record> + Clone, Compacted> {
        let oldest = self.oldest();
        if revision < oldest {
            return Err(Compacted { oldest });
        }
        let skip = usize::try_from(revision.saturating_sub(self.before()))
            .unwrap_or(usize::MAX)
            .min(self.records.len());
        Ok(self.records.range(skip..))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    pub(super) fn get(&self, revision: u64) -> Option<&Record> {
        let i = revision.checked_sub(self.before() + 1)?;
        self.records.get(usize::try_from(i).ok()?)
    }

    /// The oldest revision that can still be listed.
    pub(super) fn oldest_list(&self) -> u64 {
        self.oldest().max(self.compacted)
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
        while self.records.front().is_some_and(|r| r.revision <= revision) {
            self.records.pop_front();
        }
    }
}
