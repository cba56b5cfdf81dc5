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
    let ConsoleEntry { line, stdout, stderr, exit_code, .. } = entry;
    let failed = exit_code != 0 && exit_code != STOPPED;
    view! {
        <div class="entry" data-done="">
            <div><span class="ps">"$ "</span><span class="cmd">{line}</span></div>
            {(!stdout.is_empty()).then(|| printed(stage, names, Signal::stored(stdout), false))}
            {(!stderr.is_empty()).then(|| printed(stage, names, Signal::stored(stderr), failed))}
            {failed.then(|| view! { <p class="note"><Icon id="i-err" />{text::exit_code(l, exit_code)}</p> })}
        </div>
    }
    .into_any()
}

/// Shows the line that runs.
pub fn running(stage: Stage, names: RwSignal<Names>) -> impl IntoView {
    let running = stage.terminal.running;
    let is_there = Memo::new(move |_| running.with(Option::is_some));
    let part = move |of: fn(&ConsoleEntry) -> &String| {
        Signal::from(Memo::new(move |_| {
            running.with(|r| r.as_ref().map(|e| of(e).clone()).unwrap_or_default())
        }))
    };
    move || {
        is_there.get().then(|| {
            let (line, stdout, stderr) = (part(|e| &e.line), part(|e| &e.stdout), part(|e| &e.stderr));
            view! {
                <div class="entry" aria-busy="true">
                    <div><span class="ps">"$ "</span><span class="cmd">{line}</span></div>
                    {printed(stage, names, stdout, false)}
                    {printed(stage, names, stderr, false)}
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
