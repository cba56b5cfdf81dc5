//! Containers of both worlds on the clock of the failures above: a filled step for those that answer, a dashed one for those
//! that are wanted.

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::race::{Containers, RaceRun, World},
};

use super::chart::{PLOT, WIDTH, faults};
use crate::text::widget as text;

const HEIGHT: f64 = 124.0;
/// Height of a lane, and where the two end.
const LANE: f64 = 46.0;
const ENDS: [f64; 2] = [54.0, 118.0];

/// Moments and counts of a step line, with the corners between them.
fn steps(containers: &[Containers], until_ms: i64, of: impl Fn(&Containers) -> u32) -> Vec<(i64, u32)> {
    let mut points: Vec<(i64, u32)> = Vec::new();
    for c in containers.iter().filter(|c| c.at_ms < until_ms) {
        let (at, now) = (c.at_ms.max(0), of(c));
        if let Some((_, before)) = points.last().copied() {
            points.push((at, before));
        }
        points.push((at, now));
    }
    if let Some((_, last)) = points.last().copied() {
        points.push((until_ms, last));
    }
    points
}

fn path(points: &[(i64, u32)], until_ms: i64, most: u32, end: f64) -> String {
    let x = |at: i64| PLOT.0 + (PLOT.2 - PLOT.0) * at as f64 / until_ms.max(1) as f64;
    let y = |n: u32| end - LANE * f64::from(n) / f64::from(most.max(1));
    let to = |(i, (at, n)): (usize, &(i64, u32))| {
        format!("{}{:.1} {:.1}", if i == 0 { "M" } else { "L" }, x(*at), y(*n))
    };
    points.iter().enumerate().map(to).collect()
}

#[component]
pub fn Lanes(lang: Lang, run: RaceRun) -> impl IntoView {
    let l = lang;
    let until = run.until_ms;
    let all = |w: &World| w.containers.iter().map(|c| c.wanted.max(c.ready)).max().unwrap_or(1);
    let most = all(&run.compose).max(all(&run.kubernetes));
    let lane = |world: &World, end: f64, name: &'static str, accent: bool| {
        let ready = steps(&world.containers, until, |c| c.ready);
        let area = format!("{}L{} {end}L{} {end}Z", path(&ready, until, most, end), PLOT.2, PLOT.0);
        let wanted = path(&steps(&world.containers, until, |c| c.wanted), until, most, end);
        let last = world.containers.last().map_or((0, 0), |c| (c.ready, c.wanted));
        let (fill, class) = if accent { ("lane lane--k", "lb--acc") } else { ("lane", "lb--b") };
        view! {
            <path d=format!("M{} {end}H{}", PLOT.0, PLOT.2) class="base"></path>
            <path d=area class=fill></path>
            <path d=wanted class="want"></path>
            <g class="ax">
                <text x=PLOT.0 - 8.0 y=end text-anchor="end">"0"</text>
                <text x=PLOT.0 - 8.0 y=end - LANE + 8.0 text-anchor="end">{most}</text>
            </g>
            <text x=PLOT.2 + 14.0 y=end - 20.0 class=class>{name}</text>
            <text x=PLOT.2 + 14.0 y=end - 4.0>{format!("{}/{}", last.0, last.1)}</text>
        }
    };
    let marks = faults(&run.events)
        .into_iter()
        .map(|(_, e)| {
            let x = PLOT.0 + (PLOT.2 - PLOT.0) * e.at_ms as f64 / until.max(1) as f64;
            view! { <path d=format!("M{x:.1} 0V{}", ENDS[1]) class="flt"></path> }
        })
        .collect::<Vec<_>>();
    let label = text::lanes_label(l, least(&run.compose), least(&run.kubernetes), most_of(&run.kubernetes));
    view! {
        <p class="lanes__head"><b>{text::containers(l)}</b><span class="chart__note">{text::containers_key(l)}</span></p>
        <svg class="lanes" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
            {marks}
            {lane(&run.compose, ENDS[0], "Compose", false)}
            {lane(&run.kubernetes, ENDS[1], text::kubernetes(l), true)}
        </svg>
    }
}

/// The fewest containers that answered.
fn least(world: &World) -> u32 {
    world.containers.iter().map(|c| c.ready).min().unwrap_or(0)
}

/// The most that were wanted.
fn most_of(world: &World) -> u32 {
    world.containers.iter().map(|c| c.wanted).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_corners() {
        let at = |at_ms, ready| Containers { at_ms, ready, wanted: 3 };
        let found = steps(&[at(0, 3), at(10, 2), at(30, 3), at(99, 1)], 50, |c| c.ready);
        assert_eq!(found, [(0, 3), (10, 3), (10, 2), (30, 2), (30, 3), (50, 3)]);
        assert_eq!(steps(&[], 50, |c| c.ready), []);
    }
}
