//! Failed requests of both worlds, added up: two lines, labelled at their ends, with a sentence as label and a table on request.

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::race::{Event, RaceRun, World},
};

use super::{
    lanes::Lanes,
    series::{bends, ceiling, failed_by},
};
use crate::text::widget as text;

/// Width of the charts.
pub const WIDTH: f64 = 450.0;
const HEIGHT: f64 = 296.0;
/// The plot within it: left, top, right, bottom.
pub const PLOT: (f64, f64, f64, f64) = (44.0, 30.0, 344.0, 264.0);
/// Labels of two lines stand at least so far apart.
const LABEL_GAP: f64 = 38.0;
/// Numbers of faults stand at least so far apart.
const FAULT_GAP: f64 = 19.0;

/// Where moments and counts lie.
#[derive(Clone, Copy)]
struct Plane {
    until_ms: i64,
    most: u64,
}

impl Plane {
    fn x(self, at_ms: i64) -> f64 {
        PLOT.0 + (PLOT.2 - PLOT.0) * at_ms as f64 / self.until_ms.max(1) as f64
    }
    fn y(self, count: u64) -> f64 {
        PLOT.3 - (PLOT.3 - PLOT.1) * count as f64 / self.most.max(1) as f64
    }
    fn line(self, world: &World) -> String {
        let points = bends(world, self.until_ms);
        let to = |(i, (at, n)): (usize, &(i64, u64))| {
            format!("{}{:.1} {:.1}", if i == 0 { "M" } else { "L" }, self.x(*at), self.y(*n))
        };
        points.iter().enumerate().map(to).collect()
    }
}

/// The first event of each run of one row's events: what a number marks.
pub fn faults(events: &[Event]) -> Vec<(usize, &Event)> {
    let mut last = None;
    let begins = |event: &&Event| {
        let begins = event.row.is_some() && event.row != last;
        last = event.row.or(last);
        begins
    };
    events.iter().filter(begins).enumerate().map(|(i, e)| (i + 1, e)).collect()
}

#[component]
pub fn Chart(lang: Lang, run: RaceRun, labels: Vec<String>) -> impl IntoView {
    let l = lang;
    let most = ceiling(run.compose.failed.max(run.kubernetes.failed).max(10));
    let plane = Plane { until_ms: run.until_ms, most };
    let (grid, ticks): (Vec<_>, Vec<_>) = (0..=4)
        .map(|i| {
            let count = most * i / 4;
            let y = plane.y(count);
            (
                view! { <path d=format!("M{} {y:.1}H{}", PLOT.0, PLOT.2) /> },
                view! { <text x=PLOT.0 - 8.0 y=y + 4.0 text-anchor="end">{text::short(count)}</text> },
            )
        })
        .unzip();
    let minutes = (0..=run.until_ms / 60_000)
        .step_by(if run.until_ms > 9 * 60_000 { 3 } else { 2 })
        .map(|m| view! { <text x=plane.x(m * 60_000) y=PLOT.3 + 20.0 text-anchor="middle">{text::moment(m * 60_000)}</text> })
        .collect::<Vec<_>>();
    let mut right = f64::NEG_INFINITY;
    let marks = faults(&run.events)
        .into_iter()
        .map(|(number, event)| {
            let x = plane.x(event.at_ms);
            let at = x.max(right + FAULT_GAP);
            right = at;
            view! {
                <g>
                    <path d=format!("M{x:.1} {}V{}", PLOT.1 - 4.0, PLOT.3) class="flt"></path>
                    <circle cx=at cy=PLOT.1 - 13.0 r="9" class="fno-c"></circle>
                    <text x=at y=PLOT.1 - 8.5 text-anchor="middle" class="lb--b fno-t">{number}</text>
                </g>
            }
        })
        .collect::<Vec<_>>();
    let ends = [run.compose.failed, run.kubernetes.failed];
    let [mut c, mut k] = ends.map(|n| plane.y(n));
    let (at_c, at_k) = (c, k);
    if (c - k).abs() < LABEL_GAP {
        let (middle, half) = (f64::midpoint(c, k).min(PLOT.3 - 24.0), LABEL_GAP / 2.0);
        (c, k) = if c <= k { (middle - half, middle + half) } else { (middle + half, middle - half) };
    }
    let x = PLOT.2;
    let label = text::chart_label(l, run.until_ms, ends);
    let table = table(l, &run, &labels);
    view! {
        <figure class="chart card race__chart" aria-labelledby="ch">
            <figcaption><b id="ch">{text::failed_sum(l)}</b><span class="chart__note">{text::until(l, run.until_ms)}</span></figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
                <g class="grid">{grid}</g>
                <g class="ax">{ticks}{minutes}</g>
                {marks}
                <path d=plane.line(&run.compose) class="ln ln--ink ln--dash"></path>
                <path d=plane.line(&run.kubernetes) class="ln ln--acc"></path>
                <rect x=x - 4.5 y=at_c - 4.5 width="9" height="9" class="end-c"></rect>
                <circle cx=x cy=at_k r="5" class="end-k"></circle>
                <text x=x + 14.0 y=c class="lb--b">"Compose"</text>
                <text x=x + 14.0 y=c + 17.0>{text::requests(l, ends[0])}</text>
                <text x=x + 14.0 y=k class="lb--acc">{text::kubernetes(l)}</text>
                <text x=x + 14.0 y=k + 17.0>{text::requests(l, ends[1])}</text>
            </svg>
            <Lanes lang=l run=run.clone() />
            <details><summary>{text::as_table(l)}</summary>{table}</details>
        </figure>
    }
}

fn table(lang: Lang, run: &RaceRun, labels: &[String]) -> impl IntoView + use<> {
    let l = lang;
    let ends = faults(&run.events);
    let mut stops: Vec<(i64, String)> = ends
        .iter()
        .map(|(number, e)| (e.at_ms, format!("{number}. {}", e.row.map_or("", |r| labels[r].as_str()))))
        .collect();
    stops.push((run.until_ms, text::the_end(l).to_owned()));
    let rows = stops
        .into_iter()
        .map(|(at, what)| {
            let figures = [&run.compose, &run.kubernetes].map(|w| text::number(failed_by(w, at)));
            let [c, k] = figures;
            view! { <tr><th scope="row">{text::moment(at)}" "{what}</th><td class="num">{c}</td><td class="num">{k}</td></tr> }
        })
        .collect::<Vec<_>>();
    view! {
        <table class="plain-table">
            <thead><tr><th scope="col">{text::until_then(l)}</th><th scope="col" class="num">"Compose"</th><th scope="col" class="num">{text::kubernetes(l)}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_marks_where_a_row_begins() {
        let event = |at_ms, row| Event { at_ms, line: String::new(), row, refused: None };
        let events = [
            event(1, Some(1)),
            event(2, Some(2)),
            event(3, Some(2)),
            event(4, None),
            event(5, Some(2)),
            event(6, Some(1)),
        ];
        let found: Vec<(usize, i64)> = faults(&events).into_iter().map(|(n, e)| (n, e.at_ms)).collect();
        assert_eq!(found, [(1, 1), (2, 2), (3, 6)]);
    }
}
