//! Timed work in order of time, then of arrival; work that is already waiting is not added twice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Work;
use crate::{
    clock::Time,
    origin::{Cause, Timer},
};

/// The event queue of a cluster. Models the controllers' work queues, all in one: `AddAfter` with the earliest time winning.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    due: BTreeMap<(Time, u64), (Work, Cause)>,
    waiting: BTreeMap<Work, (Time, u64)>,
    /// Slots of `due` whose work is not periodic.
    passing: BTreeSet<(Time, u64)>,
    /// Due work of clients that have written as much as they may.
    held: BTreeMap<&'static str, Line>,
    added: u64,
    now: Time,
    because: Cause,
}

/// Who came first goes first.
#[derive(Clone, Debug, Default)]
struct Line {
    order: VecDeque<(Work, Cause)>,
    there: BTreeSet<Work>,
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
        if self.is_held(&work) {
            return;
        }
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

    /// Puts work that comes by itself at `ms` from now.
    pub fn by_itself(&mut self, timer: Timer, ms: i64, work: impl Into<Work>) {
        let because = self.because;
        self.because = Cause::Timer(because.sets(timer));
        self.after_ms(ms, work);
        self.because = because;
    }

    /// Takes work out of the queue, wherever it waits.
    pub fn cancel(&mut self, work: impl Into<Work>) {
        let work = work.into();
        if let Some(slot) = self.waiting.remove(&work) {
            self.due.remove(&slot);
            self.passing.remove(&slot);
        }
        if self.is_held(&work)
            && let Some(line) = work.client().and_then(|client| self.held.get_mut(client))
        {
            line.there.remove(&work);
            line.order.retain(|(held, _)| *held != work);
        }
    }

    /// Work that is due waits until its client may write again.
    pub(super) fn hold(&mut self, client: &'static str, work: Work, because: Cause) {
        let line = self.held.entry(client).or_default();
        if line.there.insert(work.clone()) {
            line.order.push_back((work, because));
        }
    }

    /// Who is first in a client's line.
    pub(super) fn release(&mut self, client: &str) -> Option<(Work, Cause)> {
        let line = self.held.get_mut(client)?;
        let first = line.order.pop_front();
        match &first {
            Some((work, _)) => drop(line.there.remove(work)),
            None => drop(self.held.remove(client)),
        }
        first
    }

    /// Does a client's work wait for its turn?
    pub(super) fn has_line(&self, client: &str) -> bool {
        self.held.get(client).is_some_and(|line| !line.order.is_empty())
    }

    fn is_held(&self, work: &Work) -> bool {
        let line = || self.held.get(work.client()?);
        !self.held.is_empty() && line().is_some_and(|line| line.there.contains(work))
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

    pub(super) fn pop(&mut self) -> Option<(Time, Work, Cause)> {
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
        self.because = Cause::Record(revision);
    }

    /// From here on, work is put because of `because`.
    pub(super) fn running(&mut self, now: Time, because: Cause) {
        self.now = now;
        self.because = because;
    }

    /// All that waits, in order: part of the cluster's state. What is held waits since now.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (Time, &Work, Cause)> {
        let held = self.held.values().flat_map(|line| line.order.iter().map(|(w, b)| (self.now, w, *b)));
        held.chain(self.due.iter().map(|((time, _), (work, because))| (*time, work, *because)))
    }
}
