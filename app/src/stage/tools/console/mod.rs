//! The console: lines go in, text comes out as it is printed. Names in it lead to the stage.

mod complete;
mod editor;
mod entry;
mod links;
mod prompt;
mod said;

use leptos::{html, prelude::*};
use wire::console::ConsoleEntry;

use crate::{stage::state::Stage, text};

/// So near to the end, pixels, the log follows what is printed.
const NEAR_END_PX: i32 = 40;

#[component]
pub fn Console() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let log = NodeRef::<html::Div>::new();
    let names = RwSignal::new(links::Names::new());
    stage.live.with_untracked(|v| names.update_untracked(|n| _ = links::learn(n, v)));
    Effect::new(move |_| {
        let news = stage.live.with(|v| names.with_untracked(|n| links::learn(&mut n.clone(), v)));
        if news {
            stage.live.with_untracked(|v| names.update(|n| _ = links::learn(n, v)));
        }
    });
    let entries = move || {
        let from = stage.terminal.cleared.get();
        stage
            .console
            .with(|c| c.iter().cloned().enumerate().skip(from).collect::<Vec<(usize, ConsoleEntry)>>())
    };
    let is_empty = Memo::new(move |_| {
        stage.console.with(|c| c.len() <= stage.terminal.cleared.get())
            && stage.terminal.running.with(Option::is_none)
    });
    // a reader who has scrolled up is left where they are
    let ends = move |grown: bool| {
        let Some(log) = log.get_untracked() else { return };
        let at_end = log.scroll_height() - log.scroll_top() - log.client_height() < NEAR_END_PX;
        if at_end || grown {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
    };
    Effect::new(move |before: Option<usize>| {
        let length = stage.terminal.running.with(|r| r.as_ref().map_or(0, |e| e.output.len() + 1));
        stage.console.track();
        // a new line is shown wherever its writer was
        ends(before.is_none_or(|b| b == 0) || length == 0);
        length
    });
    view! {
        <div class="consolebox">
            <div class="console" node_ref=log tabindex="0" role="log" aria-live="polite" aria-label=text::console_log(l)>
                // it goes with the lines: the log needs its room more
                <p class="own">
                    <a href=format!("/sandboxes/{}/kubeconfig", stage.sandbox.get_value()) download rel="external">
                        {text::own_kubectl(l)}
                    </a>
                    " "{text::own_kubectl_how(l)}
                </p>
                // what is read out of it is one sentence at a time, so that no stream drowns its listener
                <div class="entries" aria-live="off">
                    {move || is_empty.get().then(|| view! { <p class="note">{text::console_empty(l)}</p> })}
                    <For each=entries key=|(at, _)| *at let((_, entry))>
                        {entry::ended(stage, names, entry)}
                    </For>
                    {entry::running(stage, names)}
                </div>
                <said::Said />
            </div>
            {move || stage.terminal.editing.get().map(|editing| view! { <editor::Editor editing /> })}
            <prompt::Prompt />
        </div>
    }
}
