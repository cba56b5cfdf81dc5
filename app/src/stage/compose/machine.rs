//! A machine with Docker's engine on it, its containers and its plug.

use leptos::prelude::*;
use wire::{compose::EngineView, stage::StageView};

use super::container::Container;
use crate::{
    icon::{Glyph, Icon},
    stage::{
        keys::Shortcuts,
        look::{density, pods_class},
        node::{cores, gib, whole},
        power::Power,
        state::Stage,
    },
    text,
};

/// Keys of the containers on a machine.
pub fn containers_on(view: &StageView, machine: &str) -> Vec<String> {
    view.compose.containers.iter().filter(|c| c.machine == machine).map(|c| c.key.clone()).collect()
}

fn size(engine: &EngineView) -> String {
    text::engine_size(&whole(cores(engine.cpu_m)), &format!("{}Gi", whole(gib(engine.memory_mib))))
}

/// Files that name this machine, as `compose.yaml` of their project.
fn files(view: &StageView, machine: &str) -> String {
    let named = view.compose.projects.iter().filter(|p| p.machine == machine);
    named.map(|p| format!("{}/compose.yaml", p.name)).collect::<Vec<_>>().join(" ")
}

#[component]
pub fn Machine(name: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let keys = expect_context::<Shortcuts>();
    let l = stage.lang;
    let find = name.clone();
    let engine =
        stage.memo(move |v| v.compose.engines.iter().find(|e| e.name == find).cloned().unwrap_or_default());
    let (on, of) = (name.clone(), name.clone());
    let containers = stage.memo(move |v| containers_on(v, &on));
    let files = stage.memo(move |v| files(v, &of));
    let dense = stage.memo(density);
    let is_up = Memo::new(move |_| engine.with(|e| e.powered && e.connected));
    let powered = Memo::new(move |_| Some(engine.with(|e| e.powered)));
    let state = move || if is_up.get() { "ready" } else { "lost" };
    let glyph = Signal::derive(move || if is_up.get() { "g-ready" } else { "g-lost" });
    let stop = format!("node/{name}");
    let (focus_stop, my_stop) = (stop.clone(), stop.clone());
    view! {
        <div class="nodecol">
            <article class="node" data-state=state data-stop=stop.clone()
                tabindex=move || keys.tabindex(&my_stop) on:focus=move |_| keys.focused(&focus_stop)
                aria-label=move || engine.with(|e| text::engine_label(l, e))>
                <header class="node__head">
                    <div class="node__name">
                        <Icon id="i-node" /><b>{name.clone()}</b>
                        <span class="node__cond"><Glyph id=glyph />{move || engine.with(|e| text::engine_condition(l, e))}</span>
                    </div>
                    <p class="node__facts">{move || engine.with(size)}</p>
                    <p class="node__facts">{files}</p>
                </header>
                <ul class=move || pods_class(dense.get())>
                    <For each=move || containers.get() key=|k| k.clone() let:key><Container key /></For>
                </ul>
            </article>
            <Power name powered />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_its_size_and_its_files() {
        let view = super::super::tests::view();
        assert_eq!(size(&view.compose.engines[0]), "CPU 2 · MEM 4Gi");
        assert_eq!(files(&view, "box"), "shop/compose.yaml");
        assert_eq!(containers_on(&view, "box").len(), 2);
        assert!(containers_on(&view, "other").is_empty());
    }
}
