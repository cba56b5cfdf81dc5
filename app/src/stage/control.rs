//! The control plane: who acts now, and what each did last.

use leptos::prelude::*;
use wire::{
    act::{Actor, Deed},
    stage::{PodPhase, StageView},
};

use super::{short_name, state::Stage};
use crate::{
    icon::{Glyph, Icon},
    text,
};

/// Pods shown in the scheduler's tray.
const TRAY_MAX: usize = 2;

/// A row of the rail: its members speak with the voice of whoever did something last.
struct Row {
    icon: &'static str,
    label: fn(text::Lang) -> &'static str,
    members: &'static [Actor],
}

const ROWS: [Row; 6] = [
    Row { icon: "i-api", label: |l| text::actor(l, Actor::ApiServer), members: &[Actor::ApiServer] },
    Row {
        icon: "i-node",
        label: |l| text::actor(l, Actor::NodeController),
        members: &[Actor::NodeController, Actor::EvictionController],
    },
    Row {
        icon: "i-rs",
        label: |_| "ReplicaSet",
        members: &[Actor::DeploymentController, Actor::ReplicaSetController, Actor::GarbageCollector],
    },
    Row { icon: "i-sched", label: |l| text::actor(l, Actor::Scheduler), members: &[Actor::Scheduler] },
    Row { icon: "i-svc", label: |_| "EndpointSlice", members: &[Actor::EndpointSliceController] },
    Row { icon: "i-robot", label: |l| text::actor(l, Actor::Program), members: &[Actor::Program] },
];

fn last<'a>(view: &'a StageView, members: &[Actor]) -> Option<&'a Deed> {
    view.actors.iter().filter(|d| members.contains(&d.actor)).max_by_key(|d| (d.at_ms, d.revision))
}

/// Suffixes of pods that have no node yet.
fn waiting(view: &StageView) -> Vec<String> {
    let no_node = view.pods.iter().filter(|p| p.node.is_none() && p.phase == PodPhase::Pending);
    no_node.map(|p| short_name(&p.name).to_owned()).collect()
}

/// What the scheduler holds: pods without a node, else the one in flight.
fn tray(view: &StageView) -> Vec<String> {
    let waiting = waiting(view);
    if waiting.is_empty() {
        super::flight::flying(view).map(|f| f.pod).into_iter().collect()
    } else {
        waiting
    }
}

#[component]
pub fn Control() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let rows = ROWS
        .iter()
        .map(|row| {
            let members = row.members;
            let deed = stage.memo(move |v| last(v, members).cloned());
            let wish = stage.memo(move |v| {
                (members == [Actor::ApiServer])
                    .then(|| v.workloads.first().map(|w| text::should_be(l, &w.name, w.desired)))
                    .flatten()
            });
            let acts = stage.memo(move |v| members.iter().any(|a| v.acts_now(*a)));
            // Not part of every control plane: seen once it has acted.
            let is_away = move || members == [Actor::Program] && deed.with(Option::is_none);
            let is_scheduler = members == [Actor::Scheduler];
            let held = stage.memo(move |v| if is_scheduler { tray(v) } else { Vec::new() });
            let says =
                move || wish.get().or_else(|| deed.with(|d| d.as_ref().map(|d| text::deed_short(l, &d.act))));
            view! {
                <div class="ctl" role="listitem" class:is-acting=move || acts.get() hidden=is_away>
                    <Icon id=row.icon /><b>{(row.label)(l)}</b>
                    <p>{says}</p>
                    {move || (!held.with(Vec::is_empty)).then(|| view! { <Tray held /> })}
                </div>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="control" aria-label=text::control_plane(l) >
            <h3>{text::control_plane(l)}</h3>
            <div class="control__rows" role="list">{rows}</div>
        </section>
    }
}

#[component]
fn Tray(held: Memo<Vec<String>>) -> impl IntoView {
    let l = expect_context::<Stage>().lang;
    let more = move || held.with(|h| h.len().saturating_sub(TRAY_MAX));
    view! {
        <span class="tray" data-tray="">
            <Glyph id="g-pending" />
            {move || held.with(|h| h.iter().take(TRAY_MAX).cloned().collect::<Vec<_>>().join(" "))}
            {move || (more() > 0).then(|| view! { <small>{text::more(l, more())}</small> })}
        </span>
    }
}
