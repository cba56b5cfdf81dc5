//! Faults that are planted into runs that are well, to prove that each check can fail: wrong decisions, as writes that nobody should
//! have made; and lies about what was written.

mod lies;
mod writes;

use sandbox::{api::Record, cluster::Cluster};

/// What is planted: a fault, and the words by which it must be found.
pub struct Fault {
    pub name: &'static str,
    pub found_by: &'static str,
    pub how: How,
}

#[derive(Clone, Copy)]
pub enum How {
    /// The checks are told something else than what was written.
    Lie(fn(&mut Record) -> bool),
    /// An index has lost its last entry: of pods on nodes, or of dependents.
    Index(Index),
    /// Somebody writes what they should not, as soon as there is an occasion; false: there is none yet.
    Write(fn(&mut Cluster) -> bool),
    /// The same, when all is at rest.
    AtRest(fn(&mut Cluster) -> bool),
    /// The second run is given more than the first.
    SecondRun(fn(&mut Cluster) -> bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    Pods,
    Dependents,
}

/// What the checks are told instead of the truth, once.
#[derive(Debug)]
pub enum Lie {
    Record(Option<fn(&mut Record) -> bool>),
    Index(Index),
}

impl Lie {
    pub fn of(how: How) -> Option<Self> {
        match how {
            How::Lie(alter) => Some(Self::Record(Some(alter))),
            How::Index(index) => Some(Self::Index(index)),
            How::Write(_) | How::AtRest(_) | How::SecondRun(_) => None,
        }
    }

    /// The record as it is told, where it is not told as it is.
    pub fn about(&mut self, record: &Record) -> Option<Record> {
        let Self::Record(waiting) = self else { return None };
        let mut told = record.clone();
        let altered = waiting.is_some_and(|alter| alter(&mut told));
        altered.then(|| {
            *waiting = None;
            told
        })
    }

    pub fn loses_pods(&self) -> bool {
        matches!(self, Self::Index(Index::Pods))
    }

    pub fn loses_dependents(&self) -> bool {
        matches!(self, Self::Index(Index::Dependents))
    }
}

pub const fn fault(name: &'static str, found_by: &'static str, how: How) -> Fault {
    Fault { name, found_by, how }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    lies::FAULTS.iter().chain(writes::FAULTS).chain(writes::AT_REST)
}
