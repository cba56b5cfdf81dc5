//! What `kubectl edit` opens: a text, to save or to leave as it was.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::{
    stage::{state::Stage, terminal::Editing, tools::code::CodeArea},
    text,
};

#[component]
pub fn Editor(editing: Editing) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let area = NodeRef::<html::Textarea>::new();
    // until the editor's script has come; it takes the focus over
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            _ = area.focus();
            _ = area.set_selection_range(0, 0);
        }
    });
    let save = move || stage.terminal.edited(stage, area.get_untracked().map(|a| a.value()));
    let leave = move || stage.terminal.edited(stage, None);
    let press = move |ev: KeyboardEvent| {
        let wish = ev.ctrl_key() || ev.meta_key();
        // a list or a search of the editor's own closes first
        if ev.default_prevented() {
            return;
        }
        match ev.key().as_str() {
            "s" | "S" | "Enter" if wish && !ev.is_composing() => save(),
            "Escape" => leave(),
            _ => return,
        }
        ev.prevent_default();
        ev.stop_propagation();
    };
    let title = text::editing(l, &editing.name);
    let label = title.clone();
    view! {
        <div class="editor" role="group" aria-label=label on:keydown=press>
            <p class="editor__name">{title}</p>
            <CodeArea text=editing.text label=editing.name area eager=true />
            <div class="editor__act">
                <button type="button" class="btn btn--s btn--primary" on:click=move |_| save()>{text::edit_save(l)}" "<kbd>"Ctrl-S"</kbd></button>
                <button type="button" class="btn btn--s" on:click=move |_| leave()>{text::edit_leave(l)}" "<kbd>"Esc"</kbd></button>
            </div>
        </div>
    }
}
