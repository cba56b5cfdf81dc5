//! Where a cluster's control plane would stand: that there is none, and what each engine does by itself.

use leptos::prelude::*;
use wire::{
    act::{Act, Actor, Deed},
    compose::{ComposeAct, ProjectView},
    stage::StageView,
};

use crate::{icon::Icon, stage::state::Stage, text};

/// The machine that an engine's deed is about.
fn machine_of<'a>(view: &'a StageView, act: &'a Act) -> Option<&'a str> {
    let Act::Compose(act) = act else { return None };
    let of = |name: &str| view.compose.containers.iter().find(|c| c.name == name).map(|c| c.machine.as_str());
    match act {
        ComposeAct::Started { machine, .. } => Some(machine),
        ComposeAct::Killed { container }
        | ComposeAct::Died { container, .. }
        | ComposeAct::Restarted { container, .. }
        | ComposeAct::Health { container, .. }
        | ComposeAct::Gone { container } => of(container),
        ComposeAct::Typed { project, .. } | ComposeAct::InVain { project, .. } => {
            view.compose.projects.iter().find(|p| p.name == *project).map(|p| p.machine.as_str())
        }
    }
}

/// What the engine of a machine does at this very moment.
fn doing(view: &StageView, machine: &str) -> Option<Deed> {
    let deed = view.actors.iter().find(|d| d.actor == Actor::Engine)?;
    let now = view.acts_now(Actor::Engine) && machine_of(view, &deed.act) == Some(machine);
    now.then(|| deed.clone())
}

fn policies(l: text::Lang, view: &StageView, machine: &str) -> Option<String> {
    let here: Vec<&ProjectView> = view.compose.projects.iter().filter(|p| p.machine == machine).collect();
    (!here.is_empty()).then(|| text::policies(l, &here))
}

#[component]
pub fn NoControl() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let engines = stage.memo(|v| v.compose.engines.iter().map(|e| e.name.clone()).collect::<Vec<_>>());
    let yours = stage.memo(|v| v.actors.iter().find(|d| d.actor == Actor::You).cloned());
    view! {
        <section class="control control--none" aria-labelledby="nocontrolh">
            <h3 id="nocontrolh">{text::no_control_plane(l)}</h3>
            <p>{text::no_control_plane_why(l)}</p>
            <div class="control__rows" role="list">
                <For each=move || engines.get() key=|n| n.clone() let:name><Engine name /></For>
                <div class="ctl" role="listitem">
                    <Icon id="i-person" /><b>{text::actor(l, Actor::You)}</b>
                    <p>{move || yours.with(|d| d.as_ref().map(|d| text::deed_short(l, &d.act)))}</p>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Engine(name: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let (at, of) = (name.clone(), name.clone());
    let deed = stage.memo(move |v| doing(v, &at));
    let rules = stage.memo(move |v| policies(l, v, &of));
    let says = move || deed.with(|d| d.as_ref().map(|d| text::deed_short(l, &d.act))).or_else(|| rules.get());
    view! {
        <div class="ctl" role="listitem" class:is-acting=move || deed.with(Option::is_some)>
            <Icon id="i-ship" /><b>{text::docker(l)}" · "{name}</b>
            <p>{says}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_acts_on_its_own_machine() {
        let mut view = super::super::tests::view();
        let act = Act::Compose(ComposeAct::Restarted { container: "shop-web-1".into(), count: 1 });
        view.actors = vec![Deed { actor: Actor::Engine, at_ms: 0, revision: 1, because: None, act }];
        view.clock.now_ms = 1_000;
        assert!(doing(&view, "box").is_some());
        assert!(doing(&view, "other").is_none(), "another machine");
        view.clock.now_ms = 9_000;
        assert!(doing(&view, "box").is_none(), "long ago");
        let told = policies(text::Lang::En, &view, "box").unwrap();
        assert_eq!(told, "restart policies: cache no, web no");
    }
}
