//! One object: what was written to it, by whom, and what Events say about it.

use leptos::prelude::*;
use wire::history::{FieldChange, ObjectHistory, Revision, Verb};

use super::{
    super::{EVERY, events, tab_address},
    ObjectLink,
};
use crate::{
    api,
    load::loaded,
    stage::{refresh, state::Stage, timeline::at_address},
    text,
};

#[component]
pub fn History(id: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let due = refresh(stage, EVERY, |v| v.revision);
    let (of_history, of_events) = (StoredValue::new(id.clone()), id.clone());
    let told =
        loaded(move || due.get(), move |_| api::history(stage.sandbox.get_value(), of_history.get_value()));
    let rows = loaded(move || due.get(), move |_| api::events(stage.sandbox.get_value()));
    let revisions = move || {
        told.get().map(|told| match told {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(told) => revisions(stage, told),
        })
    };
    let said = move || {
        let rows = rows.get()?.ok()?;
        let mine: Vec<_> = rows.into_iter().filter(|r| r.about == of_events).collect();
        (!mine.is_empty()).then(|| {
            view! { <h4 class="listbox__head">{text::events(l)}</h4> {events::table(stage, mine, false)} }
        })
    };
    let name = text_of(&id);
    let shown = name.clone();
    view! {
        <div class="listbox" tabindex="0" role="region" aria-label=name>
            <p class="objhead">
                <a class="link" href=tab_address("objects") rel="external" on:click=move |ev| {
                    ev.prevent_default();
                    stage.object.set(String::new());
                }>{text::all_objects(l)}</a>
                <b class="mono">{shown}</b>
                <ObjectLink id tab="yaml" label="YAML" />
            </p>
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{revisions}{said}</Transition>
        </div>
    }
}

/// `kind/name`, as kubectl writes it, with the namespace where it is another.
fn text_of(id: &str) -> String {
    let mut parts = id.splitn(3, '/');
    let (kind, namespace, name) =
        (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match namespace {
        "" | "default" => format!("{kind}/{name}"),
        _ => format!("{kind}/{name} · {namespace}"),
    }
}

fn revisions(stage: Stage, told: ObjectHistory) -> AnyView {
    let l = stage.lang;
    if told.revisions.is_empty() {
        return view! { <p class="none">{text::no_history(l)}</p> }.into_any();
    }
    let cut = told.cut.then(|| view! { <p class="none">{text::history_cut(l)}</p> });
    let rows: Vec<_> = told.revisions.into_iter().map(|r| row(stage, r)).collect();
    view! {
        <table class="rows">
            <thead><tr>
                <th scope="col">{text::col_time(l)}</th><th scope="col">{text::col_who(l)}</th>
                <th scope="col">{text::col_changed(l)}</th><th scope="col">"resourceVersion"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {cut}
    }
    .into_any()
}

fn row(stage: Stage, r: Revision) -> impl IntoView {
    let l = stage.lang;
    let at_ms = r.at_ms;
    let what = match r.verb {
        Verb::Created => view! { {text::was_created(l)} }.into_any(),
        Verb::Deleted => view! { {text::was_deleted(l)} }.into_any(),
        Verb::Changed if r.fields.is_empty() => view! { {text::same_but_owners(l)} }.into_any(),
        Verb::Changed => {
            let more = (r.more > 0).then(|| view! { <li>{text::more_fields(l, r.more)}</li> });
            let fields: Vec<_> = r.fields.into_iter().map(field).collect();
            view! { <ul class="fields">{fields}{more}</ul> }.into_any()
        }
    };
    view! {
        <tr>
            <td class="mono">
                <a class="link" href=at_address(Some(at_ms), "time") rel="external" title=text::go_there(l)
                    on:click=move |ev| { ev.prevent_default(); stage.look_at(at_ms) }>{stage.face(at_ms)}</a>
            </td>
            <td title=r.user>{text::actor(l, r.actor)}</td>
            <td>{what}</td>
            <td class="mono">{r.revision}</td>
        </tr>
    }
}

fn field(change: FieldChange) -> impl IntoView {
    let side = |value: Option<String>| value.filter(|v| !v.is_empty()).unwrap_or_else(|| "–".into());
    view! {
        <li><code>{change.path}</code>" "<span class="was">{side(change.from)}</span>" → "<b>{side(change.to)}</b></li>
    }
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn names_are_written_as_kubectl_does() {
        for (id, expect) in [
            ("Deployment/default/web", "Deployment/web"),
            ("Node//node-a", "Node/node-a"),
            ("Lease/kube-node-lease/node-a", "Lease/node-a · kube-node-lease"),
        ] {
            assert_eq!(text_of(id), expect);
        }
    }
}
