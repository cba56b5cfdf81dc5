//! Objects that the stage watches; one of them with its history.

mod history;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::yaml::ObjectName;

use super::{EVERY, Filter, matches, tab_address};
use crate::{
    api,
    load::loaded,
    stage::{refresh, state::Stage},
    text,
};

/// A link to an object's history, or to its manifest.
#[component]
pub fn ObjectLink(
    /// `Kind/namespace/name`.
    id: String,
    /// Which tab shows it.
    #[prop(default = "objects")]
    tab: &'static str,
    /// What it says.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let href = tab_address(tab).replace("#tools", &format!("&object={id}#tools"));
    view! {
        <a class="link" href=href rel="external" on:click=move |ev| {
            ev.prevent_default();
            stage.object.set(id.clone());
            stage.tab.set(tab);
        }>{label}</a>
    }
}

/// Is it an object's name, and not a file's?
fn is_object(id: &str) -> bool {
    !id.is_empty() && !id.starts_with("file:")
}

#[component]
pub fn Objects() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let asked = use_query_map().with_untracked(|q| q.get("object"));
    if let Some(asked) = asked.filter(|_| stage.object.with_untracked(String::is_empty)) {
        stage.object.set(asked);
    }
    move || {
        let id = stage.object.get();
        if is_object(&id) {
            view! { <history::History id /> }.into_any()
        } else {
            view! { <List /> }.into_any()
        }
    }
}

#[component]
fn List() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let due = refresh(stage, EVERY, |v| v.revision);
    let rows = loaded(move || due.get(), move |_| api::objects(stage.sandbox.get_value()));
    let filter = RwSignal::new(String::new());
    let table = move || {
        rows.get().map(|rows| match rows {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(rows) => {
                let shown: Vec<_> = filter.with(|f| {
                    rows.into_iter().filter(|o| matches(f, &o.id())).map(|o| row(stage, &o)).collect()
                });
                if shown.is_empty() {
                    return view! { <p class="none">{text::none_found(l)}</p> }.into_any();
                }
                view! {
                    <table class="rows">
                        <thead><tr>
                            <th scope="col">{text::col_kind(l)}</th><th scope="col">{text::col_name(l)}</th>
                            <th scope="col">{text::col_created(l)}</th>
                        </tr></thead>
                        <tbody>{shown}</tbody>
                    </table>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="listbox" tabindex="0" role="region" aria-label=text::objects(l)>
            <Filter filter />
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{table}</Transition>
        </div>
    }
}

fn row(stage: Stage, o: &ObjectName) -> impl IntoView + use<> {
    let name = if o.namespace.is_empty() { o.name.clone() } else { format!("{}/{}", o.namespace, o.name) };
    view! {
        <tr>
            <td class="mono">{o.kind.clone()}</td>
            <td class="mono"><ObjectLink id=o.id() label=name /></td>
            <td class="mono">{stage.face(o.created_ms)}</td>
        </tr>
    }
}
