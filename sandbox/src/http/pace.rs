//! Pacing: how virtual time follows real time. Pure: real moments are handed in.

use std::time::{Duration, Instant};

use crate::clock::Time;

/// Virtual seconds per real second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(u16);

impl Speed {
    /// The speeds that the timeline offers.
    pub const ALL: [u16; 4] = [1, 5, 20, 60];

    /// One of [`Speed::ALL`], or `None`.
    pub fn new(speed: u16) -> Option<Self> {
        Self::ALL.contains(&speed).then_some(Self(speed))
    }

    /// Virtual seconds per real second.
    pub fn factor(self) -> u16 {
        self.0
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(1)
    }
}

/// Where virtual time stands and how it flows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Virtual now.
    pub now: Time,
    /// Virtual seconds per real second while it flows.
    pub speed: Speed,
    /// Stopped by the learner.
    pub paused: bool,
    /// Stopped because nobody looks.
    pub asleep: bool,
}

/// The anchor of virtual time in real time.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    speed: Speed,
    paused: bool,
    free: bool,
    viewers: usize,
    real: Instant,
    virtual_: Time,
}

impl Pace {
    pub(super) fn new(now: Time, speed: Speed, paused: bool, real: Instant) -> Self {
        Self { speed, paused, free: false, viewers: 0, real, virtual_: now }
    }

    /// Does each write run on at once?
    pub(super) fn free(&self) -> bool {
        self.free
    }

    pub(super) fn flows(&self) -> bool {
        !self.paused && self.viewers > 0
    }

    /// Does nobody look?
    pub(super) fn is_asleep(&self) -> bool {
        self.viewers == 0
    }

    /// Virtual time at a real moment.
    pub(super) fn now(&self, real: Instant) -> Time {
        if !self.flows() {
            return self.virtual_;
        }
        let elapsed_us = real.saturating_duration_since(self.real).as_micros() as i64;
        self.virtual_.plus_ms(elapsed_us.saturating_mul(i64::from(self.speed.0)) / 1000)
    }

    /// How long until virtual time reaches `time`; `None` if it stands still.
    pub(super) fn until(&self, time: Time, real: Instant) -> Option<Duration> {
        let ms = time.since_ms(self.now(real)).max(0) as u64;
        self.flows().then(|| Duration::from_micros((ms * 1000).div_ceil(u64::from(self.speed.0))))
    }

    /// Changes how time flows from a real moment on, without a jump.
    pub(super) fn change(&mut self, real: Instant, change: impl FnOnce(&mut Knobs)) {
        self.virtual_ = self.now(real);
        self.real = real;
        let mut knobs =
            Knobs { speed: self.speed, paused: self.paused, free: self.free, viewers: self.viewers };
        change(&mut knobs);
        Knobs { speed: self.speed, paused: self.paused, free: self.free, viewers: self.viewers } = knobs;
    }

    /// Virtual time was moved by hand (a step): flow on from there.
    pub(super) fn moved(&mut self, now: Time, real: Instant) {
        self.virtual_ = now;
        self.real = real;
    }

    pub(super) fn clock(&self, real: Instant) -> Clock {
        Clock { now: self.now(real), speed: self.speed, paused: self.paused, asleep: self.is_asleep() }
    }
}

/// What can be turned.
pub(super) struct Knobs {
    pub(super) speed: Speed,
    pub(super) paused: bool,
    pub(super) free: bool,
    pub(super) viewers: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_flows_only_while_somebody_looks_and_never_jumps() {
        let start = Instant::now();
        let at = |s: u64| start + Duration::from_secs(s);
        let mut pace = Pace::new(Time(0), Speed::default(), false, start);
        assert_eq!(pace.now(at(10)), Time(0), "asleep");
        pace.change(at(10), |k| k.viewers = 1);
        assert_eq!(pace.now(at(12)), Time(2_000));
        pace.change(at(12), |k| k.speed = Speed::new(20).unwrap());
        assert_eq!(pace.now(at(13)), Time(22_000));
        assert_eq!(pace.until(Time(42_000), at(13)), Some(Duration::from_secs(1)));
        pace.change(at(13), |k| k.paused = true);
        assert_eq!(pace.now(at(99)), Time(22_000));
        assert_eq!(pace.until(Time(42_000), at(99)), None);
        assert_eq!(Speed::new(7), None);
    }
}
