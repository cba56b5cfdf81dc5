//! The canvas: traffic and Services on top, the control plane at the left, machines and their power.

use leptos::prelude::*;

use super::{control::Control, flight::Flight, node::Node, service::Beam, state::Stage, traffic::Clients};
use crate::text;

#[component]
pub fn Canvas() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let services = stage.memo(|v| v.services.iter().map(|s| s.key.clone()).collect::<Vec<_>>());
    let nodes = stage.memo(|v| v.nodes.iter().map(|n| n.name.clone()).collect::<Vec<_>>());
    let cols = Memo::new(move |_| nodes.with(Vec::len).clamp(1, 4));
    let wired = Memo::new(move |_| nodes.with(Vec::len) <= 4);
    view! {
        <div class="canvas" id="canvas">
            <For each=move || services.get() key=|k| k.clone() let:key>
                <Clients key=key.clone() />
                <Beam key />
            </For>
            <Control />
            <div class="nodes" class:nodes--bare=move || !wired.get() style=move || format!("--cols:{}", cols.get())>
                {move || nodes.with(Vec::is_empty).then(|| view! { <p class="muted">{text::no_nodes(l)}</p> })}
                <For each=move || nodes.get() key=|n| n.clone() let:name>
                    <Node name />
                </For>
                <div class="powerstrip" aria-hidden="true"></div>
            </div>
            <Flight />
        </div>
    }
}
