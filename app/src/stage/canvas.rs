//! The canvas: traffic and Services on top, the control plane at the left, machines and their power.

use leptos::prelude::*;

use wire::stage::StageView;

use super::{
    compose::{Entry, Machine, NoControl},
    control::Control,
    flight::Flight,
    node::Node,
    service::Beam,
    state::Stage,
    traffic::Clients,
};
use crate::text;

#[component]
pub fn Canvas() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let services = stage.memo(|v| v.services.iter().map(|s| s.key.clone()).collect::<Vec<_>>());
    let nodes = stage.memo(|v| v.nodes.iter().map(|n| n.name.clone()).collect::<Vec<_>>());
    let entries = stage.memo(|v| v.compose.entries.iter().map(|e| e.key.clone()).collect::<Vec<_>>());
    let engines = stage.memo(|v| v.compose.engines.iter().map(|e| e.name.clone()).collect::<Vec<_>>());
    let machines = Memo::new(move |_| nodes.with(Vec::len) + engines.with(Vec::len));
    let cols = Memo::new(move |_| machines.get().clamp(1, 4));
    let wired = Memo::new(move |_| machines.get() <= 4);
    let no_cluster = stage.memo(StageView::is_compose_only);
    view! {
        <div class="canvas" id="canvas">
            <For each=move || services.get() key=|k| k.clone() let:key>
                <Callers key=key.clone() />
                <Beam key />
            </For>
            <For each=move || entries.get() key=|k| k.clone() let:key>
                <Entry key />
            </For>
            {move || if no_cluster.get() { view! { <NoControl /> }.into_any() } else { view! { <Control /> }.into_any() }}
            <div class="nodes" class:nodes--bare=move || !wired.get() style=("--cols", move || cols.get().to_string())>
                {move || (machines.get() == 0).then(|| view! { <p class="muted">{text::no_nodes(l)}</p> })}
                <For each=move || nodes.get() key=|n| n.clone() let:name>
                    <Node name />
                </For>
                <For each=move || engines.get() key=|n| n.clone() let:name>
                    <Machine name />
                </For>
                <div class="powerstrip" aria-hidden="true"></div>
            </div>
            <Flight />
        </div>
    }
}

/// Who calls a Service.
#[component]
fn Callers(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let id = format!("rps-{}", key.replace('/', "-"));
    let traffic =
        stage.memo(move |v| v.services.iter().find(|s| s.key == key).and_then(|s| s.traffic.clone()));
    view! { <Clients id traffic /> }
}
