//! From a world's flow to a line, and to figures at moments. Pure.

use wire::widget::race::{Flow, World};

/// A round number of at least 1 that is no less: 1, 2, 3, 5 or a tenfold of them.
pub fn ceiling(value: u64) -> u64 {
    let mut unit = 1;
    loop {
        if let Some(round) = [1, 2, 3, 5].into_iter().map(|n| n * unit).find(|round| *round >= value) {
            return round;
        }
        unit *= 10;
    }
}

/// Requests that had failed by a moment.
pub fn failed_by(world: &World, at_ms: i64) -> u64 {
    let after = world.flow.partition_point(|f| f.at_ms <= at_ms);
    let Some(before) = after.checked_sub(1).map(|i| world.flow[i]) else { return 0 };
    let Some(next) = world.flow.get(after) else { return before.failed };
    let part = (at_ms - before.at_ms) as f64 / (next.at_ms - before.at_ms).max(1) as f64;
    before.failed + ((next.failed.saturating_sub(before.failed)) as f64 * part).round() as u64
}

/// Points of the line: those where it bends, and its two ends.
pub fn bends(world: &World, until_ms: i64) -> Vec<(i64, u64)> {
    let mut points: Vec<(i64, u64)> = vec![(0, failed_by(world, 0))];
    let slope =
        |(a, b): ((i64, u64), (i64, u64))| (b.1.saturating_sub(a.1)) as f64 / (b.0 - a.0).max(1) as f64;
    let inner = |f: &&Flow| f.at_ms > 0 && f.at_ms < until_ms;
    let ends = std::iter::once((until_ms, failed_by(world, until_ms)));
    for point in world.flow.iter().filter(inner).map(|f| (f.at_ms, f.failed)).chain(ends) {
        if let [.., a, b] = points[..]
            && (slope((a, b)) - slope((b, point))).abs() < 2e-4
        {
            points.pop();
        }
        points.push(point);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(flow: &[(i64, u64)]) -> World {
        let flow = flow
            .iter()
            .map(|(at_ms, failed)| Flow { at_ms: *at_ms, sent: *failed, failed: *failed })
            .collect();
        World { flow, ..World::default() }
    }

    #[test]
    fn axes_end_at_round_numbers() {
        for (value, round) in [(0, 1), (1, 1), (4, 5), (6, 10), (21, 30), (8086, 10_000), (30_000, 30_000)] {
            assert_eq!(ceiling(value), round, "{value}");
        }
    }

    #[test]
    fn a_line_bends_only_where_the_flow_changes() {
        let w = world(&[(0, 0), (10_000, 0), (20_000, 0), (30_000, 400), (40_000, 800), (50_000, 800)]);
        assert_eq!(bends(&w, 60_000), [(0, 0), (20_000, 0), (40_000, 800), (60_000, 800)]);
        assert_eq!((failed_by(&w, 25_000), failed_by(&w, 99_000), failed_by(&w, -5)), (200, 800, 0));
        assert_eq!(bends(&world(&[]), 5), [(0, 0), (5, 0)]);
    }
}
