//! What callers, pods and policy did over the run on the stage: charts that share one clock.

mod plot;

use std::time::Duration;

use leptos::prelude::*;
use wire::{
    chart::{Point, Policy},
    learner::Lang,
};

use self::plot::{Axis, Band, LEFT, RIGHT, WIDTH, between, round_up, scaled_down_ms, stack, steps};
use super::experiment::Card;
use crate::{
    api,
    load::loaded,
    stage::refresh,
    text::{self, chart as words},
};

/// Between two looks at a cluster that changes.
const EVERY: Duration = Duration::from_millis(700);

/// The charts, where the experiment has them.
#[component]
pub fn Charts(card: Card) -> impl IntoView {
    let l = card.lang;
    let stage = card.stage;
    let due = refresh(stage, EVERY, |v| v.seq);
    let all = loaded(move || due.get(), move |_| api::charts(stage.sandbox.get_value()));
    // the frame stays, so that a table that is open stays so
    let now = move || {
        let view = all.get()?.ok()?;
        let (start_ms, now_ms) = (stage.start_ms.get(), stage.now_ms.get());
        let points = between(&view.points, start_ms, now_ms);
        Some(Run { last: *points.last()?, points, policy: view.policy, start_ms, now_ms })
    };
    let why = move || {
        all.get().and_then(Result::err).map(|fault| view! { <p class="none">{text::fault(l, &fault)}</p> })
    };
    view! {
        <figure class="chart card charts">
            <figcaption><b>{words::charts(l)}</b><span class="chart__note">{words::charts_how(l)}</span></figcaption>
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>
                {why}
                {move || now().map(|run| picture(l, &run))}
            </Transition>
            <details class="charts__rows"><summary>{words::as_table(l)}</summary>
                <table class="tries__rows"><thead><tr>
                    <th scope="col">{text::col_time(l)}</th><th scope="col">{words::col_rate(l)}</th><th scope="col">{words::col_wanted(l)}</th>
                    <th scope="col">{words::col_ready(l)}</th><th scope="col">"CPU"</th><th scope="col">{words::col_failed(l)}</th>
                </tr></thead><tbody><Transition>{move || now().map(|run| rows(&run))}</Transition></tbody></table>
            </details>
        </figure>
    }
}

/// What had happened by now.
struct Run {
    points: Vec<Point>,
    last: Point,
    policy: Option<Policy>,
    start_ms: i64,
    now_ms: i64,
}

/// The pictures of requests, pods, CPU (empty where nobody measured it) and failures.
fn bands(points: &[Point], policy: Option<&Policy>) -> [Band; 4] {
    let most = |of: fn(&Point) -> f64| points.iter().map(of).fold(0.0, f64::max);
    let pods = most(|p| p.desired.max(p.ready) as f64).max(policy.map_or(1.0, |p| p.max as f64));
    let percent = most(|p| p.cpu_percent.unwrap_or(0) as f64).max(100.0);
    let has_cpu = points.iter().any(|p| p.cpu_percent.is_some());
    stack([
        (66.0, round_up(most(|p| p.rate_rps))),
        (96.0, pods),
        (if has_cpu { 76.0 } else { 0.0 }, percent),
        (52.0, round_up(most(|p| p.failed_rps))),
    ])
}

fn picture(l: Lang, run: &Run) -> AnyView {
    let (points, now_ms, policy) = (&run.points, run.now_ms, run.policy.as_ref());
    let axis = Axis::new(run.start_ms, now_ms);
    let all = bands(points, policy);
    let [rate, pods, cpu, failed] = all;
    let shown = all.iter().filter(|b| b.low > b.top);
    let grid: String =
        shown.clone().map(|b| format!("M{LEFT} {:.1}H{RIGHT}M{LEFT} {:.1}H{RIGHT}", b.low, b.top)).collect();
    let edges: Vec<_> = shown.map(|b| edge(*b)).collect();
    let time = |at| {
        let clock = text::clock(at, run.start_ms);
        view! { <text x=axis.x(at) y=failed.low + 18.0 text-anchor="middle">{clock}</text> }
    };
    let times: Vec<_> = axis.ticks().map(time).collect();
    let line = |value: fn(&Point) -> Option<f64>, band| steps(points, value, (axis, band), now_ms);
    let fails = line(|p| Some(p.failed_rps), failed);
    let area = format!("{fails}V{:.1}H{LEFT}Z", failed.low);
    let cpu = (cpu.low > cpu.top).then_some(cpu);
    let edges_of_window = (pods.top, cpu.unwrap_or(pods).low);
    view! {
        <svg viewBox=format!("0 0 {WIDTH} {:.0}", failed.low + 24.0) role="img" aria-label=words::sentence(l, &run.last)>
            {policy.and_then(|policy| window(l, policy, points, axis, edges_of_window))}
            <g class="grid"><path d=grid /></g>
            {title(rate, words::rate(l))}
            <path class="ln ln--ink" d=line(|p| Some(p.rate_rps), rate) />
            {title(pods, words::pods(l))}
            <path class="ln ln--acc" stroke-dasharray="5 3" d=line(|p| Some(p.desired as f64), pods) />
            <path class="ln ln--rdy" d=line(|p| Some(p.ready as f64), pods) />
            {cpu.map(|cpu| view! {
                {title(cpu, words::cpu(l))}
                <path class="ln ln--ink" d=line(|p| p.cpu_percent.map(|c| c as f64), cpu) />
            })}
            {policy.map(|policy| limits(l, policy, pods, cpu))}
            {title(failed, words::failed(l))}
            <path class="failarea" d=area />
            {ends(l, &run.last, axis.x(now_ms), all)}
            <g class="ax">{edges}{times}</g>
        </svg>
    }
    .into_any()
}

/// How it is now, where each line ends.
fn ends(l: Lang, now: &Point, x: f64, [rate, pods, cpu, failed]: [Band; 4]) -> impl IntoView + use<> {
    let label =
        |y: f64, class: &'static str, words: String| view! { <text x=x + 7.0 y=y class=class>{words}</text> };
    // the two numbers stand apart where the lines meet
    let (wanted, ready) = (pods.y(now.desired as f64), pods.y(now.ready as f64));
    let ready = if (ready - wanted).abs() < 14.0 { wanted + 15.0 } else { ready + 4.0 };
    let fails = if now.failed_rps > 0.0 { "lb--fail" } else { "lb--ok" };
    view! {
        <path class="now" d=format!("M{x:.1} {:.1}V{:.1}", rate.top - 6.0, failed.low) />
        {label(rate.label(now.rate_rps), "lb--b", words::a_second(now.rate_rps))}
        {label(wanted - 1.0, "lb--acc", words::wanted(l, now.desired))}
        {label(ready, "lb--ok", words::ready(l, now.ready))}
        {now.cpu_percent.map(|c| label(cpu.y(c as f64) + 4.0, "lb--b", format!("{c}%")))}
        {label(failed.label(now.failed_rps), fails, words::a_second(now.failed_rps))}
    }
}

fn title(band: Band, words: &'static str) -> impl IntoView {
    view! { <text x="0" y=band.title() class="lb--b">{words}</text> }
}

/// What a picture's edges stand for.
fn edge(band: Band) -> impl IntoView {
    view! {
        <text x=LEFT - 6.0 y=band.top + 4.0 text-anchor="end">{format!("{:.0}", band.most)}</text>
        <text x=LEFT - 6.0 y=band.low + 4.0 text-anchor="end">"0"</text>
    }
}

/// What a policy allows, and what it aims at.
fn limits(l: Lang, policy: &Policy, pods: Band, cpu: Option<Band>) -> impl IntoView + use<> {
    let limit = |band: Band, value: i64, words: String| {
        let y = band.y(value as f64);
        view! {
            <g class="grid"><path class="lim" d=format!("M{LEFT} {y:.1}H{RIGHT}") /></g>
            <text x=RIGHT + 6.0 y=y + 4.0 class="lb--mut">{words}</text>
        }
    };
    let target =
        cpu.zip(policy.cpu_percent).map(|(band, percent)| limit(band, percent, words::target(l, percent)));
    view! { {limit(pods, policy.max, words::most(l, policy.max))}{target} }
}

/// What was looked back at before the last pods were taken away.
fn window(
    l: Lang,
    policy: &Policy,
    points: &[Point],
    axis: Axis,
    (top, low): (f64, f64),
) -> Option<impl IntoView + use<>> {
    let until_ms = scaled_down_ms(points).filter(|_| policy.window_s > 0)?;
    let (from, until) = (axis.x(until_ms - policy.window_s * 1000), axis.x(until_ms));
    Some(view! {
        <g class="win">
            <rect x=from y=top width=until - from height=low - top />
            <path d=format!("M{from:.1} {top:.1}V{low:.1}M{until:.1} {top:.1}V{low:.1}") />
        </g>
        <text x=(from + until) / 2.0 y=top - 5.0 text-anchor="middle" class="lb--acc">{words::window(l, policy.window_s)}</text>
    })
}

/// The moments at which pods came or went.
fn rows(run: &Run) -> Vec<AnyView> {
    let same = |a: &Point, b: &Point| (a.desired, a.ready) == (b.desired, b.ready);
    let all = &run.points;
    let told =
        all.iter().enumerate().filter(|(at, p)| *at == 0 || !same(p, &all[at - 1]) || at + 1 == all.len());
    told.map(|(_, p)| {
        view! {
            <tr>
                <th scope="row">{text::clock(p.at_ms, run.start_ms)}</th><td>{words::a_second(p.rate_rps)}</td>
                <td>{p.desired}</td><td>{p.ready}</td><td>{p.cpu_percent.map(|c| format!("{c}%"))}</td>
                <td>{words::a_second(p.failed_rps)}</td>
            </tr>
        }
        .into_any()
    })
    .collect()
}
