//! The pods: the one whose turn it is, those that come next, and where the others went.

use leptos::prelude::*;

use super::{Table, letter, shape::Shape};
use crate::{text::game as text, widget::keep::over_form};

/// So many of the next pods are shown.
const NEXT_MAX: usize = 3;

#[component]
pub fn Queue(table: Table, act: Callback<usize>) -> impl IntoView {
    let l = table.lang;
    let now = move || {
        let turn = table.turn();
        table.order(turn).map(|order| {
            let tolerates = text::tolerates(l, order.tolerates.as_deref());
            view! {
                <div class="qpod is-now">
                    <header><b class="let">{letter(turn).to_string()}</b><span><b>{text::its_turn(l)}</b>{order.name.clone()}</span></header>
                    <Shape lang=l order big=true />
                    <p>{tolerates}</p>
                </div>
            }
        })
    };
    let next = move || {
        let turn = table.turn();
        (turn + 1..turn + 1 + NEXT_MAX)
            .filter_map(|place| Some((place, table.order(place)?)))
            .map(|(place, order)| {
                view! { <li class="qpod"><b class="let">{letter(place).to_string()}</b><Shape lang=l order /></li> }
            })
            .collect::<Vec<_>>()
    };
    let done = move || {
        table.game.with(|g| {
            g.placed
                .iter()
                .enumerate()
                .map(|(place, node)| {
                    let at = node.map_or_else(|| text::waits(l).to_owned(), |n| g.nodes[n].name.clone());
                    view! { <span><code>{letter(place).to_string()}</code>" "{at}</span> }
                })
                .collect::<Vec<_>>()
        })
    };
    let is_over = move || table.game.with(|g| g.ended.is_some());
    view! {
        <section class="card queue" aria-labelledby="qh">
            <h2 id="qh">{text::incoming(l)}</h2>
            {now}
            <ol class="qnext" aria-label=text::next_pods(l)>{next}</ol>
            <p class="qdone"><b>{text::placed_pods(l)}</b>{done}</p>
            <div class="qact">
                <a class="btn btn--s" rel="external" href=move || table.link(0) class:vh=is_over
                    on:click=move |ev| { ev.prevent_default(); act.run(0); }><kbd>"0"</kbd>{text::leave_waiting(l)}</a>
                <button class="btn btn--s btn--quiet" form=over_form(&table.id.get_value())>{text::again(l)}</button>
            </div>
            <p class="keys">{text::keys(l)}</p>
        </section>
    }
}
