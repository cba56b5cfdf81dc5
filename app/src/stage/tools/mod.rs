//! Tools: console, YAML, events, objects.

mod code;
mod console;
mod events;
mod objects;
mod yaml;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::state::Stage;
use crate::{icon::Icon, text, topbar::here};

const TABS: [(&str, &str); 4] =
    [("console", "i-term"), ("yaml", "i-yaml"), ("events", "i-list"), ("objects", "i-cube")];

fn tab_address(tab: &str) -> String {
    let address = here("tools");
    let path = address.split(['?', '#']).next().unwrap_or_default().to_owned();
    let ex = use_query_map().with_untracked(|q| q.get("ex"));
    let ex = ex.map(|ex| format!("ex={ex}&")).unwrap_or_default();
    format!("{path}?{ex}tab={tab}#tools")
}

#[component]
pub fn Tools() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    provide_context(yaml::Draft(RwSignal::new(None)));
    let asked = use_query_map().with_untracked(|q| q.get("tab"));
    if let Some((tab, _)) = TABS.iter().find(|(tab, _)| asked.as_deref() == Some(tab)) {
        stage.tab.set(tab);
    }
    // on small screens the tools are a sheet that a tap on a tab opens and closes
    let open = RwSignal::new(asked.is_some());
    let counts = stage.memo(|v| v.counts);
    let label = move |tab| match tab {
        "yaml" => ("YAML", None),
        "events" => (text::events(l), Some(counts.get().events)),
        "objects" => (text::objects(l), Some(counts.get().objects)),
        _ => (text::console(l), None),
    };
    let tabs = TABS
        .map(|(tab, icon)| {
            let on = move || stage.tab.get() == tab;
            view! {
                <a role="tab" id=format!("tab-{tab}") href=tab_address(tab) rel="external" aria-controls="panel"
                    aria-selected=move || if on() { "true" } else { "false" } tabindex=move || if on() { "0" } else { "-1" }
                    on:click=move |ev| {
                        ev.prevent_default();
                        open.update(|o| *o = !*o || stage.tab.get_untracked() != tab);
                        stage.tab.set(tab);
                    }
                    on:keydown=move |ev| walk(stage, &ev)>
                    <Icon id=icon />{move || label(tab).0}{move || label(tab).1.map(|n| view! { " "<em>{n}</em> })}
                </a>
            }
        })
        .into_iter()
        .collect::<Vec<_>>();
    view! {
        <section class="panel" class:is-open=move || open.get() id="tools" aria-label=text::tools(l)>
            <div class="tabbar">
                <div class="tabs" role="tablist" aria-label=text::tools(l)>{tabs}</div>
                <span class="tabs__end only-l">{text::to_console(l)}" "<kbd>"`"</kbd></span>
            </div>
            <div class="tabpanel" role="tabpanel" id="panel" aria-labelledby=move || format!("tab-{}", stage.tab.get())>
                {move || match stage.tab.get() {
                    "yaml" => view! { <yaml::Yaml /> }.into_any(),
                    "events" => view! { <events::Events /> }.into_any(),
                    "objects" => view! { <objects::Objects /> }.into_any(),
                    _ => view! { <console::Console /> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// Arrow keys between tabs.
fn walk(stage: Stage, ev: &leptos::ev::KeyboardEvent) {
    let step = match ev.key().as_str() {
        "ArrowRight" => 1,
        "ArrowLeft" => TABS.len() - 1,
        _ => return,
    };
    let at = TABS.iter().position(|(t, _)| *t == stage.tab.get_untracked()).unwrap_or(0);
    let to = TABS[(at + step) % TABS.len()].0;
    stage.tab.set(to);
    ev.prevent_default();
    if let Some(el) = document().get_element_by_id(&format!("tab-{to}")) {
        use leptos::wasm_bindgen::JsCast;
        _ = el.dyn_into::<web_sys::HtmlElement>().map(|el| el.focus());
    }
}

/// Filters rows: every word of the filter must be in the row.
fn matches(filter: &str, row: &str) -> bool {
    let row = row.to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| row.contains(word))
}

/// A filter field over a table.
#[component]
fn Filter(filter: RwSignal<String>) -> impl IntoView {
    let l = expect_context::<Stage>().lang;
    view! {
        <label class="filter"><Icon id="i-search" /><span class="vh">{text::filter(l)}</span>
            <input type="search" placeholder=text::filter(l) prop:value=filter on:input=move |ev| filter.set(event_target_value(&ev)) />
        </label>
    }
}

/// Between two looks at rows of a cluster that changes.
const EVERY: std::time::Duration = std::time::Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn every_word_must_be_there() {
        for (filter, row, expect) in
            [("", "x", true), ("pod web", "Pod default web-1", true), ("pod db", "Pod web", false)]
        {
            assert_eq!(matches(filter, row), expect, "{filter}");
        }
    }
}
