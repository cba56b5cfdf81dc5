//! Why a pod has no node, in the words of kube-scheduler. Models `FitError.Error`.

use std::collections::BTreeMap;

use super::Verdict;

/// The message of the event `FailedScheduling` and of condition `PodScheduled`. `preemption` is what came of that, if there
/// is something to say.
pub fn failed_scheduling(verdicts: &[Verdict], preemption: &str) -> String {
    let rejections = || verdicts.iter().filter_map(|v| v.rejection.as_ref());
    let of_pod = rejections().find(|r| r.before_nodes).and_then(|r| r.reasons.first());
    let why = of_pod.map_or_else(
        || tally(verdicts.len(), rejections().flat_map(|r| r.reasons.iter().map(String::as_str))),
        |why| format!("0/{} nodes are available: {why}.", verdicts.len()),
    );
    if preemption.is_empty() { why } else { format!("{why} {preemption}") }
}

/// `0/3 nodes are available: 1 this, 2 that.`
pub fn tally<'a>(nodes: usize, reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    reasons.for_each(|r| *counts.entry(r).or_default() += 1);
    let mut parts: Vec<String> = counts.into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
    parts.sort();
    format!("0/{nodes} nodes are available: {}.", parts.join(", "))
}
