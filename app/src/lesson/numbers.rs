//! The numbers of the run on the stage, and all tries as points: what each cost against what it lost.

use leptos::prelude::*;
use wire::{
    lesson::{MeasureText, Measured},
    run::{RunKind, RunView},
};

use super::experiment::Card;
use crate::{stage::run_name, text::measure as words};

/// Size of the picture, and the room around its axes.
const SIZE: (f64, f64) = (360.0, 190.0);
const ROOM: (f64, f64, f64, f64) = (12.0, 16.0, 26.0, 62.0);

/// The numbers of this run, as they become.
#[component]
pub fn Numbers(card: Card) -> impl IntoView {
    let l = card.lang;
    let all = card.view.with_value(|v| v.measures.clone());
    let rows = move || {
        let rows: Vec<_> = card.progress.with(|p| {
            all.iter().filter_map(|text| Some((text.clone(), value_of(&p.measures, &text.id)?))).collect()
        });
        (!rows.is_empty()).then(|| {
            let rows = rows.into_iter().map(|(text, value): (MeasureText, f64)| {
                view! { <div><dt>{text.label}</dt><dd>{words::amount(l, text.unit, value)}</dd></div> }
            });
            view! { <dl class="numbers" aria-label=words::numbers(l)>{rows.collect::<Vec<_>>()}</dl> }
        })
    };
    let tries = card.view.with_value(|v| v.tries.clone());
    view! {
        {rows}
        {tries.map(|(cost, loss)| view! { <Tries card cost loss /> })}
    }
}

fn value_of(all: &[Measured], id: &str) -> Option<f64> {
    all.iter().find(|m| m.id == id).map(|m| m.value)
}

/// A try.
#[derive(Clone, Debug, PartialEq)]
struct Try {
    run: RunView,
    cost: f64,
    loss: f64,
}

/// The runs that gave both numbers; those of the run on the stage are `now`'s.
fn tries(runs: &[RunView], now: &[Measured], cost: &str, loss: &str) -> Vec<Try> {
    let of = |run: &RunView| {
        let all = if run.current { now } else { run.measures.as_slice() };
        Some(Try { run: run.clone(), cost: value_of(all, cost)?, loss: value_of(all, loss)? })
    };
    runs.iter().filter_map(of).collect()
}

/// Where a try stands; losses by their square root, so that few stay apart from none.
fn place(of: &Try, most: (f64, f64)) -> (f64, f64) {
    let (top, right, bottom, left) = ROOM;
    let x = left + (SIZE.0 - left - right) * of.cost / most.0;
    let y = SIZE.1 - bottom - (SIZE.1 - top - bottom) * (of.loss / most.1).sqrt();
    (x, y)
}

#[component]
fn Tries(card: Card, cost: String, loss: String) -> impl IntoView {
    let l = card.lang;
    let stage = card.stage;
    let text_of = |id: &str| card.view.with_value(|v| v.measures.iter().find(|m| m.id == id).cloned());
    let (Some(cost_text), Some(loss_text)) = (text_of(&cost), text_of(&loss)) else { return ().into_any() };
    let all = Memo::new(move |_| {
        let now = card.progress.with(|p| p.measures.clone());
        stage.runs.with_value(|runs| tries(runs, &now, &cost, &loss))
    });
    let figure = move || {
        let all = all.get();
        let most = |of: fn(&Try) -> f64| all.iter().map(of).fold(1.0, f64::max);
        let most = (most(|t| t.cost), most(|t| t.loss));
        let points: Vec<_> = all.iter().map(|t| point(t, place(t, most))).collect();
        let rows: Vec<_> = all
            .iter()
            .map(|t| {
                let key = t.run.current.then_some("now");
                view! {
                    <tr data-k=key><th scope="row">{run_name(stage, &t.run)}</th>
                        <td>{words::amount(l, cost_text.unit, t.cost)}</td><td>{words::amount(l, loss_text.unit, t.loss)}</td></tr>
                }
            })
            .collect();
        let (top, right, bottom, left) = ROOM;
        let (low, high, far) = (SIZE.1 - bottom, top, SIZE.0 - right);
        (!rows.is_empty()).then(|| view! {
            <figure class="chart card tries__fig">
                <figcaption><b>{words::tries(l)}</b><span class="chart__note">{words::tries_how(l)}</span></figcaption>
                <svg viewBox=format!("0 0 {} {}", SIZE.0, SIZE.1) aria-hidden="true">
                    <g class="grid"><path d=format!("M{left} {low}H{far}M{left} {low}V{high}") /></g>
                    <g class="ax">
                        <text x=left - 6.0 y=high + 4.0 text-anchor="end">{words::amount(l, loss_text.unit, most.1)}</text>
                        <text x=left - 6.0 y=low text-anchor="end">"0"</text>
                        <text x=far y=SIZE.1 - 8.0 text-anchor="end">{words::amount(l, cost_text.unit, most.0)}</text>
                    </g>
                    {points}
                </svg>
                <table class="tries__rows"><thead><tr>
                    <th scope="col">{words::run_word(l)}</th><th scope="col">{cost_text.label.clone()}</th><th scope="col">{loss_text.label.clone()}</th>
                </tr></thead><tbody>{rows}</tbody></table>
            </figure>
        })
    };
    view! { {figure} }.into_any()
}

fn point(of: &Try, (x, y): (f64, f64)) -> impl IntoView + use<> {
    let shown = of.run.kind == RunKind::Shown;
    let now = of.run.current;
    let number = of.run.run;
    let mark = if shown {
        view! { <path class="p-hand" d=format!("M{x} {}l6 6-6 6-6-6z", y - 6.0) /> }.into_any()
    } else {
        view! { <circle class=if now { "p-now" } else { "p-pol" } cx=x cy=y r="5.5" /> }.into_any()
    };
    view! {
        <g>
            {now.then(|| view! { <circle class="p-ring" cx=x cy=y r="10" /> })}
            {mark}
            <text x=x + 12.0 y=y - 6.0 class:lb--acc=now>{number}</text>
        </g>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(id: &str, value: f64) -> Measured {
        Measured { id: id.into(), value, ended: true }
    }

    fn run(run: i64, current: bool, measures: Vec<Measured>) -> RunView {
        let (name, kind, parent, start_ms) = (String::new(), RunKind::Own, None, 0);
        RunView { run, name, kind, parent, start_ms, current, measures }
    }

    #[test]
    fn the_run_on_the_stage_stands_where_it_is_now() {
        let runs = [
            run(1, false, vec![measured("cost", 10.0), measured("loss", 4.0)]),
            run(2, false, vec![measured("cost", 10.0)]),
            run(3, true, vec![measured("cost", 1.0), measured("loss", 1.0)]),
        ];
        let now = [measured("cost", 20.0), measured("loss", 0.0)];
        let all = tries(&runs, &now, "cost", "loss");
        let seen: Vec<_> = all.iter().map(|t| (t.run.run, t.cost, t.loss)).collect();
        assert_eq!(seen, [(1, 10.0, 4.0), (3, 20.0, 0.0)]);
        let places = all.iter().map(|t| place(t, (20.0, 16.0))).collect::<Vec<_>>();
        assert!(places[0].0 < places[1].0 && places[0].1 < places[1].1, "{places:?}");
        assert_eq!(places[1], (SIZE.0 - ROOM.1, SIZE.1 - ROOM.2));
    }
}
