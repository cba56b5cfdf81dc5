//! The pause before a failed pod is replaced. Models `backoff_utils.go`.

use super::{pods::finished_at, view::View};
use crate::clock::Time;

/// The first pause; it doubles with each failure up to [`PAUSE_MS_MAX`].
const PAUSE_MS: i64 = 10_000;
const PAUSE_MS_MAX: i64 = 600_000;

/// Failures since the last success.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backoff {
    failures: u32,
    last: Time,
}

impl Backoff {
    /// So many, the last of them at a moment.
    pub fn new(failures: u32, last: Time) -> Self {
        Self { failures, last }
    }

    /// With the pods that ended since.
    #[must_use]
    pub fn with(mut self, view: &View) -> Self {
        let ends = |pods: Vec<&crate::object::Object>| {
            let mut ends: Vec<Time> = pods.into_iter().map(finished_at).collect();
            ends.sort_unstable();
            ends
        };
        let (succeeded, failed) = (ends(view.newly_succeeded()), ends(view.newly_failed()));
        self.add(&succeeded, &failed);
        self
    }

    fn add(&mut self, succeeded: &[Time], failed: &[Time]) {
        let after = succeeded.last();
        if after.is_some() {
            self.failures = 0;
        }
        for at in failed.iter().filter(|at| after.is_none_or(|success| *at > success)) {
            self.failures = self.failures.saturating_add(1);
            self.last = *at;
        }
    }

    /// When the next pod may be made; `None`: at once.
    pub fn free_at(&self) -> Option<Time> {
        let doublings = self.failures.checked_sub(1)?.min(20);
        Some(self.last.plus_ms((PAUSE_MS << doublings).min(PAUSE_MS_MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_a_success_ends_them() {
        let at = |s: i64| Time(s * 1000);
        for (succeeded, failed, expect_s) in [
            (vec![], vec![], None),
            (vec![], vec![at(5)], Some(15)),
            (vec![], vec![at(5), at(7)], Some(27)),
            (vec![], (1..=9).map(at).collect(), Some(609)),
            (vec![at(6)], vec![at(5)], None),
            (vec![at(6)], vec![at(5), at(7)], Some(17)),
        ] {
            let mut backoff = Backoff::default();
            backoff.add(&succeeded, &failed);
            assert_eq!(backoff.free_at().map(|t| t.0 / 1000), expect_s, "{succeeded:?} {failed:?}");
        }
    }
}
