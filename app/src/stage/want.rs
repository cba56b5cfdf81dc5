//! Desired against actual: two rows of the same slots, so that the gap can be counted.

use leptos::prelude::*;
use wire::stage::{PodPhase, WorkloadView};

use super::{
    compose::Project,
    look::{Look, slots},
    state::Stage,
};
use crate::{
    icon::{Glyph, Icon},
    text,
};

/// More slots than this are a number only.
const SLOTS_MAX: usize = 12;

#[component]
pub fn Want() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let keys = stage.memo(|v| v.workloads.iter().map(|w| w.key.clone()).collect::<Vec<_>>());
    let projects = stage.memo(|v| v.compose.projects.iter().map(|p| p.key.clone()).collect::<Vec<_>>());
    view! {
        <section class="wants" aria-label=text::want_strip(l)>
            <For each=move || keys.get() key=|k| k.clone() let:key>
                <Strip key />
            </For>
            <For each=move || projects.get() key=|k| k.clone() let:key>
                <Project key />
            </For>
        </section>
    }
}

/// A row of slots, each a glyph and its colour token.
pub fn slots_row(slots: &[(&'static str, &'static str)]) -> impl IntoView + use<> {
    let items = slots
        .iter()
        .take(SLOTS_MAX)
        .map(|(glyph, token)| view! { <li style=("color", format!("var({token})"))><Glyph id=*glyph /></li> })
        .collect::<Vec<_>>();
    let more = slots.len().saturating_sub(SLOTS_MAX);
    view! { <ol class="slots" aria-hidden="true">{items}{(more > 0).then(|| view! { <li class="slots__more">{format!("+{more}")}</li> })}</ol> }
}

#[component]
fn Strip(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let find = key.clone();
    let w = stage.memo(move |v| v.workloads.iter().find(|w| w.key == find).cloned().unwrap_or_default());
    let stop = format!("deployment/{key}");
    let actual = stage.memo(move |v| slots(v, &key));
    let desired = Memo::new(move |_| w.with(|w| w.desired));
    let row = |phases: Vec<Option<PodPhase>>| {
        let drawn = |phase: &Option<PodPhase>| match phase {
            None => ("g-want", "--ink-2"),
            Some(p) => (Look::of(*p).glyph, Look::of(*p).token),
        };
        slots_row(&phases.iter().map(drawn).collect::<Vec<_>>())
    };
    let gap = move || {
        w.with(|w: &WorkloadView| {
            let (state, head) = text::gap(l, w.desired, w.ready);
            // once all pods are there, what is missing is that they become ready
            let there = actual.with(Vec::len) as i64 >= w.desired;
            let who = match (state, &w.replica_set) {
                ("short", _) if there => Some(text::gap_waits(l).to_owned()),
                ("short", Some(replica_set)) => Some(text::gap_who(l, replica_set)),
                _ => None,
            };
            view! { <p class="want__gap" data-state=state><b>{head}</b>{who}</p> }
        })
    };
    view! {
        <div class="want" role="group" data-stop=stop tabindex="-1" aria-label=move || w.with(|w| text::want_sentence(l, &w.name, w.desired, w.ready))>
            <div class="want__obj">
                <b><Icon id="i-deploy" />"Deployment/"{move || w.with(|w| w.name.clone())}</b>
                <small>{move || w.with(|w| text::revision(l, w.revision, &w.image))}</small>
            </div>
            <dl class="abacus">
                <div><dt>{text::desired(l)}</dt><dd class="n">{move || desired.get()}</dd>
                    <dd>{move || row(vec![None; desired.get().max(0) as usize])}</dd></div>
                <div><dt>{text::ready_count(l)}</dt><dd class="n">{move || w.with(|w| w.ready)}</dd>
                    <dd>{move || row(actual.get().into_iter().map(Some).collect())}</dd></div>
            </dl>
            {gap}
        </div>
    }
}
