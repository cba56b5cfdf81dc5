//! A machine with its capacity, its pods and its plug.

use leptos::prelude::*;
use wire::stage::{NodeReady, NodeView, PodPhase, StageView};

use super::{
    flight::flying,
    keys::Shortcuts,
    look::{density, node_state, pods_class},
    pod::Pod,
    power::Power,
    state::Stage,
};
use crate::{
    icon::{Glyph, Icon},
    text,
};

fn condition(l: text::Lang, node: &NodeView) -> (&'static str, &'static str) {
    match node.ready {
        NodeReady::Ready if node.cordoned => ("g-ready", text::cordoned(l)),
        NodeReady::Ready => ("g-ready", text::node_ready(l)),
        NodeReady::NotReady => ("g-lost", text::node_not_ready(l)),
        NodeReady::Unknown => ("g-lost", text::node_lost(l)),
    }
}

/// A block of a capacity bar: percent of the node, and is it new or lost?
#[derive(Clone, Debug, PartialEq)]
struct Block {
    percent: f64,
    new: bool,
}

/// Blocks and sum of what pods on `node` request; `pick` reads CPU or memory.
fn blocks(
    view: &StageView,
    node: &NodeView,
    all: i64,
    pick: fn(&wire::stage::PodView) -> i64,
) -> (Vec<Block>, i64) {
    let gone = |p: PodPhase| matches!(p, PodPhase::Evicted | PodPhase::Completed | PodPhase::Failed);
    let here =
        view.pods.iter().filter(|p| p.node.as_ref() == Some(&node.name) && !gone(p.phase) && pick(p) > 0);
    let blocks: Vec<(i64, bool)> = here
        .map(|p| {
            (
                pick(p),
                matches!(
                    p.phase,
                    PodPhase::Pending | PodPhase::Pulling | PodPhase::Starting | PodPhase::NotReady
                ),
            )
        })
        .collect();
    let sum = blocks.iter().map(|b| b.0).sum();
    let percent = |n: i64| 100.0 * n as f64 / all.max(1) as f64;
    (blocks.into_iter().map(|(n, new)| Block { percent: percent(n), new }).collect(), sum)
}

pub fn cores(m: i64) -> String {
    format!("{:.1}", m as f64 / 1000.0)
}
pub fn gib(mib: i64) -> String {
    format!("{:.1}", mib as f64 / 1024.0)
}
/// Without a needless `.0`.
pub fn whole(n: String) -> String {
    n.strip_suffix(".0").map(str::to_owned).unwrap_or(n)
}

/// Keys of the pods on a node; the one still in flight last, so that wires do not pass over its slot.
pub fn pods_on(view: &StageView, node: &str) -> Vec<String> {
    let flight = flying(view).map(|f| f.key);
    let mut keys: Vec<String> =
        view.pods.iter().filter(|p| p.node.as_deref() == Some(node)).map(|p| p.key.clone()).collect();
    keys.sort_by_key(|k| Some(k) == flight.as_ref());
    keys
}

#[component]
pub fn Node(name: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let keys = expect_context::<Shortcuts>();
    let l = stage.lang;
    let find = name.clone();
    let node = stage.memo(move |v| v.nodes.iter().find(|n| n.name == find).cloned().unwrap_or_default());
    let look = Memo::new(move |_| node.with(|n| (node_state(n), condition(l, n))));
    let on = name.clone();
    let pods = stage.memo(move |v| pods_on(v, &on));
    let dense = stage.memo(density);
    let powered = Memo::new(move |_| node.with(|n| n.powered));
    let stop = format!("node/{name}");
    let (focus_stop, my_stop) = (stop.clone(), stop.clone());
    view! {
        <div class="nodecol">
            <article class="node" data-state=move || look.get().0 data-stop=stop.clone()
                tabindex=move || keys.tabindex(&my_stop) on:focus=move |_| keys.focused(&focus_stop)
                aria-label=move || node.with(|n| text::node_label(l, &n.name, look.get().1.1))>
                <header class="node__head">
                    <div class="node__name">
                        <Icon id="i-node" /><b>{name.clone()}</b>
                        <span class="node__cond"><Glyph id=Signal::derive(move || look.get().1.0) />{move || look.get().1.1}</span>
                    </div>
                    <Cap name="CPU" node all=|n| n.cpu_m pick=|p| p.cpu_m show=cores unit="" />
                    <Cap name="MEM" node all=|n| n.memory_mib pick=|p| p.memory_mib show=gib unit="Gi" />
                </header>
                <ul class=move || pods_class(dense.get())>
                    <For each=move || pods.get() key=|k| k.clone() let:key><Pod key /></For>
                </ul>
            </article>
            <Power name powered />
        </div>
    }
}

#[component]
fn Cap(
    name: &'static str,
    node: Memo<NodeView>,
    all: fn(&NodeView) -> i64,
    pick: fn(&wire::stage::PodView) -> i64,
    show: fn(i64) -> String,
    unit: &'static str,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let filled = stage.memo(move |v| node.with(|n| blocks(v, n, all(n), pick)));
    let total = move || format!("{}{unit}", whole(show(node.with(all))));
    let used = move || filled.with(|f| show(f.1));
    let lost = move || node.with(node_state) == "lost";
    view! {
        <div class="cap">
            <span>{name}</span>
            <span class="cap__bar" role="img" aria-label=move || text::capacity(name, &used(), &total())>
                {move || filled.with(|f| f.0.iter().map(|b| {
                    let lost = lost().then_some("");
                    view! { <i data-lost=lost data-new=(b.new && lost.is_none()).then_some("") style=("--w", format!("{:.0}", b.percent))></i> }
                }).collect::<Vec<_>>())}
            </span>
            <output>{used}"/"{total}</output>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(
            (cores(1500), gib(1536), whole(cores(2000)), whole(gib(3072))),
            ("1.5".into(), "1.5".into(), "2".into(), "3".into())
        );
    }
}
