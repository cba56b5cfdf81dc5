//! Spans in which requests failed, from the counts that a Traffic's status reports.

use std::collections::BTreeMap;

use serde_json::Value;
use wire::stage::FailureSpan;

use super::read::at;

/// Most spans kept for one Traffic; older ones are dropped first.
const SPANS_MAX: usize = 40;

/// What is remembered of one Traffic.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Counts when the learner's clock started.
    base: (u64, u64),
    last: (u64, u64),
    failed_before_span: u64,
    spans: Vec<FailureSpan>,
}

/// All Traffics, by key.
#[derive(Clone, Debug, Default)]
pub struct Failures(BTreeMap<String, Flow>);

impl Failures {
    /// Takes in a report at a moment.
    pub fn report(&mut self, key: String, traffic: &Value, at_ms: i64, start_ms: i64) {
        let count = |field: &str| at(traffic, "status")[field].as_u64().unwrap_or(0);
        let (sent, failed) = (count("sent"), count("failed"));
        let ratio = at(traffic, "status.failureRatio").as_f64().unwrap_or(0.0);
        let flow = self.0.entry(key).or_default();
        let before = flow.last.1;
        flow.last = (sent, failed);
        if at_ms <= start_ms {
            flow.base = (sent, failed);
            flow.failed_before_span = failed;
            return;
        }
        let open = flow.spans.last().is_some_and(|s| s.to_ms.is_none());
        if ratio > 0.0 && !open {
            flow.failed_before_span = before;
            flow.spans.push(FailureSpan { from_ms: at_ms, to_ms: None, failed: 0 });
            let extra = flow.spans.len().saturating_sub(SPANS_MAX);
            flow.spans.drain(..extra);
        }
        if let Some(span) = flow.spans.last_mut().filter(|s| s.to_ms.is_none()) {
            span.failed = failed.saturating_sub(flow.failed_before_span);
            span.to_ms = (ratio == 0.0).then_some(at_ms);
        }
    }

    /// Requests sent and failed since the start, and the spans.
    pub fn of(&self, key: &str) -> (u64, u64, Vec<FailureSpan>) {
        self.0.get(key).map_or((0, 0, Vec::new()), |f| {
            (f.last.0.saturating_sub(f.base.0), f.last.1.saturating_sub(f.base.1), f.spans.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_span_opens_with_the_first_failure_and_closes_with_the_last() {
        let mut failures = Failures::default();
        let mut report = |at_ms: i64, sent: u64, failed: u64, ratio: f64| {
            let traffic = json!({"status": {"sent": sent, "failed": failed, "failureRatio": ratio}});
            failures.report("default/web".into(), &traffic, at_ms, 1_000);
        };
        report(900, 100, 7, 0.0);
        report(2_000, 140, 7, 0.33);
        report(12_000, 540, 140, 0.33);
        report(15_000, 660, 180, 0.0);
        report(25_000, 1_060, 180, 0.0);
        let span = FailureSpan { from_ms: 2_000, to_ms: Some(15_000), failed: 173 };
        assert_eq!(failures.of("default/web"), (960, 173, vec![span]));
        assert_eq!(failures.of("default/other"), (0, 0, vec![]));
    }
}
