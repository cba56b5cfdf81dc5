//! Timed work in order of time, then of arrival; work that is already waiting is not added twice.

use std::collections::{BTreeMap, BTreeSet};

use super::Work;
use crate::clock::Time;

/// The event queue of a cluster. Models the controllers' work queues, all in one: `AddAfter` with the earliest time winning.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    due: BTreeMap<(Time, u64), (Work, Option<u64>)>,
    waiting: BTreeMap<Work, (Time, u64)>,
    /// Slots of `due` whose work is not periodic.
    passing: BTreeSet<(Time, u64)>,
    added: u64,
    now: Time,
    because: Option<u64>,
}

impl Queue {
    /// Puts work at `ms` from now, caused by the record being observed (or by the work being run).
    /// If it already waits, the earlier time wins, and with it its cause.
    pub fn after_ms(&mut self, ms: i64, work: impl Into<Work>) {
        self.at(self.now.plus_ms(ms), work);
    }

    /// Puts work at a moment; see [`Queue::after_ms`].
    pub fn at(&mut self, time: Time, work: impl Into<Work>) {
        let (work, because) = (work.into(), self.because);
        if let Some(slot) = self.waiting.get(&work) {
            if slot.0 <= time {
                return;
            }
            self.due.remove(slot);
            self.passing.remove(slot);
        }
        self.added += 1;
        let slot = (time, self.added);
        if !work.is_periodic() {
            self.passing.insert(slot);
        }
        self.due.insert(slot, (work.clone(), because));
        self.waiting.insert(work, slot);
    }

    /// Takes work out of the queue, wherever it waits.
    pub fn cancel(&mut self, work: impl Into<Work>) {
        if let Some(slot) = self.waiting.remove(&work.into()) {
            self.due.remove(&slot);
            self.passing.remove(&slot);
        }
    }

    /// Is this work waiting, and until when?
    pub fn waits_until(&self, work: impl Into<Work>) -> Option<Time> {
        self.waiting.get(&work.into()).map(|(time, _)| *time)
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        self.due.keys().next().map(|(time, _)| *time)
    }

    /// When the next work that is not periodic is due.
    pub(super) fn next_passing_at(&self) -> Option<Time> {
        self.passing.first().map(|(time, _)| *time)
    }

    pub(super) fn pop(&mut self) -> Option<(Time, Work, Option<u64>)> {
        let (slot, (work, because)) = self.due.pop_first()?;
        let time = slot.0;
        self.waiting.remove(&work);
        self.passing.remove(&slot);
        self.now = time;
        self.because = because;
        Some((time, work, because))
    }

    /// From here on, work is put because of `revision`, seen at `now`.
    pub(super) fn observing(&mut self, now: Time, revision: u64) {
        self.now = now;
        self.because = Some(revision);
    }

    /// From here on, work is put because of `because`.
    pub(super) fn running(&mut self, now: Time, because: Option<u64>) {
        self.now = now;
        self.because = because;
    }

    /// All that waits, in order: part of the cluster's state.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (Time, &Work, Option<u64>)> {
        self.due.iter().map(|((time, _), (work, because))| (*time, work, *because))
    }
}
