//! A container's healthcheck. Models the engine's `daemon/health.go`: it tells, and restarts nothing. Tries whose outcome is
//! known to change nothing are not made. Omits: commands that take longer than `timeout`.

use crate::{clock::Time, resources::compose_file::Healthcheck};

/// What is known of a container's health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Word {
    /// Neither a success nor enough failures yet.
    #[default]
    Starting,
    /// The last try succeeded, or not enough failed since one did.
    Healthy,
    /// As many failed in a row as `retries` says.
    Unhealthy,
}

/// The health of a running container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Health {
    /// What `docker ps` says.
    pub word: Word,
    streak: i64,
    /// When it is tried next.
    pub probe_at: Time,
}

impl Word {
    /// As `docker inspect` names it.
    pub fn text(self) -> &'static str {
        match self {
            Word::Starting => "starting",
            Word::Healthy => "healthy",
            Word::Unhealthy => "unhealthy",
        }
    }
}

impl Health {
    /// Of a container that was started at `started`.
    pub fn new(check: &Healthcheck, started: Time) -> Self {
        let mut health = Self { word: Word::Starting, streak: 0, probe_at: started };
        health.probe_at = health.after(check, started, started);
        health
    }

    /// Counts a try at `now`; `up`: did the command succeed?
    pub fn tried(&mut self, check: &Healthcheck, started: Time, now: Time, up: bool) {
        if up {
            (self.streak, self.word) = (0, Word::Healthy);
        } else if self.word != Word::Starting || now.since_ms(started) >= check.start_period_ms {
            self.streak += 1;
            if self.streak >= check.retries {
                self.word = Word::Unhealthy;
            }
        }
        self.probe_at = self.after(check, started, now);
    }

    /// May the try to come change what is said, if it turns out so?
    pub fn is_open(&self, up: bool) -> bool {
        if up { self.word != Word::Healthy || self.streak > 0 } else { self.word != Word::Unhealthy }
    }

    /// The try after `now`. One falls to the end of `start_period` where that comes first.
    fn after(&self, check: &Healthcheck, started: Time, now: Time) -> Time {
        let left_ms = check.start_period_ms - now.since_ms(started);
        let wait_ms = match self.word {
            _ if left_ms <= 0 => check.interval_ms,
            _ if left_ms < check.interval_ms => left_ms,
            Word::Starting => check.start_interval_ms,
            _ => check.interval_ms,
        };
        now.plus_ms(wait_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs.docker.com/reference/dockerfile, HEALTHCHECK: the first try comes after an interval, failures within the start
    /// period do not count, as many in a row as `retries` make it unhealthy.
    #[test]
    fn tries_are_counted_as_the_engine_does() {
        let check = |interval_s: i64, start_period_s: i64| Healthcheck {
            command: Vec::new(),
            interval_ms: interval_s * 1000,
            retries: 3,
            start_period_ms: start_period_s * 1000,
            start_interval_ms: 5_000,
        };
        // Up from a second on; then when it is healthy or unhealthy first.
        for (check, up_from_s, expect) in [
            (check(30, 0), 0, (30, Word::Healthy)),
            (check(10, 0), 25, (30, Word::Healthy)),
            (check(10, 0), 31, (30, Word::Unhealthy)),
            (check(10, 60), 32, (35, Word::Healthy)),
            (check(20, 60), 7, (10, Word::Healthy)),
            (check(10, 30), 1000, (50, Word::Unhealthy)),
        ] {
            let mut health = Health::new(&check, Time(0));
            let mut now = Time(0);
            while health.word == Word::Starting {
                now = health.probe_at;
                health.tried(&check, Time(0), now, now.0 >= up_from_s * 1000);
            }
            assert_eq!((now.0 / 1000, health.word), expect, "{check:?}");
        }
    }

    #[test]
    fn a_success_ends_a_row_of_failures() {
        let check = Healthcheck {
            command: Vec::new(),
            interval_ms: 1000,
            retries: 2,
            start_period_ms: 0,
            start_interval_ms: 5000,
        };
        let mut health = Health::new(&check, Time(0));
        let mut words = Vec::new();
        for up in [true, false, true, false, false, true] {
            let now = health.probe_at;
            health.tried(&check, Time(0), now, up);
            words.push(health.word.text());
        }
        assert_eq!(words, ["healthy", "healthy", "healthy", "healthy", "unhealthy", "healthy"]);
    }
}
