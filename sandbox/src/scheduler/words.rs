//! Why a pod has no node, in the words of kube-scheduler. Models `FitError.Error` and the message of DefaultPreemption.

use std::collections::BTreeMap;

use super::Verdict;
use crate::object::Object;

/// The message of the event `FailedScheduling` and of condition `PodScheduled`.
pub fn failed_scheduling(pod: &Object, verdicts: &[Verdict]) -> String {
    if verdicts.is_empty() {
        return "no nodes available to schedule pods".into();
    }
    let rejections = || verdicts.iter().filter_map(|v| v.rejection.as_ref());
    let of_pod = rejections().find(|r| r.before_nodes).and_then(|r| r.reasons.first());
    let why = of_pod.map_or_else(
        || tally(verdicts.len(), rejections().flat_map(|r| r.reasons.iter().map(String::as_str))),
        |why| format!("0/{} nodes are available: {why}.", verdicts.len()),
    );
    let preemption = if pod.at("spec.preemptionPolicy") == "Never" {
        "not eligible due to preemptionPolicy=Never.".to_owned()
    } else {
        let helps = |hopeless| {
            if hopeless {
                "Preemption is not helpful for scheduling"
            } else {
                "No preemption victims found for incoming pod"
            }
        };
        tally(verdicts.len(), rejections().map(|r| helps(r.hopeless)))
    };
    format!("{why} preemption: {preemption}")
}

/// `0/3 nodes are available: 1 this, 2 that.`
fn tally<'a>(nodes: usize, reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    reasons.for_each(|r| *counts.entry(r).or_default() += 1);
    let mut parts: Vec<String> = counts.into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
    parts.sort();
    format!("0/{nodes} nodes are available: {}.", parts.join(", "))
}
