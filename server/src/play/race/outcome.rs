//! From what became of both worlds to a verdict for each row. Pure.

use lessons::widget::race::{File, Tie};
use wire::widget::race::{Event, Figures, Measure, Outcome, Side, World};

/// A row's share of the run: from a fault of its own until the next fault of another row.
type Window = (i64, i64);

/// One outcome a row.
pub(super) fn rows(file: &File, events: &[Event], worlds: [&World; 2]) -> Vec<Outcome> {
    let one = |(row, (_, measure, _)): (usize, &(String, Measure, Vec<String>))| {
        if *measure == Measure::Setup {
            let (c, k) = (file.compose, file.kubernetes);
            let verdict =
                less((c.lines, c.machines + c.control_plane), (k.lines, k.machines + k.control_plane));
            return Outcome { compose: None, kubernetes: None, verdict: Some(verdict) };
        }
        let windows = windows(events, row, file.until_ms);
        if windows.is_empty() {
            return Outcome { compose: None, kubernetes: None, verdict: None };
        }
        let [compose, kubernetes] = worlds.map(|world| figures(world, &windows));
        let verdict = match measure {
            Measure::Back => back(compose.back_ms, kubernetes.back_ms, file.tie),
            _ => failed(compose.failed, kubernetes.failed, file.tie),
        };
        Outcome { compose: Some(compose), kubernetes: Some(kubernetes), verdict: Some(verdict) }
    };
    file.rows.iter().enumerate().map(one).collect()
}

fn windows(events: &[Event], row: usize, until_ms: i64) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    let mut since = None;
    for event in events {
        match (event.row, since) {
            (Some(of), None) if of == row => since = Some(event.at_ms),
            (Some(of), Some(from)) if of != row => {
                windows.push((from, event.at_ms));
                since = None;
            }
            _ => {}
        }
    }
    windows.extend(since.map(|from| (from, until_ms)));
    windows
}

fn figures(world: &World, windows: &[Window]) -> Figures {
    let failed = windows.iter().map(|(from, to)| failed_by(world, *to) - failed_by(world, *from)).sum();
    let back: Option<Vec<i64>> = windows.iter().map(|window| back_within(world, *window)).collect();
    let wanted = |(from, to): &Window| {
        world.containers.iter().filter(|c| c.at_ms < *to).fold(0, |most, c| {
            // what was wanted before the window still holds at its beginning
            if c.at_ms <= *from { c.wanted } else { most.max(c.wanted) }
        })
    };
    Figures {
        failed,
        back_ms: back.and_then(|all| all.into_iter().max()),
        wanted_max: windows.iter().map(wanted).max().unwrap_or(0),
    }
}

/// Requests that had failed by a moment: straight lines between what was written.
fn failed_by(world: &World, at_ms: i64) -> u64 {
    let after = world.flow.partition_point(|f| f.at_ms <= at_ms);
    let Some(before) = after.checked_sub(1).map(|i| world.flow[i]) else { return 0 };
    let Some(next) = world.flow.get(after) else { return before.failed };
    let (part, whole) = ((at_ms - before.at_ms) as f64, (next.at_ms - before.at_ms).max(1) as f64);
    before.failed + ((next.failed - before.failed) as f64 * part / whole).round() as u64
}

/// From a window's beginning to the last moment in it at which fewer containers were ready than wanted.
fn back_within(world: &World, (from, to): Window) -> Option<i64> {
    let mut last = from;
    let mut is_short = false;
    for (place, c) in world.containers.iter().enumerate() {
        let until = world.containers.get(place + 1).map_or(i64::MAX, |next| next.at_ms);
        if until <= from || c.at_ms >= to {
            continue;
        }
        is_short = c.ready < c.wanted;
        if is_short {
            last = until;
        }
    }
    (!is_short).then_some(last - from)
}

fn less<T: PartialOrd>(compose: T, kubernetes: T) -> Side {
    if compose < kubernetes {
        Side::Compose
    } else if kubernetes < compose {
        Side::Kubernetes
    } else {
        Side::Tie
    }
}

fn failed(compose: u64, kubernetes: u64, tie: Tie) -> Side {
    let (by, most) = (compose.abs_diff(kubernetes), compose.max(kubernetes));
    if by <= tie.requests || by as f64 <= most as f64 * tie.part {
        Side::Tie
    } else {
        less(compose, kubernetes)
    }
}

fn back(compose: Option<i64>, kubernetes: Option<i64>, tie: Tie) -> Side {
    match (compose, kubernetes) {
        (None, None) => Side::Tie,
        (Some(_), None) => Side::Compose,
        (None, Some(_)) => Side::Kubernetes,
        (Some(c), Some(k)) if c.abs_diff(k) <= tie.ms.unsigned_abs() => Side::Tie,
        (Some(c), Some(k)) => less(c, k),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::widget::race::{Containers, Flow};

    const TIE: Tie = Tie { requests: 20, part: 0.25, ms: 5_000 };

    fn event(at_ms: i64, row: Option<usize>) -> Event {
        Event { at_ms, line: String::new(), row, refused: None }
    }

    #[test]
    fn a_row_has_the_time_until_another_rows_fault() {
        let events =
            [event(10, Some(0)), event(20, None), event(30, Some(1)), event(40, Some(1)), event(50, Some(0))];
        assert_eq!(windows(&events, 0, 100), [(10, 30), (50, 100)]);
        assert_eq!(windows(&events, 1, 100), [(30, 50)]);
        assert_eq!(windows(&events, 2, 100), []);
    }

    #[test]
    fn what_failed_and_when_all_were_back() {
        let flow = [(0, 0), (100, 0), (200, 50), (400, 50)];
        let containers = [(0, 3, 3), (110, 2, 3), (180, 3, 3), (250, 3, 7), (300, 7, 7), (350, 6, 7)];
        let world = World {
            flow: flow.map(|(at_ms, failed)| Flow { at_ms, sent: failed, failed }).to_vec(),
            containers: containers.map(|(at_ms, ready, wanted)| Containers { at_ms, ready, wanted }).to_vec(),
            sent: 50,
            failed: 50,
        };
        for (windows, failed, back_ms, wanted_max) in [
            (vec![(100, 150)], 25, None, 3),
            (vec![(100, 200)], 50, Some(80), 3),
            (vec![(200, 320)], 0, Some(100), 7),
            (vec![(320, 400)], 0, None, 7),
            (vec![(0, 90)], 0, Some(0), 3),
            (vec![(100, 200), (200, 320)], 50, Some(100), 7),
        ] {
            assert_eq!(figures(&world, &windows), Figures { failed, back_ms, wanted_max }, "{windows:?}");
        }
    }

    #[test]
    fn a_little_is_no_difference() {
        for (compose, kubernetes, side) in [
            (0, 0, Side::Tie),
            (20, 0, Side::Tie),
            (21, 0, Side::Kubernetes),
            (0, 21, Side::Compose),
            (1000, 760, Side::Tie),
            (1000, 740, Side::Kubernetes),
        ] {
            assert_eq!(failed(compose, kubernetes, TIE), side, "{compose} {kubernetes}");
        }
        for (compose, kubernetes, side) in [
            (None, None, Side::Tie),
            (Some(9_000), None, Side::Compose),
            (None, Some(9_000), Side::Kubernetes),
            (Some(9_000), Some(4_000), Side::Tie),
            (Some(60_000), Some(4_000), Side::Kubernetes),
        ] {
            assert_eq!(back(compose, kubernetes, TIE), side, "{compose:?} {kubernetes:?}");
        }
    }
}
