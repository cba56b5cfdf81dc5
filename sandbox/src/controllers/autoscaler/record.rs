//! What the autoscaler remembers: what it would have done, and what it did. Models `timestampedRecommendation` and
//! `timestampedScaleEvent`.

use crate::{clock::Time, json::Json};

/// How long anything is remembered at most: the longest window.
const MEMORY_MS: i64 = 3_600_000;

/// One autoscaler's past.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Sizes that metrics asked for.
    recommended: Vec<(Time, i64)>,
    /// Changes of size.
    changes: Vec<(Time, i64)>,
}

impl Past {
    /// The size at the first look counts as asked for.
    pub fn begin(&mut self, replicas: i64, now: Time) {
        if self.recommended.is_empty() {
            self.recommended.push((now, replicas));
        }
    }

    /// Remembers what metrics asked for.
    pub fn recommend(&mut self, replicas: i64, now: Time) {
        self.recommended.retain(|(at, _)| now.since_ms(*at) <= MEMORY_MS);
        self.recommended.push((now, replicas));
    }

    /// Sizes that were asked for after a moment.
    pub fn recommended_since(&self, since: Time) -> impl Iterator<Item = i64> {
        self.recommended.iter().filter(move |(at, _)| *at > since).map(|(_, n)| *n)
    }

    /// Remembers a change of size; only a behaviour asks for it.
    pub fn note(&mut self, behavior: &Json, change: i64, now: Time) {
        if !behavior.is_null() {
            self.changes.retain(|(at, _)| now.since_ms(*at) <= MEMORY_MS);
            self.changes.push((now, change));
        }
    }

    /// By how much it grew and shrank in the last so many seconds.
    pub fn changes(&self, period_s: i64, now: Time) -> (i64, i64) {
        let recent = self.changes.iter().filter(|(at, _)| now.since_ms(*at) < period_s * 1000);
        recent.fold((0, 0), |(up, down), (_, n)| (up + (*n).max(0), down + (-n).max(0)))
    }
}
