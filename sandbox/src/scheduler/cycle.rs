//! One scheduling cycle without its effects: all nodes filtered and scored. Models `schedulePod`.

use std::sync::Arc;

use ecow::EcoString;

use super::{
    Verdict,
    filters::{Cycle, Rejection},
    nodes::{NodeInfo, PodInfo},
    scores,
};
use crate::api::Api;

/// In clusters below this size all nodes are looked at, in larger ones so many that fit at least.
const FITTING_MIN: usize = 100;

/// A pod without a node that hopes for one, and that node.
pub type Nominated = (EcoString, Arc<PodInfo>);

/// What a cycle works with. Nodes are in the order of their names.
pub struct Round<'a> {
    /// The pod.
    pub pod: &'a PodInfo,
    /// All nodes.
    pub nodes: Vec<&'a NodeInfo>,
    /// Pods of at least its priority that hope for a node.
    pub nominated: Vec<Nominated>,
    /// The API, for reading.
    pub api: &'a Api,
}

impl Round<'_> {
    /// Verdicts, and how many nodes were looked at, from the one at `start` on. If none would do, all were.
    pub fn judge(&self, start: usize) -> (Vec<Verdict>, usize) {
        let cycle = Cycle::read(self.pod, &self.nodes, self.api);
        if let Some(hope) = self.hope(&cycle) {
            return (vec![hope], 0);
        }
        let wanted = fitting_wanted(self.nodes.len());
        let (mut fitting, mut looked) = (Vec::new(), Vec::new());
        let order = (0..self.nodes.len()).map(|n| (start + n) % self.nodes.len());
        for i in order {
            if fitting.len() == wanted {
                break;
            }
            let no = reject(&cycle, &self.nodes, i, &self.nominated, self.api);
            if no.is_none() {
                fitting.push(i);
            }
            looked.push((i, no));
        }
        fitting.sort_unstable();
        looked.sort_unstable_by_key(|(i, _)| *i);
        let infos: Vec<&NodeInfo> = fitting.iter().map(|i| self.nodes[*i]).collect();
        let mut scores = scores::score(self.pod, &infos, &self.nodes, self.api).into_iter();
        let count = looked.len();
        let verdict = |(i, rejection): (usize, Option<Rejection>)| {
            let score = if rejection.is_none() { scores.next().unwrap_or(0) } else { 0 };
            Verdict { node: self.nodes[i].name.clone(), rejection, score }
        };
        (looked.into_iter().map(verdict).collect(), count)
    }

    /// The node that the pod hoped for, if it would do now. Models `evaluateNominatedNode`.
    fn hope(&self, cycle: &Cycle<'_>) -> Option<Verdict> {
        let name = self.pod.pod.at("status.nominatedNodeName").eco().filter(|n| !n.is_empty())?;
        let i = self.nodes.iter().position(|info| info.name == *name)?;
        let would_do = reject(cycle, &self.nodes, i, &self.nominated, self.api).is_none();
        would_do.then(|| Verdict { node: name.clone(), rejection: None, score: 0 })
    }
}

/// Why the node at `i` would not do, with those who hope for it and without them. Models
/// `RunFilterPluginsWithNominatedPods`.
pub fn reject(
    cycle: &Cycle<'_>,
    nodes: &[&NodeInfo],
    i: usize,
    nominated: &[Nominated],
    api: &Api,
) -> Option<Rejection> {
    let mut here = nominated.iter().filter(|(node, _)| *node == nodes[i].name).peekable();
    if here.peek().is_some() {
        let mut info = nodes[i].clone();
        here.for_each(|(_, pod)| info.add(pod.clone()));
        let mut others = nodes.to_vec();
        others[i] = &info;
        let no = Cycle::read(cycle.pod, &others, api).reject(&info);
        if no.is_some() {
            return no;
        }
    }
    cycle.reject(nodes[i])
}

/// Models `numFeasibleNodesToFind`.
fn fitting_wanted(nodes: usize) -> usize {
    if nodes < FITTING_MIN {
        return nodes;
    }
    let percent = 50usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(FITTING_MIN)
}

#[cfg(test)]
mod tests {
    use super::fitting_wanted;

    #[test]
    fn in_large_clusters_a_part_is_enough() {
        for (nodes, expect) in [(0, 0), (99, 99), (100, 100), (200, 100), (1_000, 420), (6_000, 300)] {
            assert_eq!(fitting_wanted(nodes), expect, "{nodes}");
        }
    }
}
