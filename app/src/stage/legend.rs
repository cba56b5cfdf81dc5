//! The legend: every state a pod can be in, with kubectl's word for it.

use leptos::prelude::*;
use wire::stage::PodPhase;

use super::{
    compose::{self, STATES},
    look::{Look, PHASES},
    state::Stage,
};
use crate::{
    icon::{Glyph, Icon, symbol},
    text,
};

fn status(phase: PodPhase) -> &'static str {
    match phase {
        PodPhase::Pending => "Pending",
        PodPhase::Pulling | PodPhase::Starting => "ContainerCreating",
        PodPhase::NotReady => "Running 0/1",
        PodPhase::Ready => "Running 1/1",
        PodPhase::Terminating => "Terminating",
        PodPhase::CrashLoop => "CrashLoopBackOff",
        PodPhase::Evicted => "Failed, Evicted",
        PodPhase::PullError => "ErrImagePull",
        PodPhase::PullBackOff => "ImagePullBackOff",
        PodPhase::Completed => "Completed",
        PodPhase::Failed => "Failed",
        PodPhase::Unknown => "Unknown",
    }
}

#[component]
pub fn Legend() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let has_docker = stage.memo(|v| !v.compose.projects.is_empty());
    let rows = PHASES
        .into_iter()
        .map(|phase| {
            let look = Look::of(phase);
            view! {
                <tr>
                    <td class="pods"><div class="pod" data-state=look.state>
                        <Glyph id=look.glyph /><span class="pod__state">{text::pod_state(l, phase)}</span>
                    </div></td>
                    <td class="mono">{status(phase)}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let marks = [
        ("you", "m-you", text::mark_you(l)),
        ("ctl", "m-ctl", text::mark_controller(l)),
        ("bad", "m-bad", text::mark_worse(l)),
        ("good", "m-good", text::mark_better(l)),
    ]
    .map(|(k, id, word)| {
        view! {
            <span class="mk">
                <span class="mark" data-k=k><svg aria-hidden="true"><use href=symbol(id)></use></svg></span>{word}
            </span>
        }
    });
    view! {
        <section class="pop" id="legend" popover="auto" aria-labelledby="legendh">
            <header class="pop__head">
                <h2 id="legendh">{text::legend(l)}</h2>
                <button class="iconbtn iconbtn--s push" type="button" popovertarget="legend" popovertargetaction="hide">
                    <Icon id="i-x" /><span class="vh">{text::close(l)}</span>
                </button>
            </header>
            <table class="sheettable">
                <thead><tr><th scope="col">{text::col_picture(l)}</th><th scope="col">"kubectl STATUS"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {move || has_docker.get().then(|| view! { <Containers /> })}
            <div class="sheetrow"><h3>{text::marks_key(l)}</h3>{marks.into_iter().collect::<Vec<_>>()}</div>
        </section>
    }
}

/// The states of Docker's containers.
#[component]
fn Containers() -> impl IntoView {
    let l = expect_context::<Stage>().lang;
    let rows = STATES
        .into_iter()
        .map(|(state, status)| {
            let look = compose::look(state);
            view! {
                <tr>
                    <td class="pods"><div class="pod" data-state=look.state>
                        <Glyph id=look.glyph /><span class="pod__state">{text::container_state(l, state)}</span>
                    </div></td>
                    <td class="mono">{status}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <table class="sheettable">
            <thead><tr><th scope="col">{text::legend_containers(l)}</th><th scope="col">"docker compose ps"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
