//! Pods of a replica set made and deleted batch by batch. Models `slowStartBatch` and the write limit of a controller's
//! client: the first pod alone, then two, four …, so that what fails, fails a few times only; and 20 writes a second
//! after a burst of 30. What each takes is that of a control plane with a little to do.

use super::status::Census;
use crate::{
    clock::Time,
    object::{Key, Object},
};

/// What one write takes.
const WRITE_MS: i64 = 4;
/// From the last pod made to the status that follows.
const MADE_MS: i64 = 56;
/// From the last pod deleted to the status that follows.
const DELETED_MS: i64 = 56;
/// A write's share of the limit, and what may be saved up.
const PACE_MS: i64 = 50;
const BURST_MS: i64 = 30 * PACE_MS;

/// The write limit.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    saved_ms: i64,
    last: Time,
}

impl Default for Limit {
    fn default() -> Self {
        Self { saved_ms: BURST_MS, last: Time(0) }
    }
}

impl Limit {
    /// Takes up to `wanted` writes now.
    fn take(&mut self, wanted: usize, now: Time) -> usize {
        self.saved_ms = self.saved_ms.saturating_add(now.since_ms(self.last)).min(BURST_MS);
        self.last = now;
        let taken = wanted.min((self.saved_ms / PACE_MS) as usize);
        self.saved_ms -= taken as i64 * PACE_MS;
        taken
    }

    /// When there will be another.
    fn next(&self) -> Time {
        self.last.plus_ms(PACE_MS - self.saved_ms)
    }
}

/// What is left to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// So many pods to make.
    Create(usize),
    /// Pods to delete.
    Delete(Vec<Key>),
}

/// A replica set on its way to its size.
#[derive(Clone, Debug)]
pub struct Batches {
    left: Left,
    /// Room left in the batch, and the size of the next.
    room: usize,
    next: usize,
    /// The set and its pods when this began: what the status that follows tells of.
    pub began: (Object, Census),
    /// Did something change meanwhile?
    pub again: bool,
    /// What failed, as reason and message.
    pub failure: Option<(&'static str, String)>,
    done: bool,
}

/// What to do now.
#[derive(Debug, PartialEq)]
pub enum Turn {
    /// Make so many pods.
    Create(usize),
    /// Delete these.
    Delete(Vec<Key>),
    /// Nothing yet.
    Wait,
    /// All is done: write the status.
    Finish,
}

impl Batches {
    /// Begins.
    pub fn new(left: Left, began: (Object, Census)) -> Self {
        let room = if let Left::Delete(keys) = &left { keys.len() } else { 1 };
        Self { left, room, next: 2, began, again: false, failure: None, done: false }
    }

    /// What to do at `now`, and when the next turn is.
    pub fn turn(&mut self, limit: &mut Limit, now: Time) -> (Turn, Time) {
        if self.done {
            return (Turn::Finish, now);
        }
        let wanted = match &self.left {
            Left::Create(n) => self.room.min(*n),
            Left::Delete(keys) => keys.len().min(1),
        };
        let taken = limit.take(wanted, now);
        if taken == 0 && wanted > 0 {
            return (Turn::Wait, limit.next());
        }
        let at = now.plus_ms(WRITE_MS * taken as i64);
        match &mut self.left {
            Left::Create(n) => {
                *n -= taken;
                self.room -= taken;
                if self.room == 0 {
                    (self.room, self.next) = (self.next, self.next * 2);
                }
                self.done = *n == 0;
                (Turn::Create(taken), if self.done { at.plus_ms(MADE_MS) } else { at })
            }
            Left::Delete(keys) => {
                let rest = keys.split_off(taken);
                let now_gone = std::mem::replace(keys, rest);
                self.done = keys.is_empty();
                (Turn::Delete(now_gone), if self.done { at.plus_ms(DELETED_MS) } else { at })
            }
        }
    }

    /// Something failed: the rest is left for another time.
    pub fn fail(&mut self, failure: (&'static str, String)) {
        self.failure.get_or_insert(failure);
        self.done = true;
    }

    /// Nothing more is to be tried.
    pub fn stop(&mut self) {
        self.done = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes of the batches with their moments, until all is done.
    fn batches(n: usize, limit: &mut Limit) -> (Vec<(usize, i64)>, i64) {
        let mut b = Batches::new(Left::Create(n), (Object::default(), Census::default()));
        let (mut at, mut all) = (Time(1_000_000), Vec::new());
        loop {
            let (turn, next) = b.turn(limit, at);
            match turn {
                Turn::Create(n) => all.push((n, at.0 - 1_000_000)),
                Turn::Finish => return (all, at.0 - 1_000_000),
                Turn::Wait | Turn::Delete(_) => {}
            }
            at = next;
        }
    }

    #[test]
    fn pods_come_slowly_at_first() {
        for (n, expect, finish_ms) in [
            (1, vec![(1, 0)], 60),
            (3, vec![(1, 0), (2, 4)], 68),
            (10, vec![(1, 0), (2, 4), (4, 12), (3, 28)], 96),
        ] {
            assert_eq!(batches(n, &mut Limit::default()), (expect, finish_ms), "{n}");
        }
    }

    #[test]
    fn a_hundred_take_four_seconds() {
        let (all, finish_ms) = batches(100, &mut Limit::default());
        assert_eq!(all.iter().map(|(n, _)| n).sum::<usize>(), 100);
        assert!((3400..4200).contains(&finish_ms), "{finish_ms}");
    }

    #[test]
    fn deletions_go_one_by_one() {
        let keys = |n: usize| (0..n).map(|i| Key::new("default", format!("p{i}"))).collect::<Vec<_>>();
        let mut b = Batches::new(Left::Delete(keys(2)), (Object::default(), Census::default()));
        let (mut limit, mut at) = (Limit::default(), Time(1_000_000));
        for (expect, next_ms) in [
            (Turn::Delete(keys(1)), WRITE_MS),
            (Turn::Delete(keys(2)[1..].to_vec()), 2 * WRITE_MS + DELETED_MS),
            (Turn::Finish, 2 * WRITE_MS + DELETED_MS),
        ] {
            let (turn, next) = b.turn(&mut limit, at);
            assert_eq!((turn, next.0 - 1_000_000), (expect, next_ms));
            at = next;
        }
    }
}
