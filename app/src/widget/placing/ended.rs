//! The end: the learner's placement and the scheduler's, side by side, scored by what fits and by the balance.

use leptos::prelude::*;
use wire::widget::scheduler::{Game, Placement};

use super::{Table, letter};
use crate::{
    icon::{Glyph, Icon},
    text::game as text,
};

#[component]
pub fn EndedCard(table: Table, closing: String) -> impl IntoView {
    let l = table.lang;
    let closing = StoredValue::new(closing);
    move || {
        table.game.with(|g| {
            let ended = g.ended.as_ref()?;
            let mine = card(table, g, &ended.mine, "person", "i-person", text::my_placement(l));
            let scheduler = card(table, g, &ended.scheduler, "sched", "i-sched", text::scheduler_placement(l));
            Some(view! {
                <section class="sched__res" aria-labelledby="res-h">
                    <header><h2 id="res-h">{text::result(l)}</h2><div inner_html=closing.get_value()></div></header>
                    {mine}{scheduler}
                </section>
            })
        })
    }
}

fn card(
    table: Table,
    game: &Game,
    placement: &Placement,
    key: &'static str,
    icon: &'static str,
    title: &'static str,
) -> AnyView {
    let l = table.lang;
    let all = placement.nodes.len();
    let without: Vec<char> = (0..all).filter(|i| placement.nodes[*i].is_none()).map(letter).collect();
    let placed = all - without.len();
    let (glyph, said) = if without.is_empty() {
        ("g-done", text::all_placed(l, all))
    } else {
        ("g-pending", text::no_place(l, &without))
    };
    let most = game.nodes.iter().map(|n| n.cpu_milli).max().unwrap_or(1);
    let most_memory = game.nodes.iter().map(|n| n.memory_mi).max().unwrap_or(1);
    let nodes = game
        .nodes
        .iter()
        .enumerate()
        .map(|(place, node)| {
            let pods: Vec<usize> = (0..all).filter(|i| placement.nodes[*i] == Some(place)).collect();
            let bar = |capacity: i64, most: i64, of: &dyn Fn(usize) -> i64| {
                let pods = pods
                    .iter()
                    .map(|i| {
                        let width = 100.0 * of(*i) as f64 / capacity.max(1) as f64;
                        view! { <i style=("--w", format!("{width:.2}"))>{letter(*i).to_string()}</i> }
                    })
                    .collect::<Vec<_>>();
                view! { <div class="mbar" style=("--cap", format!("{:.0}", 100.0 * capacity as f64 / most as f64))>{pods}</div> }
            };
            let asks = |i: usize| table.order(i).map_or((0, 0), |o| (o.cpu_milli, o.memory_mi));
            view! {
                <div class="smini"><b>{node.name.clone()}</b>
                    <span>"CPU"</span>{bar(node.cpu_milli, most, &|i| asks(i).0)}
                    <span>"MEM"</span>{bar(node.memory_mi, most_memory, &|i| asks(i).1)}
                </div>
            }
        })
        .collect::<Vec<_>>();
    let why = placement.why.clone().map(|why| view! { <p class="res__why"><code lang="en">{why}</code></p> });
    let score = |name: String, part: usize, figure: String| {
        view! { <div class="sc"><span>{name}</span><i style=("--w", part.to_string())></i><b>{figure}</b></div> }
    };
    view! {
        <section class="card res" data-k=key>
            <header><h3><Icon id=icon />{title}</h3><span><Glyph id=glyph />{said}</span></header>
            <div class="minis">{nodes}</div>
            {score(text::placed_score(l).to_owned(), 100 * placed / all.max(1), format!("{placed}/{all}"))}
            {score(text::balance_score(l).to_owned(), placement.balance as usize, placement.balance.to_string())}
            {why}
        </section>
    }
    .into_any()
}
