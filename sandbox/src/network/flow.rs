//! Requests as a flow: how many were sent and what became of them, by exact integration between changes.
//!
//! Counted in millionths of a request: a rate in thousandths per second times milliseconds.

use crate::{clock::Time, json, json::Json};

/// Where a request may end, as counts of equally likely targets. None at all: there is no endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Processes that answer.
    pub good: i64,
    /// Machines that are up, with nothing that listens.
    pub refused: i64,
    /// Machines that are off or cut off, and addresses that are nobody's.
    pub unreachable: i64,
}

impl Share {
    fn all(self) -> i64 {
        self.good + self.refused + self.unreachable
    }

    /// Failing part, 0 to 1, in thousandths.
    pub fn failing(self) -> f64 {
        let bad = (self.all() - self.good) as f64;
        if self.all() == 0 { 1.0 } else { (bad / self.all() as f64 * 1000.0).round() / 1000.0 }
    }
}

/// Millionths of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    good: i64,
    refused: i64,
    unreachable: i64,
    no_endpoint: i64,
}

/// The flow of one Traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    rate_milli: i64,
    share: Share,
    latency_ms: i64,
    /// Counts until `since`; from there on the flow has not changed.
    until_then: Counts,
    since: Time,
}

impl Flow {
    /// Nothing flows yet.
    pub fn new(now: Time) -> Self {
        Self {
            rate_milli: 0,
            share: Share::default(),
            latency_ms: 0,
            until_then: Counts::default(),
            since: now,
        }
    }

    /// From `now` on it flows so (`rate_milli`: thousandths of requests per second). True if that is a change.
    pub fn change(&mut self, rate_milli: i64, share: Share, latency_ms: i64, now: Time) -> bool {
        let same = (self.rate_milli, self.share, self.latency_ms) == (rate_milli, share, latency_ms);
        if !same {
            (self.until_then, self.since) = (self.counts(now), now);
            (self.rate_milli, self.share, self.latency_ms) = (rate_milli, share, latency_ms);
        }
        !same
    }

    /// Does anything flow?
    pub fn flows(&self) -> bool {
        self.rate_milli > 0
    }

    fn counts(&self, now: Time) -> Counts {
        let (mut c, all) = (self.until_then, self.share.all());
        let sent = self.rate_milli * now.since_ms(self.since);
        if all == 0 {
            c.no_endpoint += sent;
            return c;
        }
        let part = |n: i64| (i128::from(sent) * i128::from(n) / i128::from(all)) as i64;
        let (refused, unreachable) = (part(self.share.refused), part(self.share.unreachable));
        c.refused += refused;
        c.unreachable += unreachable;
        c.good += sent - refused - unreachable;
        c
    }

    /// The Traffic's status at `now`.
    pub fn status(&self, now: Time) -> Json {
        let c = self.counts(now);
        let whole = |micro: i64| micro / 1_000_000;
        let succeeded = whole(c.good);
        let failures = [c.no_endpoint, c.refused, c.unreachable].map(whole);
        let failed: i64 = failures.iter().sum();
        let rate = if self.rate_milli % 1000 == 0 {
            Json::Int(self.rate_milli / 1000)
        } else {
            Json::Float(self.rate_milli as f64 / 1000.0)
        };
        let mut status = json!({
            "sent": succeeded + failed, "succeeded": succeeded, "failed": failed,
            "failures": {"noEndpoint": failures[0], "refused": failures[1], "unreachable": failures[2]},
            "latencyMillis": self.latency_ms,
        });
        status.set("ratePerSecond", rate);
        status.set("failureRatio", if self.flows() { self.share.failing() } else { 0.0 });
        status
    }
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

    const ALL_GOOD: Share = Share { good: 3, refused: 0, unreachable: 0 };
    const ONE_DEAD: Share = Share { good: 2, refused: 0, unreachable: 1 };
    const NONE: Share = Share { good: 0, refused: 0, unreachable: 0 };

    #[test]
    fn flows_are_integrated_exactly() {
        // (rate in thousandths, share, for milliseconds)…, then sent, succeeded, failed
        for (parts, expect) in [
            (vec![(20_000, ALL_GOOD, 10_000)], [200, 200, 0]),
            (vec![(20_000, ALL_GOOD, 10_000), (20_000, ONE_DEAD, 45_000)], [1100, 800, 300]),
            (vec![(1, ALL_GOOD, 999_999), (1, ALL_GOOD, 1)], [1, 1, 0]),
            (vec![(333, ALL_GOOD, 500), (0, ALL_GOOD, 9000), (333, ALL_GOOD, 2600)], [1, 1, 0]),
            (vec![(10_000, NONE, 1500)], [15, 0, 15]),
        ] {
            let (mut flow, mut now) = (Flow::new(Time(0)), Time(0));
            for (rate, share, ms) in &parts {
                flow.change(*rate, *share, 5, now);
                now = now.plus_ms(*ms);
            }
            let status = flow.status(now);
            let got = ["sent", "succeeded", "failed"].map(|f| status[f].int().unwrap());
            assert_eq!(got, expect, "{parts:?}");
        }
    }

    #[test]
    fn looking_does_not_disturb() {
        let mut flow = Flow::new(Time(0));
        flow.change(777, ONE_DEAD, 5, Time(0));
        let untouched = flow.clone().status(Time(99_999));
        for ms in 0..99_999 {
            flow.change(777, ONE_DEAD, 5, Time(ms));
        }
        assert_eq!(flow.status(Time(99_999)), untouched);
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
