//! The verdict of each row, with its figures, the prediction, and where the usual table simplifies.

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::race::{Figures, Measure, Outcome, Race, RaceRun, Row, Setup, Side},
};

use super::{Predicted, chart::faults};
use crate::{
    icon::{Glyph, Icon},
    text::widget as text,
};

fn look(verdict: Option<Side>) -> (&'static str, &'static str) {
    match verdict {
        Some(Side::Compose) => ("c", "g-ready"),
        Some(Side::Tie) => ("tie", "g-tie"),
        Some(Side::Kubernetes) => ("k", "g-ready"),
        None => ("none", "g-none"),
    }
}

#[component]
pub fn Rows(lang: Lang, race: Race, run: RaceRun, guess: Predicted) -> impl IntoView {
    let l = lang;
    let numbers = faults(&run.events);
    let rows = race
        .rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let mine: Vec<_> = numbers.iter().filter(|(_, e)| e.row == Some(i)).collect();
            let number = match (row.measure, mine.first()) {
                (Measure::Setup, _) => "+".to_owned(),
                (_, Some((number, _))) => number.to_string(),
                (_, None) => "–".to_owned(),
            };
            let at = mine.first().map(|(_, e)| text::moment(e.at_ms));
            let guess = guess.get(i).copied().flatten();
            line(l, row, &run.rows[i], &race, number, at, guess)
        })
        .collect::<Vec<_>>();
    view! {
        <section class="card race__rows" aria-label=text::verdicts(l)>
            <table class="vtable">
                <thead><tr>
                    <th scope="col">{text::fault_column(l)}</th><th scope="col">"Compose"</th>
                    <th scope="col">{text::kubernetes(l)}</th><th scope="col">{text::verdict_column(l)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn line(
    l: Lang,
    row: &Row,
    outcome: &Outcome,
    race: &Race,
    number: String,
    at: Option<String>,
    guess: Option<Side>,
) -> impl IntoView + use<> {
    let (v, glyph) = look(outcome.verdict);
    let cells = match row.measure {
        Measure::Setup => [setup(l, race.compose), setup(l, race.kubernetes)],
        measure => [figures(l, measure, outcome.compose), figures(l, measure, outcome.kubernetes)],
    };
    let [c, k] = cells;
    let hit = outcome.verdict.zip(guess).map(|(is, guess)| {
        let (glyph, words) =
            if is == guess { ("g-done", text::as_predicted(l)) } else { ("g-none", text::predicted_else(l)) };
        view! { <small class="guessed"><Glyph id=glyph />{words}": "{text::side(l, guess)}</small> }
    });
    view! {
        <tr>
            <th scope="row"><span class="fno" aria-hidden="true">{number}</span><span><b>{row.label.clone()}</b><small>{at}" "{row.claim.clone()}</small></span></th>
            <td data-label="Compose">{c}</td>
            <td data-label=text::kubernetes(l)>{k}</td>
            <td class="vd" data-v=v><Glyph id=glyph /><span>{text::verdict(l, outcome.verdict)}</span>{hit}</td>
        </tr>
        <tr class="vnote"><td colspan="4">{row.note.clone()}</td></tr>
    }
}

fn setup(l: Lang, setup: Setup) -> AnyView {
    view! {
        <b class="fails">{text::lines(l, setup.lines)}</b>
        <span class="by"><Icon id="i-file" />{text::machines(l, setup.machines, setup.control_plane)}</span>
    }
    .into_any()
}

fn figures(l: Lang, measure: Measure, figures: Option<Figures>) -> AnyView {
    let Some(f) = figures else {
        return view! { <span class="muted">{text::not_measured(l)}</span> }.into_any();
    };
    let failed = text::requests(l, f.failed);
    let back = text::back(l, f.back_ms, f.wanted_max);
    let (first, second) = if measure == Measure::Back {
        (text::back_short(l, f.back_ms), text::failed_words(l, &failed))
    } else {
        (failed, back)
    };
    view! { <b class="fails">{first}</b><span class="by"><Icon id="i-clock" />{second}</span> }.into_any()
}
