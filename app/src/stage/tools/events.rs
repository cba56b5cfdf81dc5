//! Events, newest first.

use leptos::prelude::*;

use super::{Filter, matches, refresh};
use crate::{api, stage::state::Stage, text};

#[component]
pub fn Events() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let due = refresh(stage, |v| u64::from(v.counts.events));
    let rows = Resource::new_blocking(move || due.get(), move |_| api::events(stage.sandbox.get_value()));
    let filter = RwSignal::new(String::new());
    let table = move || {
        rows.get().map(|rows| match rows {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(rows) => {
                let shown: Vec<_> = filter.with(|f| {
                    rows.into_iter()
                        .filter(|r| matches(f, &format!("{} {} {} {}", r.type_, r.reason, r.object, r.message)))
                        .map(|r| {
                            let times = (r.count > 1).then(|| format!(" ×{}", r.count));
                            let warn = r.type_ == "Warning";
                            view! {
                                <tr>
                                    <td class="mono">{stage.face(r.at_ms)}</td>
                                    <td class:s-fail=warn>{r.type_}</td>
                                    <td class="mono">{r.reason}</td>
                                    <td class="mono">{r.object}</td>
                                    <td>{r.message}{times}</td>
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
                            <th scope="col">{text::col_time(l)}</th><th scope="col">{text::col_type(l)}</th>
                            <th scope="col">{text::col_reason(l)}</th><th scope="col">{text::col_object(l)}</th>
                            <th scope="col">{text::col_message(l)}</th>
                        </tr></thead>
                        <tbody>{shown}</tbody>
                    </table>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="listbox" tabindex="0" role="region" aria-label=text::events(l)>
            <Filter filter />
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{table}</Transition>
        </div>
    }
}
