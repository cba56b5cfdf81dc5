//! YAML: open a file or an object, edit it, see what would change, apply it by server-side apply.

pub mod changes;
mod edit;
mod picker;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api,
    fault::Fault,
    load::loaded,
    stage::{heredoc::text_of, state::Stage},
    text,
};

/// A text that is not applied yet, with the id of what it was opened from: tabs may come and go over it.
#[derive(Clone, Copy)]
pub struct Draft(pub RwSignal<Option<(String, String)>>);

#[component]
pub fn Yaml() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let draft = expect_context::<Draft>();
    let asked = use_query_map().with_untracked(|q| q.get("object"));
    if let Some(asked) = asked.filter(|_| stage.object.with_untracked(String::is_empty)) {
        stage.object.set(asked);
    }
    let again = RwSignal::new(0u32);
    let all = loaded(move || again.get(), move |_| api::load_manifests(stage.sandbox.get_value()));
    let text = loaded(
        move || (stage.object.get(), again.get()),
        move |(id, _)| api::load_manifest(stage.sandbox.get_value(), id),
    );
    let left = refused_before(stage);
    let done = RwSignal::new(Default::default());
    let picker = move || {
        all.get().map(|all| match all {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(all) => view! { <picker::Picker all again /> }.into_any(),
        })
    };
    let editor = move || {
        text.get().map(|text: Result<_, Fault>| {
            let (id, text) = match text {
                Ok((id, text)) => (id, Ok(text)),
                Err(fault) => (stage.object.get_untracked(), Err(fault)),
            };
            let kept = draft.0.get_untracked().filter(|(of, _)| *of == id).map(|(_, text)| text);
            let (text, why) = match (kept, left.get_value(), text) {
                (Some(kept), ..) => (kept, String::new()),
                (None, Some((text, why)), _) => (text, why),
                (None, None, Ok(text)) => (text, String::new()),
                (None, None, Err(fault)) => {
                    return view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any();
                }
            };
            match text.is_empty() {
                true => view! { <p class="none">{text::yaml::none(l)}</p> }.into_any(),
                false => view! { <edit::Edit id text why again done /> }.into_any(),
            }
        })
    };
    let tall = RwSignal::new(false);
    view! {
        <div class="yamlbox" class:is-tall=move || tall.get()>
            <div class="yamlhead">
                <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{picker}</Transition>
                <button type="button" class="btn btn--s" aria-pressed=move || tall.get().to_string() on:click=move |_| tall.update(|t| *t = !*t)>
                    {text::yaml::taller(l)}
                </button>
            </div>
            <Transition>{editor}</Transition>
        </div>
    }
}

/// Without script, a text that was refused comes back out of the console, which has kept the line and the reason.
fn refused_before(stage: Stage) -> StoredValue<Option<(String, String)>> {
    let asked = use_query_map().with_untracked(|q| q.get("draft")).is_some();
    let last = stage.console.with_untracked(|log| log.last().cloned()).filter(|_| asked);
    StoredValue::new(last.and_then(|entry| Some((text_of(&entry.line)?, entry.output.text()))))
}
