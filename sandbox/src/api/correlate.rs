//! Which events are worth writing: many that differ only in their message become one, and a source that tells too much of
//! one object is not listened to. Models client-go's `EventCorrelator` with its aggregator and its spam filter.
//! Omits: its caches' order of eviction (the oldest entry goes).

use std::collections::{BTreeMap, BTreeSet};

use ecow::{EcoString, EcoVec};

use crate::{clock::Time, rng::fnv64};

/// Messages of one reason about one object before they are combined.
const MESSAGES_MAX: usize = 10;
/// After so long without one, counting begins anew.
const SIMILAR_MS: i64 = 600_000;
/// Events of one source about one object in a burst, and the time until one more is allowed.
const BURST: i64 = 25;
const REFILL_MS: i64 = 300_000;
/// Entries remembered of each sort.
const ENTRIES_MAX: usize = 4096;

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Write it as it is.
    Alone,
    /// Write it as one of many.
    Combined,
    /// Drop it.
    Spam,
}

/// The memory of what was told.
#[derive(Clone, Debug, Default)]
pub struct Correlator {
    similar: Recent<Similar>,
    sources: Recent<Bucket>,
    /// Names of events by what makes them the same.
    names: Recent<EcoString>,
    /// How many were named at the moment of the last.
    named: (Time, i64),
}

#[derive(Clone, Debug)]
struct Similar {
    messages: EcoVec<u64>,
    last: Time,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Tokens times [`REFILL_MS`].
    level_ms: i64,
    last: Time,
}

impl Correlator {
    /// Judges an event: `source` names who tells and about what, `similar` also type and reason.
    pub fn judge(&mut self, source: &str, similar: &str, message: &str, now: Time) -> Verdict {
        let (source, similar) = (fnv64(source.as_bytes()), fnv64(similar.as_bytes()));
        let combined = self.is_one_of_many(similar, message, now);
        if self.is_spam(source, now) {
            Verdict::Spam
        } else if combined {
            Verdict::Combined
        } else {
            Verdict::Alone
        }
    }

    /// The name of the event of which this is a repetition, if one was written.
    pub fn name_of(&self, same: &str) -> Option<&EcoString> {
        self.names.get(fnv64(same.as_bytes()))
    }

    /// A name for a new event about `object`: the moment in nanoseconds, so that names sort as they were told.
    pub fn name(&mut self, object: &str, same: &str, now: Time) -> EcoString {
        self.named = if self.named.0 == now { (now, self.named.1 + 1) } else { (now, 0) };
        let name = format!("{object}.{:016x}", now.0.saturating_mul(1_000_000) + self.named.1);
        let name = EcoString::from(name);
        *self.names.touch(fnv64(same.as_bytes()), now, EcoString::new) = name.clone();
        name
    }

    fn is_one_of_many(&mut self, key: u64, message: &str, now: Time) -> bool {
        let fresh = || Similar { messages: EcoVec::new(), last: now };
        let similar = self.similar.touch(key, now, fresh);
        if now.since_ms(similar.last) > SIMILAR_MS {
            *similar = fresh();
        }
        similar.last = now;
        let message = fnv64(message.as_bytes());
        if similar.messages.contains(&message) {
            return false;
        }
        let many = similar.messages.len() + 1 >= MESSAGES_MAX;
        if !many {
            // Most are told once: no room for more of them.
            similar.messages.extend_from_slice(&[message]);
        }
        many
    }

    fn is_spam(&mut self, key: u64, now: Time) -> bool {
        let full_ms = BURST * REFILL_MS;
        let bucket = self.sources.touch(key, now, || Bucket { level_ms: full_ms, last: now });
        bucket.level_ms = (bucket.level_ms + now.since_ms(bucket.last)).min(full_ms);
        bucket.last = now;
        let is_spam = bucket.level_ms < REFILL_MS;
        if !is_spam {
            bucket.level_ms -= REFILL_MS;
        }
        is_spam
    }
}

/// A bounded number of entries: where there is no room for one more, the one goes that was touched first, of several the one
/// with the least key.
#[derive(Clone, Debug)]
struct Recent<V> {
    entries: BTreeMap<u64, (V, Time)>,
    by_age: BTreeSet<(Time, u64)>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), by_age: BTreeSet::new() }
    }
}

impl<V> Recent<V> {
    fn get(&self, key: u64) -> Option<&V> {
        self.entries.get(&key).map(|(value, _)| value)
    }

    /// The entry of a key, made if there is none; it is the youngest from now on.
    fn touch(&mut self, key: u64, now: Time, make: impl FnOnce() -> V) -> &mut V {
        match self.entries.get(&key) {
            Some((_, last)) => {
                self.by_age.remove(&(*last, key));
            }
            None if self.entries.len() == ENTRIES_MAX => {
                if let Some((_, oldest)) = self.by_age.pop_first() {
                    self.entries.remove(&oldest);
                }
            }
            None => {}
        }
        self.by_age.insert((now, key));
        let entry = self.entries.entry(key).or_insert_with(|| (make(), now));
        entry.1 = now;
        &mut entry.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_combined_and_too_many_dropped() {
        let (a, b) = ("a", "b");
        let mut c = Correlator::default();
        let mut tell =
            |similar: &str, n: i64, at_ms: i64| c.judge(a, similar, &format!("message {n}"), Time(at_ms));
        for n in 0..9 {
            assert_eq!(tell(a, n, n), Verdict::Alone, "{n}");
        }
        for (similar, n, at_ms, expect) in [
            (a, 9, 9, Verdict::Combined),
            (a, 10, 10, Verdict::Combined),
            // said before; of another reason; after a pause
            (a, 3, 11, Verdict::Alone),
            (b, 1, 12, Verdict::Alone),
            (a, 11, SIMILAR_MS + 1000, Verdict::Alone),
        ] {
            assert_eq!(tell(similar, n, at_ms), expect, "{n} at {at_ms}");
        }
        // 14 of 25 are told, two came back since.
        for n in 0..13 {
            assert_ne!(tell(b, 1, SIMILAR_MS + 2000), Verdict::Spam, "{n}");
        }
        assert_eq!(tell(b, 1, SIMILAR_MS + 3000), Verdict::Spam);
        assert_eq!(tell(b, 1, SIMILAR_MS + 3000 + REFILL_MS), Verdict::Alone);
    }

    #[test]
    fn memory_is_bounded() {
        let mut c = Correlator::default();
        for n in 0..2 * ENTRIES_MAX {
            let key = ecow::eco_format!("{n}");
            c.judge(&key, &key, "", Time(n as i64));
        }
        assert_eq!((c.similar.entries.len(), c.sources.entries.len()), (ENTRIES_MAX, ENTRIES_MAX));
        assert_eq!((c.similar.by_age.len(), c.sources.by_age.len()), (ENTRIES_MAX, ENTRIES_MAX));
        let first = |n: usize| fnv64(n.to_string().as_bytes());
        assert!(
            c.sources.get(first(ENTRIES_MAX - 1)).is_none() && c.sources.get(first(ENTRIES_MAX)).is_some()
        );
    }
}
