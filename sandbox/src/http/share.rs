//! How much of the machine one cluster takes where others live beside it. Pure: real moments are handed in. What it works is a
//! debt that is paid off while real time passes; who owes too much waits, and its virtual time flows slower than asked.

use std::time::{Duration, Instant};

/// A second of work is paid off in so many seconds: half a core for long.
const PAID_OFF_IN: u32 = 2;
/// Work that may be owed before anybody has to wait: a replay of a lesson, a rollout.
const DEBT_MAX: Duration = Duration::from_secs(2);
/// For how long its owner is told after time was held back.
const TOLD_FOR: Duration = Duration::from_secs(10);

/// What a cluster owes.
#[derive(Clone, Debug)]
pub(super) struct Share {
    debt: Duration,
    at: Instant,
    held_back: Option<Instant>,
}

impl Share {
    /// Nothing yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { debt: Duration::ZERO, at: now, held_back: None }
    }

    /// It has worked so long until `now`.
    pub(super) fn worked(&mut self, took: Duration, now: Instant) {
        let paid = now.saturating_duration_since(self.at) / PAID_OFF_IN;
        self.debt = self.debt.saturating_sub(paid) + took;
        self.at = now;
    }

    /// How long it has to wait before it may work again.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let paid = now.saturating_duration_since(self.at) / PAID_OFF_IN;
        self.debt.saturating_sub(paid).saturating_sub(DEBT_MAX) * PAID_OFF_IN
    }

    /// Its time does not flow as fast as asked.
    pub(super) fn hold_back(&mut self, now: Instant) {
        self.held_back = Some(now);
    }

    /// Has its owner to be told that it is held back?
    pub(super) fn tells(&self, now: Instant) -> bool {
        self.held_back.is_some_and(|at| now.saturating_duration_since(at) < TOLD_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_works_too_much_waits_until_it_is_paid_off() {
        let ms = Duration::from_millis;
        // (worked, after a pause), in ms; then the wait.
        for (work, wait_ms) in [
            (vec![(500, 0), (500, 0), (1000, 0)], 0),
            (vec![(2500, 0)], 1000),
            (vec![(2500, 0), (0, 600)], 400),
            (vec![(2500, 0), (0, 1000)], 0),
            // Half a core for ever.
            (vec![(100, 200); 1000], 0),
            // A whole one: half of it is owed.
            (vec![(100, 100); 60], 2000),
            (vec![(10_000, 0), (0, 60_000), (2_000, 0)], 0),
        ] {
            let mut now = Instant::now();
            let mut share = Share::new(now);
            for (worked, after) in &work {
                now += ms(*after);
                share.worked(ms(*worked), now);
            }
            let wait = share.wait(now);
            assert!(wait.abs_diff(ms(wait_ms)) <= ms(200), "{wait:?} {:?}", work.first());
        }
    }

    #[test]
    fn its_owner_is_told_for_a_while() {
        let now = Instant::now();
        let mut share = Share::new(now);
        assert!(!share.tells(now));
        share.hold_back(now);
        assert!(share.tells(now + Duration::from_secs(9)) && !share.tells(now + Duration::from_secs(11)));
    }
}
