//! Events, newest first.

use leptos::prelude::*;

use super::{EVERY, Filter, matches, objects::ObjectLink};
use crate::{
    api,
    backend::EventRow,
    load::loaded,
    stage::{refresh, state::Stage},
    text,
};

#[component]
pub fn Events() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let due = refresh(stage, EVERY, |v| u64::from(v.counts.events));
    let rows = loaded(move || due.get(), move |_| api::events(stage.sandbox.get_value()));
    let filter = RwSignal::new(String::new());
    let shown = move || {
        rows.get().map(|rows| match rows {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(rows) => {
                let fits = |f: &String, r: &EventRow| {
                    matches(f, &format!("{} {} {} {}", r.type_, r.reason, r.about, r.message))
                };
                let fitting: Vec<_> = filter.with(|f| rows.into_iter().filter(|r| fits(f, r)).collect());
                if fitting.is_empty() {
                    return view! { <p class="none">{text::none_found(l)}</p> }.into_any();
                }
                table(stage, fitting, true)
            }
        })
    };
    view! {
        <div class="listbox" tabindex="0" role="region" aria-label=text::events(l)>
            <Filter filter />
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{shown}</Transition>
        </div>
    }
}

/// Events as a table; `of_many`: they are about several objects.
pub fn table(stage: Stage, rows: Vec<EventRow>, of_many: bool) -> AnyView {
    let l = stage.lang;
    let head = of_many.then(|| view! { <th scope="col">{text::col_object(l)}</th> });
    let rows: Vec<_> = rows.into_iter().map(|r| row(stage, r, of_many)).collect();
    view! {
        <table class="rows">
            <thead><tr>
                <th scope="col">{text::col_time(l)}</th><th scope="col">{text::col_type(l)}</th>
                <th scope="col">{text::col_reason(l)}</th>{head}
                <th scope="col">{text::col_message(l)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(stage: Stage, r: EventRow, of_many: bool) -> impl IntoView {
    let times = (r.count > 1).then(|| format!(" ×{}", r.count));
    let warn = r.type_ == "Warning";
    let about = of_many.then(|| {
        let label = object_of(&r.about);
        view! { <td class="mono"><ObjectLink id=r.about label /></td> }
    });
    view! {
        <tr>
            <td class="mono">{stage.face(r.at_ms)}</td>
            <td class:s-fail=warn>{r.type_}</td>
            <td class="mono">{r.reason}</td>
            {about}
            <td>{r.message}{times}</td>
        </tr>
    }
}

/// `pod/web-1`, as `kubectl get events` writes it.
fn object_of(id: &str) -> String {
    let kind = id.split('/').next().unwrap_or_default().to_lowercase();
    format!("{kind}/{}", id.splitn(3, '/').nth(2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::object_of;

    #[test]
    fn objects_are_written_as_kubectl_does() {
        assert_eq!(object_of("Pod/default/web-1"), "pod/web-1");
        assert_eq!(object_of("Node//node-a"), "node/node-a");
    }
}
