//! The learner's own numbers, recalled: each with the run that gave it, or the way to the experiment that will.

use leptos::prelude::*;
use wire::lesson::RecapLine;

use super::waiting::address;
use crate::{
    stage::run_address,
    text::measure as words,
    words::{coded, lang},
};

#[component]
pub fn Recap(title: String, lines: Vec<RecapLine>) -> impl IntoView {
    let rows = lines.into_iter().map(line).collect::<Vec<_>>();
    view! {
        <section class="recap card" aria-label=title.clone()>
            <h3>{title.clone()}</h3>
            <ol>{rows}</ol>
        </section>
    }
}

fn line(line: RecapLine) -> impl IntoView {
    let l = lang();
    let ask = (!line.ask.is_empty()).then(|| view! { <p class="recap__ask">{coded(&line.ask)}</p> });
    let to = address(&line.experiment);
    let said = match line.given {
        Some((value, run)) => {
            let (before, after) = line.answer.split_once("{}").unwrap_or((&line.answer, ""));
            view! {
                <p>{coded(before)}<b>{words::amount(l, line.unit, value)}</b>{coded(after)}" "
                    <a class="link" rel="external" href=run_address(&to, run)>{words::see_again(l)}</a></p>
            }
            .into_any()
        }
        None => view! {
            <p class="none">{words::not_tried(l)}" "<a class="link" rel="external" href=to>{words::try_it(l)}</a></p>
        }
        .into_any(),
    };
    view! { <li>{ask}{said}</li> }
}
