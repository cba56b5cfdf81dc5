//! Objects that the stage watches.

use leptos::prelude::*;

use super::{Filter, matches, refresh, tab_address};
use crate::{api, backend::ObjectText, stage::state::Stage, text};

/// `Kind/namespace/name`; the middle is empty for cluster-scoped kinds.
pub fn id(o: &ObjectText) -> String {
    format!("{}/{}/{}", o.kind, o.namespace, o.name)
}

#[component]
pub fn Objects() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let due = refresh(stage, |v| v.revision);
    let rows = Resource::new_blocking(move || due.get(), move |_| api::objects(stage.sandbox.get_value()));
    let filter = RwSignal::new(String::new());
    let yaml = tab_address("yaml");
    let address = StoredValue::new(yaml);
    let table = move || {
        rows.get().map(|rows| match rows {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(rows) => {
                let shown: Vec<_> = filter.with(|f| {
                    rows.into_iter()
                        .filter(|o| matches(f, &id(o)))
                        .map(|o| {
                            let href = address.with_value(|a| a.replace("#tools", &format!("&object={}#tools", id(&o))));
                            let which = id(&o);
                            view! {
                                <tr>
                                    <td class="mono">{o.kind}</td>
                                    <td class="mono">
                                        <a class="link" href=href rel="external" on:click=move |ev| {
                                            ev.prevent_default();
                                            stage.object.set(which.clone());
                                            stage.tab.set("yaml");
                                        }>{if o.namespace.is_empty() { o.name } else { format!("{}/{}", o.namespace, o.name) }}</a>
                                    </td>
                                    <td class="mono">{stage.face(o.created_ms)}</td>
                                </tr>
                            }
                        })
                        .collect()
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
