//! Whom a pod would send away to get a node. Models the plugin DefaultPreemption: `SelectVictimsOnNode`,
//! `pickOneNodeForPreemption` and its messages.
//! Omits: extenders; every node that may help is tried, as in clusters of up to 100 such nodes.

use std::{cmp::Reverse, sync::Arc};

use ecow::EcoString;

use super::{
    Verdict,
    cycle::{Round, reject},
    filters::{Cycle, Rejection},
    nodes::{NodeInfo, PodInfo},
    words,
};
use crate::{api::Api, clock::Time, json::Json, object::Object, resources, selector::Labels};

/// Reason of the condition DisruptionTarget.
pub const REASON: &str = "PreemptionByScheduler";

/// What came of it.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// These go, and the pod may hope for the node.
    Nominated {
        /// The node.
        node: EcoString,
        /// Who goes.
        victims: Vec<Object>,
    },
    /// Nobody goes.
    Nobody {
        /// What is said of it.
        message: String,
        /// The node that it hoped for stays its own.
        keeps_hope: bool,
    },
}

/// Victims on one node.
struct Candidate {
    node: EcoString,
    victims: Vec<Arc<PodInfo>>,
    /// How many of them a budget protects.
    protected: usize,
}

/// Decides for a pod that no node would take.
pub fn evaluate(round: &Round<'_>, verdicts: &[Verdict]) -> Outcome {
    if let Some(why) = not_eligible(round.pod, &round.nodes, verdicts) {
        return Outcome::Nobody { message: format!("preemption: {why}"), keeps_hope: true };
    }
    let mut found = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    for (i, verdict) in verdicts.iter().enumerate() {
        if verdict.rejection.as_ref().is_some_and(|r| r.hopeless) {
            reasons.push("Preemption is not helpful for scheduling".into());
            continue;
        }
        match victims(round, i) {
            Ok(candidate) => found.push(candidate),
            Err(why) => reasons.extend(why),
        }
    }
    match found.into_iter().min_by_key(rank) {
        Some(best) => {
            let victims = best.victims.iter().map(|v| v.pod.clone()).collect();
            Outcome::Nominated { node: best.node, victims }
        }
        None => {
            let all = words::tally(verdicts.len(), reasons.iter().map(String::as_str));
            Outcome::Nobody { message: format!("preemption: {all}"), keeps_hope: false }
        }
    }
}

/// Models `PodEligibleToPreemptOthers`.
fn not_eligible(pod: &PodInfo, nodes: &[&NodeInfo], verdicts: &[Verdict]) -> Option<&'static str> {
    if pod.pod.at("spec.preemptionPolicy") == "Never" {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let hope = pod.pod.at("status.nominatedNodeName").text();
    let (info, verdict) = nodes.iter().zip(verdicts).find(|(n, _)| n.node.name() == hope)?;
    let goes = |p: &PodInfo| {
        p.priority < pod.priority
            && p.pod.is_terminating()
            && p.pod.condition("DisruptionTarget")["reason"] == REASON
    };
    let hopeless = verdict.rejection.as_ref().is_some_and(|r| r.hopeless);
    (!hopeless && info.pods().any(|p| goes(p)))
        .then_some("not eligible due to a terminating pod on the nominated node.")
}

/// Who has to go from the node at `i`. Models `SelectVictimsOnNode`.
fn victims(round: &Round<'_>, i: usize) -> Result<Candidate, Vec<String>> {
    let Round { pod, nodes, nominated, api } = round;
    let mut lesser: Vec<Arc<PodInfo>> =
        nodes[i].pods().filter(|p| p.priority < pod.priority).cloned().collect();
    if lesser.is_empty() {
        return Err(vec!["No preemption victims found for incoming pod".into()]);
    }
    lesser.sort_by_key(|p| (Reverse(p.priority), started(p)));
    let mut info = nodes[i].clone();
    for p in &lesser {
        info.remove(&p.pod.key());
    }
    let no = |info: &NodeInfo| -> Option<Rejection> {
        let mut others = nodes.to_vec();
        others[i] = info;
        reject(&Cycle::read(pod, &others, api), &others, i, nominated, api)
    };
    if let Some(rejection) = no(&info) {
        return Err(rejection.reasons);
    }
    let (protected, free) = by_budget(&lesser, api);
    let mut candidate = Candidate { node: info.node.name().clone(), victims: Vec::new(), protected: 0 };
    for (p, is_protected) in
        protected.into_iter().map(|p| (p, true)).chain(free.into_iter().map(|p| (p, false)))
    {
        info.add(p.clone());
        if no(&info).is_some() {
            info.remove(&p.pod.key());
            candidate.protected += usize::from(is_protected);
            candidate.victims.push(p);
        }
    }
    candidate.victims.sort_by_key(|p| (Reverse(p.priority), started(p)));
    Ok(candidate)
}

fn started(pod: &PodInfo) -> Time {
    pod.pod["status"]["startTime"].time().unwrap_or(Time(i64::MAX))
}

/// Pods whose going would break a budget, and the others. Models `filterPodsWithPDBViolation`.
fn by_budget(pods: &[Arc<PodInfo>], api: &Api) -> (Vec<Arc<PodInfo>>, Vec<Arc<PodInfo>>) {
    let read = |b: &Object| {
        let selector = Labels::from_object(&b["spec"]["selector"]);
        let allowed = b["status"]["disruptionsAllowed"].int().unwrap_or(0);
        (!selector.is_empty()).then(|| (b.clone(), selector, allowed))
    };
    let mut budgets: Vec<_> = api.list(resources::POD_DISRUPTION_BUDGET, "").filter_map(read).collect();
    pods.iter().cloned().partition(|p| {
        let mut breaks = false;
        for (budget, selector, allowed) in &mut budgets {
            let known: &Json = &budget["status"]["disruptedPods"][p.pod.name().as_str()];
            if budget.namespace() == p.pod.namespace() && selector.selects(&p.pod) && known.is_null() {
                *allowed -= 1;
                breaks |= *allowed < 0;
            }
        }
        breaks
    })
}

/// The less the better: budgets broken, the highest priority, their sum, how many; then who started last.
fn rank(candidate: &Candidate) -> (usize, i64, i64, usize, Reverse<Time>) {
    // Priorities may be negative: more pods must not make a smaller sum.
    const ABOVE_ALL_NEGATIVE: i64 = i32::MAX as i64 + 1;
    let highest = candidate.victims.first().map_or(0, |p| p.priority);
    let first = candidate.victims.iter().filter(|p| p.priority == highest).map(|p| started(p)).min();
    (
        candidate.protected,
        highest,
        candidate.victims.iter().map(|p| p.priority + ABOVE_ALL_NEGATIVE).sum(),
        candidate.victims.len(),
        Reverse(first.unwrap_or_default()),
    )
}
