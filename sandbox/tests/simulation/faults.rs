//! Faults that are planted into runs that are well, to prove that each check can fail: wrong decisions, as writes that nobody should
//! have made; and lies about what was written.

use sandbox::{
    api::{Change, Record},
    cluster::Cluster,
    object::Object,
    origin::Cause,
    resources,
};

use super::{
    pods::{is_terminal, node_of},
    wrongs,
};

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

const fn fault(name: &'static str, found_by: &'static str, how: How) -> Fault {
    Fault { name, found_by, how }
}

/// All of them.
pub static FAULTS: [Fault; 33] = [
    fault("a revision is used twice", "revisions:", How::Lie(|r| later(r, -1))),
    fault("a revision is left out", "revisions:", How::Lie(|r| later(r, 1))),
    fault(
        "an object becomes another",
        "identity:",
        How::Lie(|r| changed(r, |o| o["metadata"].set("uid", "other"))),
    ),
    fault(
        "a generation falls",
        "identity:",
        How::Lie(|r| {
            r.before.as_ref().is_some_and(|b| b.generation() > 1)
                && changed(r, |o| o["metadata"].set("generation", 1i64))
        }),
    ),
    fault(
        "a pod moves",
        "pods:",
        How::Lie(|r| of_bound_pod(r) && changed(r, |o| o["spec"].set("nodeName", "elsewhere"))),
    ),
    fault("a pod comes back", "pods:", How::Lie(comes_back)),
    fault("a job forgets", "jobs:", How::Lie(forgets)),
    fault(
        "a cause comes later",
        "causes:",
        How::Lie(|r| {
            r.origin.because = Cause::Record(r.revision + 1);
            true
        }),
    ),
    fault(
        "a claim leaves its volume",
        "volumes:",
        How::Lie(|r| {
            let is_bound = |o: &Object| !o.at("spec.volumeName").text().is_empty();
            let was =
                r.resource == resources::PERSISTENT_VOLUME_CLAIM && r.before.as_ref().is_some_and(is_bound);
            was && changed(r, |o| o["spec"].set("volumeName", "another"))
        }),
    ),
    fault("an index loses a pod", "indexes:", How::Index(Index::Pods)),
    fault("an index loses a dependent", "indexes:", How::Index(Index::Dependents)),
    fault("host ports are not looked at", "have hostPort", How::Write(wrongs::host_port)),
    fault("a node's room is not looked at", "is promised", How::Write(wrongs::room)),
    fault("taints are not looked at", "does not bear", How::Write(wrongs::taint)),
    fault("anti-affinity is not looked at", "anti-affinity", How::Write(wrongs::anti_affinity)),
    fault("affinity is not looked at", "affinity to nobody", How::Write(wrongs::affinity)),
    fault("spread is not looked at", "a skew of", How::Write(wrongs::spread)),
    fault("a pod is bound without its volume", "without its volume", How::Write(wrongs::volume)),
    fault("a budget is not asked", "did not pay", How::Write(wrongs::budget_not_asked)),
    fault(
        "a budget pays what it does not have",
        "paid for an eviction",
        How::Write(wrongs::budget_overdrawn),
    ),
    fault("a quota is not asked", "with a quota of", How::Write(wrongs::quota)),
    fault("an owner is taken away", "by no rule", How::Write(wrongs::owner)),
    fault("two pods get one address", "have the address", How::Write(wrongs::address)),
    fault("a controller acts without a cause", "nothing says why", How::Write(wrongs::no_cause)),
    fault("somebody makes room for nobody", "makes room for nobody", How::Write(wrongs::preemption)),
    fault("an ordinal comes early", "came before", How::Write(wrongs::ordinal)),
    fault("an autoscaler goes too far", "out of its bounds", How::Write(wrongs::scale)),
    fault("a job is too wide", "at a time", How::Write(wrongs::width)),
    fault("an endpoint is forgotten", "leads to", How::AtRest(wrongs::endpoint)),
    fault("a budget is not counted again", "must be", How::AtRest(wrongs::stale_budget)),
    fault("a quota is not counted again", "it counts", How::AtRest(wrongs::stale_quota)),
    fault("an owner goes, and nobody follows", "is no more", How::AtRest(wrongs::orphan)),
    fault("the second run differs", "other bytes", How::SecondRun(wrongs::one_more)),
];

fn later(record: &mut Record, by: i64) -> bool {
    record.revision = record.revision.saturating_add_signed(by);
    true
}

/// Changes what was written, where something was changed.
fn changed(record: &mut Record, change: impl FnOnce(&mut Object)) -> bool {
    let is_change = record.change == Change::Modified && record.before.is_some();
    if is_change {
        change(&mut record.object);
    }
    is_change
}

fn of_bound_pod(record: &Record) -> bool {
    record.resource == resources::POD && record.before.as_ref().is_some_and(|b| !node_of(b).is_empty())
}

fn comes_back(record: &mut Record) -> bool {
    let was_over = record.resource == resources::POD && record.before.as_ref().is_some_and(is_terminal);
    was_over && changed(record, |o| o["status"].set("phase", "Running"))
}

fn forgets(record: &mut Record) -> bool {
    let ended = |o: &Object, field: &str| o["status"][field].int().unwrap_or(0) > 0;
    let of_job = record.resource == resources::JOB;
    let field =
        ["succeeded", "failed"].into_iter().find(|f| record.before.as_ref().is_some_and(|b| ended(b, f)));
    match field {
        Some(field) if of_job => changed(record, |o| o["status"].set(field, 0i64)),
        _ => false,
    }
}
