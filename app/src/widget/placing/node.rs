//! A node of the game: CPU and memory as separate tubes, the verdict of the scheduler, and the move.

use leptos::prelude::*;
use wire::widget::scheduler::{GameNode, Order, Seen};

use super::{
    Table, letter,
    shape::{cores, cpu_steps, gibi, memory_steps},
};
use crate::{
    icon::{Glyph, Icon},
    text::game as text,
};

#[derive(Clone, Copy, PartialEq)]
enum What {
    Cpu,
    Memory,
}

impl What {
    fn of(self, order: &Order) -> i64 {
        match self {
            What::Cpu => order.cpu_milli,
            What::Memory => order.memory_mi,
        }
    }
    fn steps(self, amount: i64) -> f64 {
        match self {
            What::Cpu => cpu_steps(amount),
            What::Memory => memory_steps(amount),
        }
    }
    fn written(self, amount: i64) -> String {
        match self {
            What::Cpu => cores(amount),
            What::Memory => gibi(amount),
        }
    }
}

#[component]
pub fn NodeCard(table: Table, place: usize, node: GameNode, act: Callback<usize>) -> impl IntoView {
    let l = table.lang;
    let seen = Memo::new(move |_| table.game.with(|g| g.seen.get(place).cloned()));
    let fits = move || seen.with(|s| s.as_ref().map(|s| s.reasons.is_empty()));
    let state = move || match fits() {
        Some(true) => "yes",
        Some(false) => "no",
        None => "over",
    };
    let head = match &node.taint {
        Some(taint) => view! { <span class="obj">"taint "{taint.clone()}</span> }.into_any(),
        None => view! { <Glyph id="g-ready" />"Ready" }.into_any(),
    };
    let cpu = tube(table, place, What::Cpu, node.cpu_milli, seen);
    let memory = tube(table, place, What::Memory, node.memory_mi, seen);
    let shape = StoredValue::new(node.clone());
    let verdict = move || {
        let seen = seen.get()?;
        let order = table.order(table.turn())?;
        let (glyph, (first, more)) = if seen.reasons.is_empty() {
            let left = left(table, place, &shape.get_value(), &order);
            ("g-ready", text::fits(l, &cores(left.0), &gibi(left.1)))
        } else {
            (
                "g-fail",
                text::not_there(l, &seen.reasons, &cores(seen.short_cpu_milli), &gibi(seen.short_memory_mi)),
            )
        };
        Some(
            view! { <p class="bin__v"><Glyph id=glyph /><span><b>{first}</b><span lang="en">{more}</span></span></p> },
        )
    };
    let digit = place + 1;
    let label = text::place_on(l, &node.name);
    let name = node.name.clone();
    view! {
        <article class="node bin" data-v=state aria-label=name>
            <header class="node__name"><Icon id="i-node" /><b>{node.name}</b><span class="node__cond">{head}</span></header>
            <div class="tubes">{cpu}{memory}</div>
            {verdict}
            <a class="btn btn--s" class:btn--primary=move || fits() == Some(true) rel="external"
                aria-disabled=move || (fits() != Some(true)).then_some("true") href=move || table.link(digit)
                on:click=move |ev| { ev.prevent_default(); act.run(digit); }><kbd>{digit}</kbd>{label}</a>
        </article>
    }
}

/// What would be left on a node.
fn left(table: Table, place: usize, node: &GameNode, order: &Order) -> (i64, i64) {
    let used = |what: What| sum(table, place, what);
    (
        node.cpu_milli - used(What::Cpu) - order.cpu_milli,
        node.memory_mi - used(What::Memory) - order.memory_mi,
    )
}

/// The pods of a node, by place.
fn pods(table: Table, place: usize) -> Vec<usize> {
    table.game.with(|g| (0..g.placed.len()).filter(|i| g.placed[*i] == Some(place)).collect())
}

fn sum(table: Table, place: usize, what: What) -> i64 {
    pods(table, place).into_iter().filter_map(|i| table.order(i)).map(|o| what.of(&o)).sum()
}

fn tube(table: Table, place: usize, what: What, all: i64, seen: Memo<Option<Seen>>) -> impl IntoView {
    let l = table.lang;
    let height = move |amount: i64| what.steps(amount).to_string();
    let segments = move || {
        pods(table, place)
            .into_iter()
            .filter_map(|i| Some((i, table.order(i)?)))
            .map(|(i, order)| view! { <span class="seg-p" style=("--n", height(what.of(&order)))>{letter(i).to_string()}</span> })
            .collect::<Vec<_>>()
    };
    let ghost = move || {
        let seen = seen.get()?;
        let turn = table.turn();
        let order = table.order(turn)?;
        let short = if what == What::Cpu { seen.short_cpu_milli } else { seen.short_memory_mi };
        let state = match (seen.reasons.is_empty(), short > 0) {
            (true, _) => "yes",
            (false, true) => "over",
            (false, false) => "no",
        };
        Some(view! {
            <span class="seg-p seg-p--ghost" data-v=state style=("--n", height(what.of(&order)))><b>{letter(turn).to_string()}</b></span>
        })
    };
    let (name, unit) = match what {
        What::Cpu => ("CPU", ""),
        What::Memory => (text::memory(l), "Gi"),
    };
    let figure = move || format!("{}/{}{unit}", what.written(sum(table, place, what)), what.written(all));
    view! {
        <div class="tube">
            <div class="tube__box" style=("--n", height(all))>{segments}{ghost}</div>
            <p><b>{name}</b>" "<code>{figure}</code></p>
        </div>
    }
}
