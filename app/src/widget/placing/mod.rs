//! Be the scheduler: pods come in, a hand places them, the real scheduler judges each move. A move is a link: the moves so far
//! stand in the address, and the page without them goes on from the learner's last one. With script the answer comes without
//! another page.

mod ended;
mod node;
mod queue;
mod shape;

use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wire::{
    learner::Lang,
    widget::{
        Run, WidgetPage,
        scheduler::{Game, MOVES, Order, Scheduler},
    },
};

use self::{ended::EndedCard, node::NodeCard, queue::Queue};
use super::keep::Over;
use crate::{api::load_widget, icon::Icon, text::game as text};

/// What the parts of a game share.
#[derive(Clone, Copy)]
struct Table {
    lang: Lang,
    orders: StoredValue<Vec<Order>>,
    game: RwSignal<Game>,
    /// A move is on its way.
    busy: RwSignal<bool>,
    slug: StoredValue<String>,
    id: StoredValue<String>,
    /// The game's page.
    path: StoredValue<String>,
}

/// A pod's letter.
fn letter(place: usize) -> char {
    char::from(b'A' + u8::try_from(place).unwrap_or(25).min(25))
}

/// Moves as they stand in the address: a digit each, 0 to wait.
fn digits(placed: &[Option<usize>]) -> String {
    placed.iter().map(|node| char::from(b'0' + node.map_or(0, |n| n as u8 + 1))).collect()
}

impl Table {
    /// Place of the pod whose turn it is; past the last at the end.
    fn turn(self) -> usize {
        self.game.with(|g| g.placed.len())
    }

    fn order(self, place: usize) -> Option<Order> {
        self.orders.with_value(|orders| orders.get(place).cloned())
    }

    /// Where a move leads.
    fn link(self, digit: usize) -> String {
        let moves = self.game.with(|g| digits(&g.placed));
        format!("{}?{MOVES}={moves}{digit}", self.path.get_value())
    }

    /// Makes a move without another page.
    fn act(self, digit: usize, land: impl Fn(String) + 'static) {
        let nodes = self.game.with_untracked(|g| g.nodes.len());
        let is_over = self.game.with_untracked(|g| g.ended.is_some());
        if digit > nodes || is_over || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let moves = self.game.with_untracked(|g| digits(&g.placed)) + &digit.to_string();
        spawn_local(async move {
            let asked = Some(format!("{MOVES}={moves}"));
            let answer = load_widget(self.slug.get_value(), self.id.get_value(), self.lang, asked).await;
            if let Ok(WidgetPage { run: Some(Run::Scheduler(game)), .. }) = answer {
                land(format!("{}?{MOVES}={}", self.path.get_value(), digits(&game.placed)));
                self.game.set(game);
            }
            self.busy.set(false);
        });
    }
}

#[component]
pub fn Placing(page: WidgetPage, scheduler: Scheduler) -> impl IntoView {
    let l = page.lang;
    let Some(Run::Scheduler(game)) = page.run else { return ().into_any() };
    let nodes = game.nodes.clone();
    let all = scheduler.orders.len();
    let table = Table {
        lang: l,
        orders: StoredValue::new(scheduler.orders),
        game: RwSignal::new(game),
        busy: RwSignal::new(false),
        path: StoredValue::new(format!("/{l}/lessons/{}/{}", page.slug, page.widget.id)),
        slug: StoredValue::new(page.slug),
        id: StoredValue::new(page.widget.id),
    };
    let go = use_navigate();
    let act = Callback::new(move |digit: usize| {
        let go = go.clone();
        // the address follows, and the page stays
        table.act(digit, move |to| {
            go(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        });
    });
    let on_key = move |ev: KeyboardEvent| {
        let is_plain = !(ev.ctrl_key() || ev.alt_key() || ev.meta_key());
        if let Some(digit) = ev.key().parse::<usize>().ok().filter(|_| is_plain) {
            act.run(digit);
        }
    };
    let cards = nodes
        .into_iter()
        .enumerate()
        .map(|(place, node)| view! { <NodeCard table place node act /> })
        .collect::<Vec<_>>();
    let waiting = move || table.game.with(|g| g.placed.iter().filter(|n| n.is_none()).count());
    let (slug, id, back) = (table.slug.get_value(), table.id.get_value(), table.path.get_value());
    view! {
        <Over slug id back />
        <main class="sched" id="main">
            <header class="race__head sched__head">
                <div><h1>{page.widget.title}</h1><p>{page.widget.lede}</p></div>
                <dl class="wstat">
                    <div><dt>{text::turns(l)}</dt><dd>{move || format!("{} / {all}", table.turn())}</dd></div>
                    <div><dt>{text::left_waiting(l)}</dt><dd>{waiting}</dd></div>
                </dl>
            </header>
            <div class="sched__play" on:keydown=on_key>
                <Queue table act />
                <section class="bins" aria-label=text::nodes(l)>{cards}</section>
            </div>
            <p class="narr" role="status"><Icon id="i-narr" /><span>{move || say(table)}</span></p>
            <EndedCard table closing=scheduler.closing_html />
        </main>
    }
    .into_any()
}

/// The game in one sentence.
fn say(table: Table) -> String {
    let turn = table.turn();
    table.game.with(|g| {
        if let Some(ended) = &g.ended {
            let count = |nodes: &[Option<usize>]| nodes.iter().flatten().count();
            return text::over(
                table.lang,
                count(&ended.mine.nodes),
                count(&ended.scheduler.nodes),
                ended.mine.nodes.len(),
            );
        }
        let nodes: Vec<(String, bool)> =
            g.nodes.iter().zip(&g.seen).map(|(n, seen)| (n.name.clone(), seen.reasons.is_empty())).collect();
        text::turn_of(table.lang, letter(turn), &nodes, g.refused.as_deref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_digits_and_pods_letters() {
        assert_eq!(digits(&[None, Some(0), Some(2), None]), "0130");
        assert_eq!([0, 7, 25, 99].map(letter), ['A', 'H', 'Z', 'Z']);
    }
}
