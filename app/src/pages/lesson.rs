//! A lesson: rail, prose with its experiments, and the stage beside them.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};
use wire::{
    lesson::{Block, LessonPage},
    widget::Asked,
};

use super::missing::Broken;
use crate::{
    api::{LessonLoad, load_lesson},
    icon::Icon,
    lesson::{experiment::Experiment, rail::Rail, recap::Recap, waiting::Waiting},
    load::loaded,
    notice::Notice,
    stage::{Dock, StagePanel, state::Stage},
    text,
    topbar::{Link, Topbar},
    widget::Place,
    words::lang,
};

#[component]
pub fn Lesson() -> impl IntoView {
    let l = lang();
    let (params, query) = (use_params_map(), use_query_map());
    // only what makes another page: a past moment and a tab are the living page's own affair
    let which = Memo::new(move |_| {
        let slug = params.with(|p| p.get("slug")).unwrap_or_default();
        query.with(|q| (slug, q.get("ex"), q.get("run").and_then(|run| run.parse().ok())))
    });
    let load = loaded(
        move || which.get(),
        move |(slug, ex, run)| {
            let at = query.with_untracked(|q| q.get("at")).and_then(|at| at.parse().ok());
            // what belongs to a widget of the prose is called after it
            let asked: Asked =
                query.get_untracked().into_iter().filter(|(name, _)| name.contains('.')).collect();
            load_lesson(slug, l, ex, run, at, Some(asked.to_string()).filter(|asked| !asked.is_empty()))
        },
    );
    view! {
        <Suspense>
            {move || load.get().map(|answer| match answer {
                Ok(load) => view! { <LessonBody load /> }.into_any(),
                Err(fault) => view! { <Broken fault /> }.into_any(),
            })}
        </Suspense>
    }
}

#[component]
fn LessonBody(load: LessonLoad) -> impl IntoView {
    let l = lang();
    let LessonLoad { page, active, stage, past, console, history, runs } = load;
    let query = use_query_map();
    let stage = active
        .zip(stage)
        .map(|(i, view)| Stage::new(&page.experiments[i], view, past, console, history, runs));
    let link = Signal::derive(move || stage.map_or(Link::Idle, |s| s.link.get()));
    let fault = RwSignal::new(
        query.with_untracked(|q| q.get("problem")).and_then(|p| crate::fault::Fault::from_query(&p)),
    );
    if let Some(stage) = stage {
        stage.fault.set(fault.get_untracked());
        provide_context(stage);
        stage.connect();
    }
    let fault = stage.map_or(fault, |s| s.fault);
    let title = text::lesson_title(l, page.number, &page.title);
    let main = view! { <Prose page=page.clone() active /> };
    view! {
        <Title text=format!("{title} · {}", text::brand(l)) />
        <Meta name="description" content=page.summary.clone() />
        <Topbar crumbs=vec![(page.part.clone(), Some(format!("/{l}"))), (title, None)] link />
        <Notice fault />
        <div class=if stage.is_some() { "lesson" } else { "lesson lesson--bare" }>
            <div class="lesson__spine"><Rail page=page.clone() active /></div>
            <main class="lesson__prose" id="main">{main}</main>
            {stage.map(|_| view! { <aside class="lesson__stage" aria-label=text::stage(l)><StagePanel /></aside> })}
        </div>
        {stage.map(|_| view! { <Dock /> })}
    }
}

#[component]
fn Prose(page: LessonPage, active: Option<usize>) -> impl IntoView {
    let l = lang();
    let n = page.experiments.len();
    let blocks = page
        .blocks
        .iter()
        .map(|block| match block {
            Block::Prose { html } => {
                view! { <div class="prose__block" inner_html=html.clone()></div> }.into_any()
            }
            Block::Experiment { id } => match page.experiments.iter().position(|e| &e.id == id) {
                Some(i) if active == Some(i) => {
                    view! { <Experiment view=page.experiments[i].clone() /> }.into_any()
                }
                Some(i) => view! { <Waiting view=page.experiments[i].clone() /> }.into_any(),
                None => ().into_any(),
            },
            Block::Recap { title, lines } => {
                view! { <Recap title=title.clone() lines=lines.clone() /> }.into_any()
            }
            Block::Widget { .. } => view! { <Place slug=page.slug.clone() block=block.clone() /> }.into_any(),
        })
        .collect::<Vec<_>>();
    view! {
        <article class="prose">
            <p class="kicker">{page.part.clone()}</p>
            <h1>{page.title.clone()}</h1>
            <p class="lede">{page.summary.clone()}</p>
            <p class="meta">
                {(n > 0).then(|| view! { <span><Icon id="i-ship" />{text::experiments(l, n)}</span> })}
                <span><Icon id="i-info" /><a href=format!("/{l}/fidelity")>{text::simulated(l, &page.kubernetes)}</a></span>
            </p>
            {blocks}
        </article>
    }
}
