//! What is remembered of a run: each actor's last deed, the marks on the timeline, and the chain from the learner's
//! first act to its consequences. Deeds of one kind in one breath are told as one.

use std::collections::{BTreeMap, BTreeSet};

use wire::{
    act::{Act, Actor, Deed},
    compose::ComposeAct,
    stage::{Mark, MarkKind},
};

/// Most marks kept; older ones are dropped first.
const MARKS_MAX: usize = 200;
/// Most links of the chain.
const CHAIN_MAX: usize = 40;
/// Deeds of one kind within this span are told as one.
const BREATH_MS: i64 = 1_500;

/// The memory of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    last: BTreeMap<Actor, Deed>,
    marks: Vec<Mark>,
    chain: Vec<Deed>,
    /// Revisions that came of something the learner did after the start.
    caused: BTreeSet<u64>,
}

impl History {
    /// Notes who wrote a revision because of what; true if it goes back to the learner.
    pub fn link(
        &mut self,
        revision: u64,
        because: Option<u64>,
        actor: Actor,
        at_ms: i64,
        start_ms: i64,
    ) -> bool {
        let caused = match because {
            _ if at_ms < start_ms => false,
            None => actor == Actor::You,
            Some(cause) => self.caused.contains(&cause),
        };
        if caused {
            self.caused.insert(revision);
        }
        caused
    }

    /// Takes in a deed. `mark`: how the timeline shows it, if it does. `caused`: does it go back to the learner?
    pub fn add(&mut self, deed: Deed, mark: Option<MarkKind>, caused: bool) {
        let told = self.last.get_mut(&deed.actor).is_some_and(|last| merge(last, &deed));
        if !told {
            self.last.insert(deed.actor, deed.clone());
        }
        if let Some(kind) = mark
            && !self.marks.iter_mut().rev().take(8).any(|m| m.kind == kind && merge(&mut m.deed, &deed))
        {
            self.marks.push(Mark { kind, deed: deed.clone() });
            let extra = self.marks.len().saturating_sub(MARKS_MAX);
            self.marks.drain(..extra);
        }
        if caused
            && links(&deed.act)
            && !self.chain.iter_mut().rev().take(8).any(|d| merge(d, &deed))
            && self.chain.len() < CHAIN_MAX
        {
            // a silence is noticed later than it begins
            let at = self.chain.partition_point(|d| d.at_ms <= deed.at_ms);
            self.chain.insert(at, deed);
        }
    }

    /// Each actor's last deed, in the order of actors.
    pub fn actors(&self) -> Vec<Deed> {
        self.last.values().cloned().collect()
    }

    /// The timeline's marks, oldest first.
    pub fn marks(&self) -> Vec<Mark> {
        self.marks.clone()
    }

    /// From the learner's act to its consequences, oldest first.
    pub fn chain(&self) -> Vec<Deed> {
        self.chain.clone()
    }
}

/// Which deeds are links of the explanation; the rest is detail.
fn links(act: &Act) -> bool {
    !matches!(
        act,
        Act::Pulling { .. }
            | Act::Started { .. }
            | Act::PodGone { .. }
            | Act::ScaledReplicaSet { .. }
            | Act::BackOff { .. }
            | Act::Compose(ComposeAct::Gone { .. })
    )
}

/// Adds `deed` to `to` if they are of one kind, about the same thing, in one breath.
fn merge(to: &mut Deed, deed: &Deed) -> bool {
    if to.actor != deed.actor || deed.at_ms - to.at_ms > BREATH_MS {
        return false;
    }
    match (&mut to.act, &deed.act) {
        (
            Act::CreatedPods { replica_set: a, pods, .. },
            Act::CreatedPods { replica_set: b, pods: more, .. },
        )
        | (
            Act::DeletedPods { replica_set: a, pods, .. },
            Act::DeletedPods { replica_set: b, pods: more, .. },
        ) if a == b => {
            *pods += more;
            true
        }
        (Act::EvictedPods { node: a, pods, .. }, Act::EvictedPods { node: b, pods: more, .. }) if a == b => {
            *pods += more;
            true
        }
        (
            Act::EndpointsChanged { service: a, to: last, .. },
            Act::EndpointsChanged { service: b, to: next, .. },
        ) if a == b => {
            *last = *next;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(actor: Actor, at_ms: i64, revision: u64, act: Act) -> Deed {
        Deed { actor, at_ms, revision, because: None, act }
    }

    fn created(pods: u32) -> Act {
        Act::CreatedPods { replica_set: "web-1".into(), pods, wanted: 6, had: 4 }
    }

    #[test]
    fn deeds_in_one_breath_are_told_as_one() {
        let mut h = History::default();
        for (at_ms, revision) in [(1_000, 5), (1_010, 6), (9_000, 9)] {
            h.add(
                deed(Actor::ReplicaSetController, at_ms, revision, created(1)),
                Some(MarkKind::Controller),
                true,
            );
        }
        let pods: Vec<_> = h.chain().into_iter().map(|d| d.act).collect();
        assert_eq!(pods, [created(2), created(1)]);
        assert_eq!(h.marks().len(), 2);
        assert_eq!(h.actors().len(), 1);
    }

    #[test]
    fn the_chain_is_in_the_order_of_time() {
        let mut h = History::default();
        let node = || "c".to_owned();
        h.add(deed(Actor::You, 1_000, 1, Act::Unplugged { node: node() }), None, true);
        h.add(deed(Actor::You, 30_000, 2, Act::Killed { pod: "p".into() }), None, true);
        h.add(deed(Actor::Kubelet, 1_000, 3, Act::LeaseStopped { node: node(), last_ms: 0 }), None, true);
        let times: Vec<_> = h.chain().iter().map(|d| (d.actor, d.at_ms)).collect();
        assert_eq!(times, [(Actor::You, 1_000), (Actor::Kubelet, 1_000), (Actor::You, 30_000)]);
    }

    #[test]
    fn only_what_goes_back_to_the_learner_is_linked() {
        let mut h = History::default();
        assert!(!h.link(1, None, Actor::You, 0, 1_000), "before the start");
        assert!(h.link(2, None, Actor::You, 2_000, 1_000));
        assert!(h.link(3, Some(2), Actor::NodeController, 3_000, 1_000));
        assert!(h.link(4, Some(3), Actor::EvictionController, 4_000, 1_000));
        assert!(!h.link(5, Some(1), Actor::Scheduler, 4_000, 1_000));
        assert!(!h.link(6, None, Actor::Kubelet, 4_000, 1_000));
    }
}
