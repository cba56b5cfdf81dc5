//! A widget of a lesson on a page of its own.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};
use wire::widget::{Asked, Body, WidgetPage, race::SCRIPT};

use super::missing::Broken;
use crate::{
    api::load_widget,
    fault::Fault,
    load::loaded,
    notice::Notice,
    text,
    topbar::Topbar,
    widget::{Adviser, Placing, Sorter, TwoWorlds},
    words::lang,
};

#[component]
pub fn Widget() -> impl IntoView {
    let l = lang();
    let (params, query) = (use_params_map(), use_query_map());
    let param = move |name: &str| params.with(|p| p.get(name)).unwrap_or_default();
    // another script is another page; a game goes on by itself from where it was opened
    let which = Memo::new(move |_| (param("slug"), param("widget"), query.with(|q| q.get(SCRIPT))));
    let load = loaded(
        move || which.get(),
        move |(slug, id, _)| {
            let asked: Asked = query.get_untracked().into_iter().collect();
            load_widget(slug, id, l, Some(asked.to_string()).filter(|asked| !asked.is_empty()))
        },
    );
    view! {
        <Suspense>
            {move || load.get().map(|answer| match answer {
                Ok(page) => view! { <WidgetBody page /> }.into_any(),
                Err(fault) => view! { <Broken fault /> }.into_any(),
            })}
        </Suspense>
    }
}

#[component]
fn WidgetBody(page: WidgetPage) -> impl IntoView {
    let l = lang();
    let lesson = text::lesson_title(l, page.number, &page.lesson);
    let (title, lede) = (page.widget.title.clone(), page.widget.lede.clone());
    let crumbs = vec![
        (page.part.clone(), Some(format!("/{l}"))),
        (lesson, Some(format!("/{l}/lessons/{}#w-{}", page.slug, page.widget.id))),
        (title.clone(), None),
    ];
    let body = match page.widget.body.clone() {
        Body::Advisor(advisor) => view! { <Adviser page advisor /> }.into_any(),
        Body::Sort(sort) => {
            view! { <main class="sort__page prose" id="main"><Sorter slug=page.slug widget=page.widget sort alone=true /></main> }
                .into_any()
        }
        Body::Race(race) => view! { <TwoWorlds page race /> }.into_any(),
        Body::Scheduler(scheduler) => view! { <Placing page scheduler /> }.into_any(),
    };
    let problem = use_query_map().with_untracked(|q| q.get("problem"));
    let fault = RwSignal::new(problem.and_then(|p| Fault::from_query(&p)));
    view! {
        <Title text=format!("{title} · {}", text::brand(l)) />
        <Meta name="description" content=lede />
        <Topbar crumbs=crumbs />
        <Notice fault />
        {body}
    }
}
