//! The sparkline of failures, as paths in a 132 by 40 box.

use wire::stage::FailureSpan;

const X0: f64 = 6.0;
const X1: f64 = 128.0;
const BASE: f64 = 34.0;
const TOP: f64 = 14.0;
/// A span is drawn at least this wide.
const WIDTH_MIN: f64 = 3.0;

/// What the sparkline draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Spark {
    /// One box a span of failures: left, right.
    pub boxes: Vec<(f64, f64)>,
    /// Does the newest moment fail?
    pub failing: bool,
    /// Failed requests of the last span, and where their label stands.
    pub label: Option<(f64, u64)>,
}

/// The picture of `spans` from `start` to `now`, ms.
pub fn spark(spans: &[FailureSpan], start: i64, now: i64) -> Spark {
    let length = (now - start).max(1) as f64;
    let x = |at: i64| X0 + (X1 - X0) * ((at - start) as f64 / length).clamp(0.0, 1.0);
    let boxes: Vec<(f64, f64)> = spans
        .iter()
        .map(|s| {
            let (a, z) = (x(s.from_ms), x(s.to_ms.unwrap_or(now)));
            if z - a < WIDTH_MIN { ((z - WIDTH_MIN).max(X0), z.max(X0 + WIDTH_MIN)) } else { (a, z) }
        })
        .collect();
    let total: u64 = spans.iter().map(|s| s.failed).sum();
    let label = boxes.last().filter(|_| total > 0).map(|b| ((b.1 + 5.0).min(62.0), total));
    Spark { boxes, failing: spans.last().is_some_and(|s| s.to_ms.is_none()), label }
}

/// A failure box as an SVG path.
pub fn path((a, z): (f64, f64)) -> String {
    format!("M{a:.1} {BASE}V{TOP}H{z:.1}V{BASE}z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_stand_where_they_happened() {
        let span = |from_ms, to_ms| FailureSpan { from_ms, to_ms, failed: 667 };
        let s = spark(&[span(0, Some(50_000))], 0, 100_000);
        assert_eq!(s.boxes, [(6.0, 67.0)]);
        assert_eq!(s.label, Some((62.0, 667)));
        assert!(!s.failing);
        let s = spark(&[span(99_990, None)], 0, 100_000);
        assert!(s.failing && s.boxes[0].1 - s.boxes[0].0 >= WIDTH_MIN);
        assert_eq!(spark(&[], 0, 0).label, None);
        assert_eq!(path((6.0, 22.0)), "M6.0 34V14H22.0V34z");
    }
}
