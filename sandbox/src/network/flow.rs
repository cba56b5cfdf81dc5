//! Requests as a flow: how many were sent and what became of them, by exact integration between changes. Models (ours) callers
//! that send at an even rate. Omits: single requests.
//!
//! Counted in millionths of a request: a rate in thousandths per second times milliseconds.

use crate::{clock::Time, json, json::Json};

/// All of a flow, as so many parts: what 1 to 16 callers and 1 to 16 endpoints share is a whole number of them.
pub const WHOLE: i64 = 720_720 * 720_720;

/// Why a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The Service has no endpoint to send to.
    NoEndpoint,
    /// No Ingress has a rule for it.
    NoRoute,
    /// Nothing listens, or the pod is gone.
    Refused,
    /// A machine is off or cut off.
    Unreachable,
    /// The process was told to end and takes nothing new.
    Terminating,
    /// The queue is full, or the answer comes too late, if ever.
    Overload,
    /// A NetworkPolicy drops it.
    Policy,
}

/// All causes, with their names in a Traffic's status.
pub const CAUSES: [(Cause, &str); 7] = [
    (Cause::NoEndpoint, "noEndpoint"),
    (Cause::NoRoute, "noRoute"),
    (Cause::Refused, "refused"),
    (Cause::Unreachable, "unreachable"),
    (Cause::Terminating, "terminating"),
    (Cause::Overload, "overload"),
    (Cause::Policy, "policy"),
];

/// Milliseconds that answers take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latency {
    /// On average.
    pub mean_ms: i64,
    /// Half of them take no longer.
    pub p50_ms: i64,
    /// All but one in a hundred take no longer.
    pub p99_ms: i64,
}

/// What becomes of requests: how many parts of [`WHOLE`] fail by each cause; the rest is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    failing: [i64; CAUSES.len()],
    /// Of those that are answered.
    pub latency: Latency,
}

impl Share {
    /// So many parts more fail.
    pub fn fail(&mut self, cause: Cause, parts: i64) {
        self.failing[cause as usize] += parts;
    }

    /// Failing part, 0 to 1, in thousandths.
    fn ratio(&self) -> f64 {
        let failing: i64 = self.failing.iter().sum();
        (failing as f64 / WHOLE as f64 * 1000.0).round() / 1000.0
    }
}

/// Millionths of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    good: i64,
    failed: [i64; CAUSES.len()],
}

/// The flow of one Traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    rate_milli: i64,
    share: Share,
    /// Counts until `since`; from there on the flow has not changed.
    until_then: Counts,
    since: Time,
}

impl Flow {
    /// Nothing flows yet.
    pub fn new(now: Time) -> Self {
        Self { rate_milli: 0, share: Share::default(), until_then: Counts::default(), since: now }
    }

    /// From `now` on it flows so (`rate_milli`: thousandths of requests per second). True if that is a change.
    pub fn change(&mut self, rate_milli: i64, share: Share, now: Time) -> bool {
        let same = (self.rate_milli, self.share) == (rate_milli, share);
        if !same {
            (self.until_then, self.since) = (self.counts(now), now);
            (self.rate_milli, self.share) = (rate_milli, share);
        }
        !same
    }

    /// Does anything flow?
    pub fn flows(&self) -> bool {
        self.rate_milli > 0
    }

    fn counts(&self, now: Time) -> Counts {
        let mut c = self.until_then;
        let sent = self.rate_milli * now.since_ms(self.since);
        c.good += sent;
        for (failed, parts) in c.failed.iter_mut().zip(self.share.failing) {
            let part = (i128::from(sent) * i128::from(parts) / i128::from(WHOLE)) as i64;
            *failed += part;
            c.good -= part;
        }
        c
    }

    /// The Traffic's status at `now`.
    pub fn status(&self, now: Time) -> Json {
        let c = self.counts(now);
        let succeeded = whole(c.good);
        let mut failures = Json::object();
        for ((_, name), failed) in CAUSES.iter().zip(c.failed) {
            failures.set(name, whole(failed));
        }
        let failed: i64 = c.failed.map(whole).iter().sum();
        let rate = if self.rate_milli % 1000 == 0 {
            Json::Int(self.rate_milli / 1000)
        } else {
            Json::Float(self.rate_milli as f64 / 1000.0)
        };
        let latency = self.share.latency;
        let mut status = json!({
            "sent": succeeded + failed, "succeeded": succeeded, "failed": failed,
            "latencyMillis": latency.mean_ms, "latencyP50Millis": latency.p50_ms, "latencyP99Millis": latency.p99_ms,
        });
        status.set("failures", failures);
        status.set("ratePerSecond", rate);
        status.set("failureRatio", if self.flows() { self.share.ratio() } else { 0.0 });
        status
    }
}

fn whole(micro: i64) -> i64 {
    micro / 1_000_000
}

/// `spec.ratePerSecond` in thousandths, within 0 and `spec.ratePerSecondMax`.
pub fn rate_milli(spec: &Json) -> i64 {
    let read = |field: &str| spec[field].float().filter(|f| f.is_finite());
    let rate = read("ratePerSecond").unwrap_or(0.0).max(0.0);
    let rate = read("ratePerSecondMax").map_or(rate, |max| rate.min(max.max(0.0)));
    (rate.min(1e6) * 1000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(failing: &[(Cause, i64)]) -> Share {
        let mut share = Share::default();
        failing.iter().for_each(|(cause, parts)| share.fail(*cause, *parts));
        share
    }

    #[test]
    fn flows_are_integrated_exactly() {
        let all_good = share(&[]);
        let one_dead = share(&[(Cause::Unreachable, WHOLE / 3)]);
        let mixed = share(&[(Cause::Refused, WHOLE / 4), (Cause::Policy, WHOLE / 4)]);
        let none = share(&[(Cause::NoEndpoint, WHOLE)]);
        // (rate in thousandths, share, for milliseconds)…, then sent, succeeded, failed
        for (parts, expect) in [
            (vec![(20_000, all_good, 10_000)], [200, 200, 0]),
            (vec![(20_000, all_good, 10_000), (20_000, one_dead, 45_000)], [1100, 800, 300]),
            (vec![(1, all_good, 999_999), (1, all_good, 1)], [1, 1, 0]),
            (vec![(333, all_good, 500), (0, all_good, 9000), (333, all_good, 2600)], [1, 1, 0]),
            (vec![(10_000, mixed, 4000)], [40, 20, 20]),
            (vec![(10_000, none, 1500)], [15, 0, 15]),
        ] {
            let (mut flow, mut now) = (Flow::new(Time(0)), Time(0));
            for (rate, share, ms) in &parts {
                flow.change(*rate, *share, now);
                now = now.plus_ms(*ms);
            }
            let status = flow.status(now);
            let got = ["sent", "succeeded", "failed"].map(|f| status[f].int().unwrap());
            assert_eq!(got, expect, "{parts:?}");
        }
    }

    #[test]
    fn looking_does_not_disturb() {
        let one_dead = share(&[(Cause::Unreachable, WHOLE / 3)]);
        let mut flow = Flow::new(Time(0));
        flow.change(777, one_dead, Time(0));
        let untouched = flow.clone().status(Time(99_999));
        for ms in 0..99_999 {
            flow.change(777, one_dead, Time(ms));
        }
        assert_eq!(flow.status(Time(99_999)), untouched);
    }

    #[test]
    fn every_cause_has_its_place() {
        for (i, (cause, name)) in CAUSES.iter().enumerate() {
            assert_eq!(*cause as usize, i, "{name}");
            let mut flow = Flow::new(Time(0));
            flow.change(1000, share(&[(*cause, WHOLE)]), Time(0));
            let status = flow.status(Time(3000));
            assert_eq!(
                (status["failures"][*name].int(), status["failureRatio"].float()),
                (Some(3), Some(1.0)),
                "{name}"
            );
        }
    }

    #[test]
    fn rates_stay_within_bounds() {
        for (spec, milli) in [
            (json!({"ratePerSecond": 20}), 20_000),
            (json!({"ratePerSecond": 0.5}), 500),
            (json!({"ratePerSecond": 50, "ratePerSecondMax": 30}), 30_000),
            (json!({"ratePerSecond": -1}), 0),
            (json!({}), 0),
        ] {
            assert_eq!(rate_milli(&spec), milli, "{spec}");
        }
    }
}
