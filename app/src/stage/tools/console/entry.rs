//! A line with what it printed.

use leptos::prelude::*;
use wire::console::ConsoleEntry;

use super::links::{Names, Stretch, Target, stretches};
use crate::{
    icon::Icon,
    stage::{state::Stage, terminal::STOPPED},
    text,
};

/// Shows an entry that has ended.
pub fn ended(stage: Stage, names: RwSignal<Names>, entry: ConsoleEntry) -> AnyView {
    let l = stage.lang;
    let ConsoleEntry { line, output, exit_code, .. } = entry;
    let failed = exit_code != 0 && exit_code != STOPPED;
    view! {
        <div class="entry" data-done="">
            <div><span class="ps">"$ "</span><span class="cmd">{line}</span></div>
            {output.0.into_iter().map(|part| printed(stage, names, Signal::stored(part.text), part.err && failed)).collect::<Vec<_>>()}
            {failed.then(|| view! { <p class="note"><Icon id="i-err" />{text::exit_code(l, exit_code)}</p> })}
        </div>
    }
    .into_any()
}

/// Shows the line that runs.
pub fn running(stage: Stage, names: RwSignal<Names>) -> impl IntoView {
    let running = stage.terminal.running;
    let l = stage.lang;
    let paused = Memo::new(move |_| stage.live.with(|v| v.clock.paused));
    let is_there = Memo::new(move |_| running.with(Option::is_some));
    let parts = Memo::new(move |_| running.with(|r| r.as_ref().map_or(0, |e| e.output.0.len())));
    let part = move |at: usize| {
        Signal::from(Memo::new(move |_| {
            running
                .with(|r| r.as_ref().and_then(|e| Some(e.output.0.get(at)?.text.clone())).unwrap_or_default())
        }))
    };
    move || {
        is_there.get().then(|| {
            let line = Memo::new(move |_| running.with(|r| r.as_ref().map(|e| e.line.clone()).unwrap_or_default()));
            view! {
                <div class="entry" aria-busy="true">
                    <div><span class="ps">"$ "</span><span class="cmd">{line}</span></div>
                    <For each=move || 0..parts.get() key=|at| *at let:at>{printed(stage, names, part(at), false)}</For>
                    {move || paused.get().then(|| view! { <p class="note note--late">{text::runs_while_paused(l)}</p> })}
                </div>
            }
        })
    }
}

/// A stream's text with its links; drawn again only where a name in it becomes known.
fn printed(stage: Stage, names: RwSignal<Names>, text: Signal<String>, failed: bool) -> AnyView {
    let parts = Memo::new(move |_| names.with(|n| text.with(|t| stretches(t, n))));
    let address = StoredValue::new(super::super::tab_address("yaml"));
    let draw = move || {
        let draw_one = |stretch: Stretch| match stretch {
            Stretch::Plain(text) => text.into_any(),
            Stretch::Name(text, target) => {
                // without script a name leads to the object's YAML
                let href =
                    address.with_value(|a| a.replace("#tools", &format!("&object={}#tools", target.object)));
                view! {
                    <a class="name" href=href rel="external" data-name=target.stop.clone()
                        on:click=move |ev| { ev.prevent_default(); pick(stage, &target); }>{text}</a>
                }
                .into_any()
            }
        };
        parts.get().into_iter().map(draw_one).collect::<Vec<_>>()
    };
    view! { <pre class:s-fail=failed hidden=move || text.with(String::is_empty)>{draw}</pre> }.into_any()
}

/// Shows an object on the stage: as it is now, marked, in view. Where the stage has no picture of it, its YAML opens.
fn pick(stage: Stage, target: &Target) {
    if stage.is_past.get_untracked() {
        stage.go_live();
    }
    let target = target.clone();
    request_animation_frame(move || {
        if !crate::stage::keys::pick(&target.stop) {
            stage.object.set(target.object.clone());
            stage.tab.set("yaml");
        }
    });
}
