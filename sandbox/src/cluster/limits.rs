//! How often the control plane's parts may write. Models the token bucket of client-go (`NewTokenBucketRateLimiter`): each
//! controller of kube-controller-manager has a client, and with it a bucket, of its own, whose size are its flags
//! `--kube-api-qps` 20 and `--kube-api-burst` 30; the namespace controller's holds 20 times and 100 times as much (`core.go`).
//! kube-scheduler's has 50 and 100 (`KubeSchedulerConfiguration`). Events go through the same bucket, save the scheduler's, which
//! has a second client for them. Where a bucket is empty its controller's work waits, first come first served.
//! Omits: reads, which take from the same bucket (of the garbage collector's, twice as fast, they are half); refused writes; the
//! kubelets' limit of 50 writes a second, more than a node of 110 pods asks for. What one look writes is taken at once, and paid for
//! afterwards.

use std::collections::BTreeMap;

use crate::{
    api::{Change, Record},
    clock::Time,
    origin,
    resources::{
        CONTROL_PLANE, EVENT,
        control_plane::{self, Rate, Rates},
    },
};

/// One write, in the bucket's small change: thousandths of a write a second, times milliseconds.
const WRITE: i64 = 1_000_000;

/// What a client may do; `None`: as much as it likes.
fn rate(rates: Rates, client: &str) -> Option<Rate> {
    let manager = rates.controller_manager;
    match client {
        origin::SCHEDULER => rates.scheduler,
        origin::NAMESPACE_CONTROLLER => manager.map(|r| Rate {
            milli_per_second: r.milli_per_second.saturating_mul(20),
            burst: r.burst.saturating_mul(100),
        }),
        _ => manager,
    }
}

/// What a client has saved up; below nothing, it owes.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: Rate,
    saved: i64,
    at: Time,
}

impl Bucket {
    fn full(rate: Rate, at: Time) -> Self {
        Self { rate, saved: rate.burst.saturating_mul(WRITE), at }
    }

    fn fill(&mut self, now: Time) {
        let more = now.since_ms(self.at).saturating_mul(self.rate.milli_per_second);
        self.saved = self.saved.saturating_add(more).min(self.rate.burst.saturating_mul(WRITE));
        self.at = now;
    }

    /// Whole writes that there are.
    fn writes(&self) -> i64 {
        self.saved.div_euclid(WRITE)
    }

    /// When there is one, at the soonest.
    fn next(&self) -> Time {
        let lack = (WRITE - self.saved).max(0);
        self.at.plus_ms(
            lack.div_euclid(self.rate.milli_per_second) + i64::from(lack % self.rate.milli_per_second > 0),
        )
    }
}

/// The buckets of all clients, by their user.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    rates: Rates,
    buckets: BTreeMap<&'static str, Bucket>,
}

impl Limits {
    /// A setting of the world that changed: the parts start again, with full buckets.
    pub fn observe(&mut self, record: &Record) {
        if record.resource != CONTROL_PLANE {
            return;
        }
        let is_gone = record.change == Change::Deleted;
        self.rates = if is_gone { Rates::default() } else { control_plane::rates(&record.object) };
        self.buckets.clear();
    }

    /// How many writes a client may make now; `None`: as many as it likes.
    pub fn room(&mut self, client: &'static str, now: Time) -> Option<i64> {
        self.bucket(client, now).map(|bucket| bucket.writes())
    }

    /// When a client may write again.
    pub fn next(&mut self, client: &'static str, now: Time) -> Time {
        self.bucket(client, now).map_or(now, |bucket| bucket.next())
    }

    /// A client wrote these.
    pub fn take<'a>(&mut self, client: &'static str, now: Time, records: impl Iterator<Item = &'a Record>) {
        let Some(bucket) = self.bucket(client, now) else { return };
        let is_its =
            |r: &&Record| r.origin.user == client && !(r.resource == EVENT && client == origin::SCHEDULER);
        bucket.saved = bucket.saved.saturating_sub(records.filter(is_its).count() as i64 * WRITE);
    }

    fn bucket(&mut self, client: &'static str, now: Time) -> Option<&mut Bucket> {
        let rate = rate(self.rates, client)?;
        let bucket = self.buckets.entry(client).or_insert_with(|| Bucket::full(rate, now));
        bucket.fill(now);
        Some(bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time(1_000_000);

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let rate = |milli_per_second, burst| Rate { milli_per_second, burst };
        // Each taken as soon as it is there: when the last of so many is written, after the first.
        for (rate, writes, expect_ms) in [
            (rate(20_000, 30), 30, 0),
            (rate(20_000, 30), 31, 50),
            (rate(20_000, 30), 125, 4_750),
            (rate(20_000, 30), 1_025, 49_750),
            (rate(50_000, 100), 150, 1_000),
            (rate(500, 1), 3, 4_000),
            (rate(3_000, 2), 5, 1_000),
        ] {
            let (mut bucket, mut now) = (Bucket::full(rate, START), START);
            for _ in 0..writes {
                bucket.fill(now);
                now = now.max(bucket.next());
                bucket.fill(now);
                assert!(bucket.writes() >= 1, "{rate:?}");
                bucket.saved -= WRITE;
            }
            assert_eq!(now.since_ms(START), expect_ms, "{rate:?} {writes}");
        }
    }

    #[test]
    fn what_is_owed_is_paid_first() {
        let rate = Rate { milli_per_second: 20_000, burst: 30 };
        for (taken, pause_ms, writes, next_ms) in [
            (0, 0, 30, 0),
            (29, 0, 1, 0),
            (30, 0, 0, 50),
            (30, 49, 0, 50),
            (30, 50, 1, 50),
            (40, 0, -10, 550),
            (40, 500, 0, 550),
            (40, 60_000, 30, 60_000),
        ] {
            let mut bucket = Bucket::full(rate, START);
            bucket.saved -= taken * WRITE;
            bucket.fill(START.plus_ms(pause_ms));
            let found = (bucket.writes(), bucket.next().since_ms(START));
            assert_eq!(found, (writes, next_ms), "{taken} taken, {pause_ms} ms later");
        }
    }

    #[test]
    fn each_part_has_its_own() {
        let mut limits = Limits::default();
        for (client, room) in [
            (origin::REPLICASET_CONTROLLER, Some(30)),
            (origin::NAMESPACE_CONTROLLER, Some(3_000)),
            (origin::SCHEDULER, Some(100)),
        ] {
            assert_eq!(limits.room(client, START), room, "{client}");
        }
        limits.rates = Rates { controller_manager: None, scheduler: None };
        assert_eq!(limits.room(origin::JOB_CONTROLLER, START), None);
        assert_eq!(limits.next(origin::JOB_CONTROLLER, START), START);
    }
}
