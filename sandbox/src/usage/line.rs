//! An amount of memory that grows in a straight line, exactly.
//!
//! Counted in parts of a byte so small that a byte a minute is a whole number of them a millisecond, and so is what a thousandth
//! of a request a second leaves behind.

use std::ops::{Add, Sub};

use crate::clock::Time;

/// Parts of a byte.
const PARTS: i128 = 60_000_000;
/// Parts a millisecond that a byte a minute is.
const PER_MINUTE: i128 = 1000;
/// Parts a millisecond that a byte for each thousandth of a request a second is.
const PER_RATE: i128 = 60;

/// An amount of bytes at each moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Parts at moment 0.
    origin: i128,
    /// Parts more with each millisecond.
    slope: i128,
}

impl Line {
    /// So many bytes, at all times.
    pub fn flat(bytes: u64) -> Self {
        Self { origin: i128::from(bytes) * PARTS, slope: 0 }
    }

    /// From nothing at a moment, by so many bytes a minute and so many for each request, of which there are so many thousandths
    /// a second.
    pub fn rising(since: Time, bytes_per_minute: u64, bytes_per_request: u64, rate_milli: u64) -> Self {
        let by_requests = i128::from(bytes_per_request) * i128::from(rate_milli) * PER_RATE;
        let slope = i128::from(bytes_per_minute) * PER_MINUTE + by_requests;
        Self { origin: -slope * i128::from(since.0), slope }
    }

    /// What it is at a moment, from there on unchanged.
    pub fn held(self, at: Time) -> Self {
        Self { origin: self.parts(at), slope: 0 }
    }

    /// Bytes at a moment; never less than none.
    pub fn at(self, at: Time) -> u64 {
        u64::try_from(self.parts(at).max(0) / PARTS).unwrap_or(u64::MAX)
    }

    /// The first millisecond from `from` on at which it is more than so many bytes.
    pub fn exceeds(self, bytes: u64, from: Time) -> Option<Time> {
        let least = (i128::from(bytes) + 1) * PARTS;
        let lacks = least - self.parts(from);
        if lacks <= 0 {
            return Some(from);
        }
        let ms = (self.slope > 0).then(|| (lacks + self.slope - 1) / self.slope)?;
        Some(from.plus_ms(i64::try_from(ms).ok()?))
    }

    fn parts(self, at: Time) -> i128 {
        self.origin + self.slope * i128::from(at.0)
    }
}

impl Add for Line {
    type Output = Line;
    fn add(self, other: Line) -> Line {
        Line { origin: self.origin + other.origin, slope: self.slope + other.slope }
    }
}

impl Sub for Line {
    type Output = Line;
    fn sub(self, other: Line) -> Line {
        Line { origin: self.origin - other.origin, slope: self.slope - other.slope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_at_which_a_limit_is_passed_is_exact() {
        // Bytes a minute and for each request, thousandths of a request a second, from which moment on; when there are more than 100.
        for (minute, request, rate_milli, since, expect) in [
            (60_000, 0, 0, 0, Some(101)),
            (6_000, 0, 0, 5, Some(1_015)),
            (0, 10, 1_000, 0, Some(10_100)),
            (60, 1, 500, 0, Some(67_334)),
            (0, 10, 0, 0, None),
        ] {
            let line = Line::rising(Time(since), minute, request, rate_milli);
            let at = line.exceeds(100, Time(since));
            assert_eq!(at.map(|t| t.0), expect, "{minute} {request} {rate_milli}");
            if let Some(at) = at {
                assert_eq!(
                    (line.at(Time(at.0 - 1)), line.at(at)),
                    (100, 101),
                    "{minute} {request} {rate_milli}"
                );
            }
        }
    }

    #[test]
    fn lines_add_up_and_can_be_taken_away_again() {
        let (base, leak) = (Line::flat(50), Line::rising(Time(1000), 60_000, 0, 0));
        let both = base + leak;
        assert_eq!([1000, 1025, 1051].map(|ms| both.at(Time(ms))), [50, 75, 101]);
        assert_eq!((both - base, both - leak), (leak, base));
        assert_eq!([1050, 9000].map(|ms| both.held(Time(1050)).at(Time(ms))), [100, 100]);
        assert_eq!(leak.at(Time(0)), 0, "nobody has less than nothing");
    }
}
