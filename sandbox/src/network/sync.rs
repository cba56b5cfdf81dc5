//! When kube-proxies write their rules. Models the `BoundedFrequencyRunner` of 1.33 with `minSyncPeriod` 1 s and a burst of two: the
//! first two changes are written at once, what comes sooner than they are earned again waits for a second after the last write.
//! Omits: that a write of many rules takes longer; the full sync every hour.

use crate::clock::Time;

const PERIOD_MS: i64 = 1_000;
const BURST: i64 = 2;

/// The moments of writes; all proxies see the same changes, so one is all.
#[derive(Clone, Debug, Default)]
pub struct Runner {
    /// Milliseconds' worth of writes that were in store at the last one, and when that was (or will be).
    last: Option<(i64, Time)>,
}

impl Runner {
    /// When a change of this moment is written.
    pub fn run(&mut self, now: Time) -> Time {
        let full = BURST * PERIOD_MS;
        let Some((left_ms, last)) = self.last else {
            self.last = Some((full - PERIOD_MS, now));
            return now;
        };
        if last >= now {
            return last;
        }
        let store = |at: Time| left_ms.saturating_add(at.since_ms(last)).min(full);
        let at = if store(now) >= PERIOD_MS { now } else { last.plus_ms(PERIOD_MS) };
        self.last = Some((store(at) - PERIOD_MS, at));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pkg/util/async`: a token bucket of two that gets one a second; a run that has to wait comes a second after the last.
    #[test]
    fn bursts_are_written_at_once_and_then_once_a_second() {
        for (changes, writes) in [
            (vec![5], vec![5]),
            (vec![0, 10], vec![0, 10]),
            (vec![0, 10, 20, 500, 1500], vec![0, 10, 1010, 1010, 2010]),
            (vec![0, 0, 0], vec![0, 0, 0]),
            (vec![0, 10, 1020], vec![0, 10, 1020]),
            (vec![0, 5000, 5001, 5002], vec![0, 5000, 5001, 6001]),
        ] {
            let mut runner = Runner::default();
            let got: Vec<i64> = changes.iter().map(|ms| runner.run(Time(*ms)).0).collect();
            assert_eq!(got, writes, "{changes:?}");
        }
    }
}
