//! The virtual clock between two frames.

use wire::stage::ClockView;

/// Virtual now, `real_ms` after a frame said `clock`. A past or paused picture stands still.
pub fn running(clock: ClockView, real_ms: f64) -> i64 {
    if clock.paused || !clock.live {
        return clock.now_ms;
    }
    clock.now_ms + (real_ms * f64::from(clock.speed)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_with_its_speed_and_stands_when_paused() {
        let clock =
            |paused, live, speed| ClockView { now_ms: 10_000, paused, live, speed, ..Default::default() };
        for (clock, real_ms, expect) in [
            (clock(false, true, 1), 1_500.0, 11_500),
            (clock(false, true, 20), 100.0, 12_000),
            (clock(true, true, 20), 100.0, 10_000),
            (clock(false, false, 20), 100.0, 10_000),
        ] {
            assert_eq!(running(clock, real_ms), expect);
        }
    }
}
