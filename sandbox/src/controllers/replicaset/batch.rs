//! Pods of a replica set made and deleted batch by batch. Models `slowStartBatch`: the first pod alone, then two, four …, so that
//! what fails, fails a few times only; a batch is cut where the client's write limit has no room for it. What each write takes is
//! that of a control plane with a little to do.

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
    /// All is done: write the status.
    Finish,
}

impl Batches {
    /// Begins.
    pub fn new(left: Left, began: (Object, Census)) -> Self {
        let room = if let Left::Delete(keys) = &left { keys.len() } else { 1 };
        Self { left, room, next: 2, began, again: false, failure: None, done: false }
    }

    /// What to do at `now`, of which `allowed` gives the part that may be, and when the next turn is.
    pub fn turn(&mut self, allowed: impl Fn(usize) -> usize, now: Time) -> (Turn, Time) {
        if self.done {
            return (Turn::Finish, now);
        }
        let after = |writes: usize| now.plus_ms(WRITE_MS * writes as i64);
        match &mut self.left {
            Left::Create(n) => {
                let taken = allowed(self.room.min(*n));
                *n -= taken;
                self.room -= taken;
                if self.room == 0 {
                    (self.room, self.next) = (self.next, self.next * 2);
                }
                self.done = *n == 0;
                (Turn::Create(taken), if self.done { after(taken).plus_ms(MADE_MS) } else { after(taken) })
            }
            Left::Delete(keys) => {
                let gone: Vec<Key> = keys.drain(..keys.len().min(1)).collect();
                self.done = keys.is_empty();
                let at = after(gone.len());
                (Turn::Delete(gone), if self.done { at.plus_ms(DELETED_MS) } else { at })
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
    fn batches(n: usize, allowed: usize) -> (Vec<(usize, i64)>, i64) {
        let mut b = Batches::new(Left::Create(n), (Object::default(), Census::default()));
        let (mut at, mut all) = (Time(1_000_000), Vec::new());
        loop {
            let (turn, next) = b.turn(|wanted| wanted.min(allowed), at);
            match turn {
                Turn::Create(n) => all.push((n, at.0 - 1_000_000)),
                Turn::Finish => return (all, at.0 - 1_000_000),
                Turn::Delete(_) => {}
            }
            at = next;
        }
    }

    #[test]
    fn pods_come_slowly_at_first() {
        for (n, allowed, expect, finish_ms) in [
            (1, 9, vec![(1, 0)], 60),
            (3, 9, vec![(1, 0), (2, 4)], 68),
            (10, 9, vec![(1, 0), (2, 4), (4, 12), (3, 28)], 96),
            (4, 1, vec![(1, 0), (1, 4), (1, 8), (1, 12)], 72),
        ] {
            assert_eq!(batches(n, allowed), (expect, finish_ms), "{n}, {allowed} at once");
        }
    }

    #[test]
    fn deletions_go_one_by_one() {
        let keys = |n: usize| (0..n).map(|i| Key::new("default", format!("p{i}"))).collect::<Vec<_>>();
        let mut b = Batches::new(Left::Delete(keys(2)), (Object::default(), Census::default()));
        let mut at = Time(1_000_000);
        for (expect, next_ms) in [
            (Turn::Delete(keys(1)), WRITE_MS),
            (Turn::Delete(keys(2)[1..].to_vec()), 2 * WRITE_MS + DELETED_MS),
            (Turn::Finish, 2 * WRITE_MS + DELETED_MS),
        ] {
            let (turn, next) = b.turn(|wanted| wanted, at);
            assert_eq!((turn, next.0 - 1_000_000), (expect, next_ms));
            at = next;
        }
    }
}
