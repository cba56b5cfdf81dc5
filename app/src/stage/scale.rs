//! Where moments stand on the timeline: idle spans are folded, and say by how much.

use wire::stage::{Mark, MarkKind, StageView};

/// Idle spans longer than this are folded, virtual ms.
const FOLD_MIN_MS: i64 = 60_000;
/// A folded span takes the room of this much time.
const FOLD_SHOWN_MS: i64 = 45_000;
/// Every span between two moments gets at least the room of this much time.
const SPAN_MIN_MS: i64 = 3_000;
/// Where "now" stands, percent: the rest is the time to come.
const NOW_X: f64 = 92.0;
/// Marks closer than this, percent, become one.
const GROUP_X: f64 = 3.0;
/// Room of a mark's label, percent.
const LABEL_X: f64 = 14.0;

/// Maps virtual time to percent of the track, and back.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Moments and where they stand, ascending.
    knots: Vec<(i64, f64)>,
    /// Folded spans.
    pub folds: Vec<Fold>,
}

/// A span that is drawn shorter than it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// Its middle, percent.
    pub x: f64,
    /// What is not drawn, ms.
    pub folded_ms: i64,
}

/// Marks that stand together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Percent.
    pub x: f64,
    /// The strongest kind among them.
    pub kind: MarkKind,
    /// Indices into the list of marks, oldest first.
    pub marks: Vec<usize>,
    /// Is there room for a label?
    pub labelled: bool,
}

impl Scale {
    /// The scale of a picture: its start, marks, failures and newest moment.
    pub fn of(view: &StageView) -> Self {
        let clock = view.clock;
        let end = clock.live_ms.max(clock.now_ms);
        let failures = view.traffics().flat_map(|t| &t.failures);
        let mut moments: Vec<i64> = view.marks.iter().map(|m| m.deed.at_ms).collect();
        for f in failures {
            moments.push(f.from_ms);
            moments.extend(f.to_ms);
        }
        Self::through(clock.start_ms, &moments, end)
    }

    /// The scale through `moments` (any order) from `start` to `end`, ms.
    pub fn through(start: i64, moments: &[i64], end: i64) -> Self {
        let end = end.max(start + 1);
        let mut points: Vec<i64> = moments.iter().copied().filter(|m| (start..=end).contains(m)).collect();
        points.extend([start, end]);
        points.sort_unstable();
        points.dedup();
        let spans: Vec<(i64, i64, i64)> = points
            .windows(2)
            .map(|w| {
                let real = w[1] - w[0];
                let shown = if real > FOLD_MIN_MS { FOLD_SHOWN_MS } else { real.max(SPAN_MIN_MS) };
                (w[0], real, shown)
            })
            .collect();
        let total: i64 = spans.iter().map(|s| s.2).sum();
        // a young run does not stretch over the whole track
        let per_ms = NOW_X / total.max(60_000) as f64;
        let mut x = 0.0;
        let mut knots = vec![(start, 0.0)];
        let mut folds = Vec::new();
        for (from, real, shown) in spans {
            let width = shown as f64 * per_ms;
            if real > FOLD_MIN_MS {
                folds.push(Fold { x: x + width / 2.0, folded_ms: real - FOLD_SHOWN_MS });
            }
            x += width;
            knots.push((from + real, x));
        }
        Self { knots, folds }
    }

    /// Percent of a moment.
    pub fn x(&self, at_ms: i64) -> f64 {
        let i = self.knots.partition_point(|k| k.0 < at_ms);
        if i == 0 {
            return 0.0;
        }
        let Some(&(t1, x1)) = self.knots.get(i) else {
            return self.knots.last().map_or(0.0, |k| k.1);
        };
        let (t0, x0) = self.knots[i - 1];
        x0 + (x1 - x0) * (at_ms - t0) as f64 / (t1 - t0) as f64
    }

    /// The moment at a percent.
    pub fn at(&self, x: f64) -> i64 {
        let i = self.knots.partition_point(|k| k.1 < x);
        if i == 0 {
            return self.knots[0].0;
        }
        let Some(&(t1, x1)) = self.knots.get(i) else {
            return self.knots.last().map_or(0, |k| k.0);
        };
        let (t0, x0) = self.knots[i - 1];
        t0 + ((t1 - t0) as f64 * (x - x0) / (x1 - x0)) as i64
    }

    /// The marks to draw: those too close to tell apart become one.
    pub fn groups(&self, marks: &[Mark]) -> Vec<Group> {
        let rank = |k: MarkKind| match k {
            MarkKind::You => 3,
            MarkKind::Worse => 2,
            MarkKind::Better => 1,
            MarkKind::Controller => 0,
        };
        let mut groups: Vec<Group> = Vec::new();
        for (i, mark) in marks.iter().enumerate() {
            let x = self.x(mark.deed.at_ms);
            match groups.last_mut() {
                Some(g) if x - g.x < GROUP_X => {
                    g.marks.push(i);
                    if rank(mark.kind) > rank(g.kind) {
                        g.kind = mark.kind;
                    }
                }
                _ => groups.push(Group { x, kind: mark.kind, marks: vec![i], labelled: false }),
            }
        }
        let mut free_from = f64::MIN;
        for g in &mut groups {
            g.labelled = g.kind != MarkKind::Controller && g.x >= free_from;
            if g.labelled {
                free_from = g.x + LABEL_X;
            }
        }
        groups
    }
}

/// The mark before or after a moment, by time.
pub fn neighbour(marks: &[Mark], at_ms: i64, forward: bool) -> Option<i64> {
    let times = marks.iter().map(|m| m.deed.at_ms);
    if forward { times.filter(|t| *t > at_ms).min() } else { times.filter(|t| *t < at_ms).max() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::act::{Act, Actor, Deed};

    fn mark(at_s: i64, kind: MarkKind) -> Mark {
        let act = Act::PodGone { pod: String::new() };
        Mark {
            kind,
            deed: Deed { actor: Actor::Kubelet, at_ms: at_s * 1000, revision: 0, because: None, act },
        }
    }

    #[test]
    fn long_idle_spans_fold_and_say_by_how_much() {
        let scale = Scale::through(0, &[20_000, 70_000, 370_000], 375_000);
        assert_eq!(scale.folds.len(), 1);
        assert_eq!(scale.folds[0].folded_ms, 255_000);
        assert!(scale.x(20_000) < scale.x(70_000) && scale.x(70_000) < scale.x(370_000));
        assert!((scale.x(375_000) - NOW_X).abs() < 0.01);
    }

    #[test]
    fn there_and_back() {
        let scale = Scale::through(5_000, &[25_000, 400_000], 410_000);
        for at in [5_000, 12_345, 25_000, 200_000, 409_000] {
            assert!((scale.at(scale.x(at)) - at).abs() <= 10, "{at}");
        }
        assert_eq!(scale.at(-5.0), 5_000);
        assert_eq!(scale.at(100.0), 410_000);
        assert_eq!(scale.x(-1), 0.0);
    }

    #[test]
    fn a_young_run_keeps_to_the_left() {
        let scale = Scale::through(0, &[], 6_000);
        assert!(scale.x(6_000) < 15.0);
    }

    #[test]
    fn close_marks_become_one_of_the_strongest_kind() {
        let marks = [
            mark(0, MarkKind::Controller),
            mark(20, MarkKind::Controller),
            mark(20, MarkKind::You),
            mark(50, MarkKind::Worse),
        ];
        let scale = Scale::through(0, &[20_000, 50_000], 60_000);
        let groups = scale.groups(&marks);
        let kinds: Vec<_> = groups.iter().map(|g| (g.kind, g.marks.len(), g.labelled)).collect();
        assert_eq!(
            kinds,
            [(MarkKind::Controller, 1, false), (MarkKind::You, 2, true), (MarkKind::Worse, 1, true)]
        );
    }

    #[test]
    fn neighbours() {
        let marks = [mark(1, MarkKind::You), mark(5, MarkKind::Worse), mark(9, MarkKind::Better)];
        for (at, forward, expect) in [
            (5_000, true, Some(9_000)),
            (5_000, false, Some(1_000)),
            (9_000, true, None),
            (1_000, false, None),
        ] {
            assert_eq!(neighbour(&marks, at, forward), expect);
        }
    }
}
