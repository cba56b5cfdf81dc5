//! Where things stand in the charts: one clock, several pictures above each other.

use wire::chart::Point;

/// Width of the picture.
pub const WIDTH: f64 = 336.0;
/// Where the clock begins and ends; the rest is for words.
pub const LEFT: f64 = 34.0;
pub const RIGHT: f64 = 250.0;
/// A title above a picture, and the room below it.
const TITLE: f64 = 26.0;
const GAP: f64 = 20.0;
/// The clock is at least so long, ms.
const SPAN_MS_MIN: i64 = 180_000;
/// Between two times that are written, minutes; and how many are written at most.
const EVERY_MIN: [i64; 9] = [1, 2, 3, 5, 10, 15, 30, 60, 120];
const TICKS_MAX: i64 = 5;

/// The clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    from_ms: i64,
    to_ms: i64,
    every_ms: i64,
}

impl Axis {
    /// From the learner's beginning until a full step after now.
    pub fn new(from_ms: i64, now_ms: i64) -> Self {
        let span_ms = (now_ms - from_ms).max(SPAN_MS_MIN);
        let all = EVERY_MIN.map(|min| min * 60_000);
        let every_ms =
            all.into_iter().find(|every| span_ms <= every * TICKS_MAX).unwrap_or(span_ms / TICKS_MAX);
        let to_ms = from_ms + (span_ms + every_ms - 1) / every_ms * every_ms;
        Self { from_ms, to_ms, every_ms }
    }

    pub fn x(self, at_ms: i64) -> f64 {
        let part = (at_ms - self.from_ms) as f64 / (self.to_ms - self.from_ms) as f64;
        LEFT + (RIGHT - LEFT) * part.clamp(0.0, 1.0)
    }

    /// The times that are written.
    pub fn ticks(self) -> impl Iterator<Item = i64> {
        (0..=TICKS_MAX).map(move |n| self.from_ms + n * self.every_ms).take_while(move |at| *at <= self.to_ms)
    }
}

/// One picture: its upper edge stands for `most`, its lower one for nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    pub top: f64,
    pub low: f64,
    pub most: f64,
}

impl Band {
    pub fn y(self, value: f64) -> f64 {
        self.low - (self.low - self.top) * (value / self.most).clamp(0.0, 1.0)
    }

    /// Where the number of a line's end stands: above it, or below where there is no room.
    pub fn label(self, value: f64) -> f64 {
        let y = self.y(value);
        if y < self.top + 10.0 { y + 14.0 } else { y - 4.0 }
    }

    /// Where its title stands.
    pub fn title(self) -> f64 {
        self.top - TITLE + 12.0
    }
}

/// Pictures of these heights and upper values, one below the other.
pub fn stack<const N: usize>(all: [(f64, f64); N]) -> [Band; N] {
    let mut y = 0.0;
    all.map(|(height, most)| {
        let top = y + if height > 0.0 { TITLE } else { 0.0 };
        let low = top + height;
        y = if height > 0.0 { low + GAP } else { y };
        Band { top, low, most }
    })
}

/// The next round number: 1, 2 or 5 with zeros.
pub fn round_up(value: f64) -> f64 {
    let ten = 10f64.powf(value.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * ten).find(|n| *n >= value).unwrap_or(value)
}

/// What lies between two moments: the state at the first, and each change until the second.
pub fn between(points: &[Point], from_ms: i64, now_ms: i64) -> Vec<Point> {
    let until = points.partition_point(|p| p.at_ms <= now_ms);
    let from = points.partition_point(|p| p.at_ms <= from_ms).saturating_sub(1);
    let cut = points.get(from..until).unwrap_or_default();
    cut.iter().map(|p| Point { at_ms: p.at_ms.max(from_ms), ..*p }).collect()
}

/// A line that keeps its height until the next point, and until now.
pub fn steps(
    points: &[Point],
    value: impl Fn(&Point) -> Option<f64>,
    (axis, band): (Axis, Band),
    now_ms: i64,
) -> String {
    let (mut path, mut drawn) = (String::new(), false);
    for (at, point) in points.iter().enumerate() {
        let Some(value) = value(point) else {
            drawn = false;
            continue;
        };
        let (x, y) = (axis.x(point.at_ms), band.y(value));
        path += &if drawn { format!("V{y:.1}") } else { format!("M{x:.1} {y:.1}") };
        let until = points.get(at + 1).map_or(now_ms, |next| next.at_ms);
        path += &format!("H{:.1}", axis.x(until));
        drawn = true;
    }
    path
}

/// When fewer pods were wanted than before, last.
pub fn scaled_down_ms(points: &[Point]) -> Option<i64> {
    points.windows(2).rev().find(|two| two[1].desired < two[0].desired).map(|two| two[1].at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at_ms: i64, desired: i64) -> Point {
        Point { at_ms, desired, ..Point::default() }
    }

    #[test]
    fn the_clock_has_room_after_now() {
        let minutes = |from: i64, now: i64| {
            Axis::new(from * 60_000, now * 60_000).ticks().map(|at| at / 60_000).collect::<Vec<_>>()
        };
        assert_eq!(minutes(2, 2), [2, 3, 4, 5]);
        assert_eq!(minutes(0, 7), [0, 2, 4, 6, 8]);
        assert_eq!(minutes(0, 14), [0, 3, 6, 9, 12, 15]);
        assert_eq!(minutes(0, 61), [0, 15, 30, 45, 60, 75]);
        let axis = Axis::new(0, 60_000);
        assert_eq!((axis.x(0), axis.x(180_000), axis.x(999_999)), (LEFT, RIGHT, RIGHT));
    }

    #[test]
    fn pictures_stand_below_each_other_and_an_empty_one_takes_no_room() {
        let [a, none, b] = stack([(50.0, 10.0), (0.0, 1.0), (30.0, 5.0)]);
        assert_eq!((a.top, a.low, none.low, b.top, b.low), (26.0, 76.0, 96.0, 122.0, 152.0));
        assert_eq!((a.y(0.0), a.y(5.0), a.y(99.0)), (76.0, 51.0, 26.0));
        assert_eq!((a.label(5.0), a.label(10.0)), (47.0, 40.0));
    }

    #[test]
    fn upper_edges_are_round() {
        for (value, edge) in
            [(0.0, 1.0), (1.0, 1.0), (3.0, 5.0), (100.0, 100.0), (101.0, 200.0), (640.0, 1000.0)]
        {
            assert_eq!(round_up(value), edge, "{value}");
        }
    }

    #[test]
    fn what_was_before_the_beginning_holds_at_it() {
        let all = [point(1, 1), point(5, 2), point(9, 3), point(20, 4)];
        assert_eq!(between(&all, 6, 10), [point(6, 2), point(9, 3)]);
        assert_eq!(between(&all, 0, 4), [point(1, 1)]);
        assert_eq!(between(&[], 0, 4), []);
    }

    #[test]
    fn a_line_goes_in_steps_and_breaks_where_nothing_is_known() {
        let axis = Axis::new(0, 0);
        let [band] = stack([(100.0, 4.0)]);
        let at = |n: i64, cpu| Point { at_ms: n * 60_000, cpu_percent: cpu, ..Point::default() };
        let value = |p: &Point| p.cpu_percent.map(|c| c as f64);
        let points = [at(0, Some(2)), at(1, Some(4)), at(2, None)];
        assert_eq!(steps(&points, value, (axis, band), 180_000), "M34.0 76.0H106.0V26.0H178.0");
        assert_eq!(steps(&points[2..], value, (axis, band), 180_000), "");
    }

    #[test]
    fn the_last_scale_down_is_found() {
        assert_eq!(scaled_down_ms(&[point(1, 5), point(2, 3), point(3, 2), point(4, 6)]), Some(3));
        assert_eq!(scaled_down_ms(&[point(1, 5), point(2, 6)]), None);
    }
}
