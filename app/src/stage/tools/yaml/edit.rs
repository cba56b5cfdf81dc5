//! The text, what it would change, and what the cluster said to it.

use leptos::{html, prelude::*, server_fn::ServerFn, task::spawn_local};
use wire::yaml::Preview;

use super::{Draft, changes::changes};
use crate::{
    api::{self, Apply},
    post::Post,
    stage::{
        heredoc::How,
        state::Stage,
        tools::{code::CodeArea, tab_address},
    },
    text,
};

/// What stands beside the text.
#[derive(Clone, Copy)]
struct Said {
    /// Why it was refused.
    refused: RwSignal<String>,
    /// Refused because others own fields.
    conflict: RwSignal<bool>,
    /// What was done, with the id of what it was done to: the text is read again after it.
    done: RwSignal<(String, String)>,
    /// What it would change, while that is looked at.
    preview: RwSignal<Option<Preview>>,
    /// Fields of others are taken over in what is looked at.
    force: RwSignal<bool>,
}

impl Said {
    fn clear(self) {
        self.refuse(String::new(), false);
        self.done.set(Default::default());
    }

    fn refuse(self, why: String, conflict: bool) {
        self.refused.set(why);
        self.conflict.set(conflict);
    }

    /// Asks what `text` would change.
    fn look(self, stage: Stage, text: String, force: bool) {
        stage.busy.set(true);
        spawn_local(async move {
            let answer = api::load_preview(stage.sandbox.get_value(), text, force).await;
            stage.busy.set(false);
            self.clear();
            match answer {
                Ok(preview) if preview.refused.is_empty() => {
                    self.force.set(force);
                    self.preview.set(Some(preview));
                }
                Ok(preview) => self.refuse(preview.refused, preview.conflict),
                Err(fault) => stage.fault.set(Some(fault)),
            }
        });
    }

    /// Applies `text`; where that is refused, it stays as it is.
    fn apply(self, stage: Stage, id: String, text: String, how: How, draft: Draft, again: RwSignal<u32>) {
        stage.busy.set(true);
        spawn_local(async move {
            let answer =
                api::apply(stage.sandbox.get_value(), text, how.name().map(str::to_owned), String::new())
                    .await;
            stage.busy.set(false);
            self.preview.set(None);
            self.clear();
            match answer {
                Ok(entry) => {
                    let said = entry.output.text();
                    if entry.exit_code == 0 {
                        draft.0.set(None);
                        self.done.set((id, said));
                        again.update(|n| *n += 1);
                    } else {
                        let conflict = said.contains("--force-conflicts");
                        self.refuse(said, conflict);
                    }
                    stage.console.update(|log| log.push(entry));
                }
                Err(fault) => stage.fault.set(Some(fault)),
            }
        });
    }
}

#[component]
pub fn Edit(
    id: String,
    text: String,
    why: String,
    again: RwSignal<u32>,
    done: RwSignal<(String, String)>,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let draft = expect_context::<Draft>();
    let conflict = why.contains("--force-conflicts");
    let said = Said {
        refused: RwSignal::new(why),
        conflict: RwSignal::new(conflict),
        done,
        preview: RwSignal::new(None),
        force: RwSignal::new(false),
    };
    let area = NodeRef::<html::Textarea>::new();
    let now = move || area.get_untracked().map(|a| a.value()).unwrap_or_default();
    let of = StoredValue::new(id);
    let keep = move || {
        said.clear();
        draft.0.set(Some((of.get_value(), now())));
    };
    let look = move |force: bool| said.look(stage, now(), force);
    let apply = move |how: How| said.apply(stage, of.get_value(), now(), how, draft, again);
    let looks = move || said.preview.with(Option::is_some);
    let off = move || stage.is_past.get() || stage.busy.get();
    let fields = vec![("sandbox", stage.sandbox.get_value()), ("back", tab_address("console"))];
    view! {
        <Post class="yamledit" action=Apply::url() fields on_post=move |_| apply(if said.force.get_untracked() { How::Force } else { How::Apply })>
            <div class="yamledit__text" hidden=looks>
                <CodeArea text label=text::yaml::manifest(l) area on_change=keep />
            </div>
            <div class="yamledit__diff" tabindex="0" role="region" aria-label=text::yaml::changes(l) hidden=move || !looks()>
                {move || said.preview.with(|preview| preview.as_ref().map(|p| changes(l, p)))}
            </div>
            <div class="yamledit__say" tabindex="0" role="group" aria-label=text::yaml::answer(l)>{move || words(stage, said, of)}</div>
            <div class="yamledit__act">
                <button class="btn btn--s" name="how" value="diff" disabled=off on:click=move |ev| {
                    ev.prevent_default();
                    if looks() { said.preview.set(None); said.force.set(false) } else { look(false) }
                }>{move || if looks() { text::yaml::back(l) } else { text::yaml::changes(l) }}</button>
                <button class="btn btn--s btn--primary" disabled=off>{move || if said.force.get() { text::yaml::force(l) } else { text::yaml::apply(l) }}</button>
                {move || said.conflict.get().then(|| view! {
                    <button class="btn btn--s" name="how" value="force" disabled=off on:click=move |ev| {
                        ev.prevent_default();
                        look(true);
                    }>{text::yaml::force(l)}</button>
                })}
                <span class="act__cmd">{text::same_command(l)}" "
                    <code>{move || if said.force.get() { How::Force } else { How::Apply }.command()}</code>
                </span>
            </div>
        </Post>
    }
}

/// What the cluster said, in its own words, with what can be done about it.
fn words(stage: Stage, said: Said, shown: StoredValue<String>) -> impl IntoView {
    let l = stage.lang;
    let refused = said.refused.get();
    let (of, done) = said.done.get();
    if !refused.is_empty() {
        let hint = said.conflict.get().then(|| view! { <p>{text::yaml::conflict(l)}</p> });
        return view! {
            <div class="yamledit__no" role="alert"><p>{text::yaml::refused(l)}</p>{hint}<pre>{refused}</pre></div>
        }
        .into_any();
    }
    if !done.is_empty() && shown.with_value(|id| *id == of) {
        return view! { <p class="yamledit__yes" role="status">{text::yaml::applied(l)}" "<code>{done}</code></p> }.into_any();
    }
    view! { <p class="yamledit__own">{text::yaml::own(l)}" "{text::yaml::editor_keys(l)}</p> }.into_any()
}
