//! Pacing of restarts and pulls: 10 s, doubling to 5 min. Models client-go's `flowcontrol.Backoff` as the kubelet uses it.

use crate::clock::Time;

const FIRST_MS: i64 = 10_000;
const DELAY_MS_MAX: i64 = 300_000;
/// An entry is forgotten when nothing failed for this long (twice the longest delay).
const FORGET_MS: i64 = 2 * DELAY_MS_MAX;

/// The memory of failures of one container (or of one image).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Backoff {
    entry: Option<(i64, Time)>,
}

impl Backoff {
    /// The current delay; 0 if nothing is remembered.
    pub fn delay_ms(&self) -> i64 {
        self.entry.map_or(0, |(delay_ms, _)| delay_ms)
    }

    /// Until when to wait after a failure at `failed`; the first failure need not wait.
    pub fn wait_until(&self, failed: Time) -> Time {
        match self.entry {
            Some((delay_ms, updated)) if failed.since_ms(updated) <= FORGET_MS => failed.plus_ms(delay_ms),
            _ => failed,
        }
    }

    /// Counts a try at `now`, after a failure at `failed`.
    pub fn tried(&mut self, failed: Time, now: Time) {
        let delay_ms = match self.entry {
            Some((delay_ms, updated)) if failed.since_ms(updated) <= FORGET_MS => {
                (delay_ms * 2).min(DELAY_MS_MAX)
            }
            _ => FIRST_MS,
        };
        self.entry = Some((delay_ms, now));
    }
}

/// A duration as Go prints it: `803ms`, `1.2s`, `2m40s`.
pub fn go_duration(ms: i64) -> String {
    if ms < 1000 {
        return if ms == 0 { "0s".into() } else { format!("{ms}ms") };
    }
    let (h, m, s, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    let fraction = format!(".{rest:03}");
    let seconds = format!("{s}{}s", fraction.trim_end_matches('0').trim_end_matches('.'));
    match (h, m) {
        (0, 0) => seconds,
        (0, m) => format!("{m}m{seconds}"),
        (h, m) => format!("{h}h{m}m{seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_paced_as_kubelets_do() {
        // A container that runs for `ran_s` each time: how long it waits after each end, in seconds.
        for (ran_s, waits_s) in
            [(0, vec![0, 10, 20, 40, 80, 160, 300, 300]), (60, vec![0, 10, 20, 40]), (601, vec![0, 0, 0])]
        {
            let (mut backoff, mut now) = (Backoff::default(), Time(0));
            for wait_s in waits_s {
                let failed = now.plus_ms(ran_s * 1000);
                let until = backoff.wait_until(failed);
                assert_eq!(until.since_ms(failed), wait_s * 1000, "ran {ran_s} s");
                backoff.tried(failed, until);
                now = until;
            }
        }
    }

    #[test]
    fn durations_read_as_go_prints_them() {
        for (ms, text) in [
            (0, "0s"),
            (803, "803ms"),
            (1200, "1.2s"),
            (10_000, "10s"),
            (160_000, "2m40s"),
            (300_000, "5m0s"),
        ] {
            assert_eq!(go_duration(ms), text);
        }
    }
}
