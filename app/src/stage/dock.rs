//! The dock of small screens: the stage in one line, and the way to it.

use leptos::{prelude::*, server_fn::ServerFn};

use wire::stage::StageView;

use super::{
    compose,
    look::{Look, slots},
    state::Stage,
};
use crate::{
    api::Time,
    icon::{Glyph, Icon},
    post::Post,
    text,
};

/// Pods of the first workload; without a cluster, containers of the first project.
fn looks(view: &StageView) -> Vec<Look> {
    match (view.workloads.first(), view.compose.projects.first()) {
        (Some(w), _) => slots(view, &w.key).into_iter().map(Look::of).collect(),
        (None, Some(p)) => compose::of_project(view, &p.key).into_iter().map(compose::look).collect(),
        (None, None) => Vec::new(),
    }
}

#[component]
pub fn Dock() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let says = stage.memo(move |v| text::brief(l, v));
    let paused = Memo::new(move |_| stage.clock.with(|c| c.paused));
    let looks = stage.memo(looks);
    view! {
        <section class="dock" aria-label=text::stage(l)>
            <input type="checkbox" id="stage-open" class="vh only-s" aria-label=text::stage_open_box(l) />
            <p><b>{move || stage.face(stage.now_ms.get())}</b>" "{says}</p>
            <span class="dock__time">
                <PlayPause paused fragment="main" />
                <ol class="slots" aria-hidden="true">
                    {move || looks.get().into_iter().take(8).map(|look| {
                        view! { <li style=("color", format!("var({})", look.token))><Glyph id=look.glyph /></li> }
                    }).collect::<Vec<_>>()}
                </ol>
            </span>
            <label class="btn btn--primary btn--s" for="stage-open">{text::stage_open(l)}</label>
        </section>
    }
}

/// The big button of the transport.
#[component]
pub fn PlayPause(paused: Memo<bool>, fragment: &'static str) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let verb = move || if paused.get() { "play" } else { "pause" };
    let label = move || if paused.get() { text::play(l) } else { text::pause(l) };
    view! {
        <Post action=Time::url() fields=stage.fields(fragment, &[]) on_post=move |_| stage.time(if paused.get_untracked() { "play" } else { "pause" }, None)>
            <button class="iconbtn iconbtn--main" name="control" value=verb aria-label=label title=move || format!("{} (Space)", label())>
                {move || if paused.get() { view! { <Icon id="i-play" /> }.into_any() } else { view! { <Icon id="i-pause" /> }.into_any() }}
            </button>
        </Post>
    }
}
