//! Home: where the learner stopped, and the lessons that exist.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use wire::{
    act::Actor,
    compose::EngineView,
    learner::{Due, HomeView, LessonEntry, Resume},
    stage::{MarkKind, StageView},
};

use super::missing::Broken;
use crate::{
    api::load_home,
    icon::{Glyph, Icon},
    load::loaded,
    stage::{compose, look::Look, scale::Scale},
    text::{self, Lang},
    topbar::Topbar,
    words::lang,
};

#[component]
pub fn Home() -> impl IntoView {
    let l = lang();
    let home = loaded(move || l, load_home);
    view! {
        <Suspense>
            {move || home.get().map(|answer| match answer {
                Ok(view) => view! { <HomeBody view /> }.into_any(),
                Err(fault) => view! { <Broken fault /> }.into_any(),
            })}
        </Suspense>
    }
}

#[component]
fn HomeBody(view: HomeView) -> impl IntoView {
    let l = lang();
    let slug_now = view.resume.as_ref().map(|r| r.slug.clone());
    let done = view.lessons.iter().filter(|e| e.passed.1 > 0 && e.passed.0 == e.passed.1).count();
    let count = text::map_count(l, view.lessons.len(), done);
    let parts = parts(&view.lessons)
        .into_iter()
        .enumerate()
        .map(|(n, lessons)| {
            let id = format!("part{n}");
            let part = lessons[0].part.clone();
            let stops = lessons
                .iter()
                .map(|e| view! { <Stop entry=e.clone() now=slug_now.as_ref() == Some(&e.slug) /> })
                .collect::<Vec<_>>();
            view! {
                <section class="route" aria-labelledby=id.clone()>
                    <h3 id=id.clone()>{part}</h3>
                    <ol>{stops}</ol>
                </section>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <Title text=format!("{} · {}", text::course(l), text::brand(l)) />
        <Meta name="description" content=text::welcome_more(l) />
        <Topbar crumbs=vec![(text::course(l).to_owned(), None)] />
        <main class="home" id="main">
            {match view.resume {
                Some(resume) => view! { <ResumeCard resume /> }.into_any(),
                None => view! { <Welcome first=view.lessons.first().cloned() /> }.into_any(),
            }}
            <Review due=view.due />
            <section class="map" aria-labelledby="mh">
                <header class="map__head">
                    <h2 id="mh">{text::map(l)}</h2>
                    <p>{count}</p>
                    <ul class="map__key" aria-label=text::map_key(l)>
                        <li><span class="stop__dot" data-state="done"><Icon id="i-check" /></span>{text::stop_done(l)}</li>
                        <li><span class="stop__dot" data-state="here"></span>{text::stop_now(l)}</li>
                        <li><span class="stop__dot" data-state="todo"></span>{text::stop_ahead(l)}</li>
                    </ul>
                </header>
                <div class="map__routes">{parts}</div>
            </section>
            <p class="home__more"><a href=format!("/{l}/fidelity")>{text::fidelity_link(l)}</a></p>
        </main>
    }
}

/// Neighbouring lessons of the same part, together.
fn parts(lessons: &[LessonEntry]) -> Vec<Vec<LessonEntry>> {
    lessons.chunk_by(|a, b| a.part == b.part).map(<[_]>::to_vec).collect()
}

/// Up to so many experiments have a block each.
const BLOCKS_MAX: u32 = 8;

#[component]
fn Stop(entry: LessonEntry, now: bool) -> impl IntoView {
    let l = lang();
    let (passed, all) = entry.passed;
    let state = match () {
        () if all > 0 && passed == all => "done",
        () if now || entry.begun => "here",
        () => "todo",
    };
    let blocks = match all {
        0..=BLOCKS_MAX => (0..all)
            .map(|i| view! { <i class=if i < passed { "on" } else { "" }></i> }.into_any())
            .collect::<Vec<_>>(),
        _ => vec![
            view! { <b style=("--done", format!("{:.1}%", 100.0 * f64::from(passed) / f64::from(all)))></b> }
                .into_any(),
            view! { <span>{passed}"/"{all}</span> }.into_any(),
        ],
    };
    view! {
        <li class="stop" data-state=state>
            <a href=format!("/{l}/lessons/{}", entry.slug) aria-current=now.then_some("step")>
                <span class="stop__dot">{(state == "done").then(|| view! { <Icon id="i-check" /> })}</span>
                <span class="stop__n">{entry.number}</span>
                <span class="stop__t">{entry.title}</span>
                {(all > 0).then(|| view! {
                    <span class="stop__p" role="img" aria-label=text::passed_of(l, passed, all)>{blocks}</span>
                })}
            </a>
        </li>
    }
}

/// Questions that are due again.
#[component]
fn Review(due: Vec<Due>) -> impl IntoView {
    let l = lang();
    let rows = due
        .iter()
        .map(|d| {
            let to = format!("/{l}/lessons/{}?ex={1}#ex-{1}", d.slug, d.experiment);
            view! { <li><a href=to><span class="ex__no">{text::experiment(l, &d.label)}</span>" "{d.question.clone()}</a></li> }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="review" aria-labelledby="dueh">
                <h2 id="dueh">{text::review(l)}</h2>
                <ul>{rows}</ul>
            </section>
        }
    })
}

/// For those who have not begun.
#[component]
fn Welcome(first: Option<LessonEntry>) -> impl IntoView {
    let l = lang();
    view! {
        <section class="resume resume--new" aria-labelledby="rh">
            <div class="resume__text">
                <p class="resume__k">{text::brand(l)}</p>
                <h1 id="rh">{text::welcome(l)}</h1>
                <p>{text::welcome_more(l)}</p>
                {first.map(|e| view! {
                    <div class="resume__act">
                        <a class="btn btn--primary btn--l" href=format!("/{l}/lessons/{}", e.slug)>
                            <Icon id="i-play" />{text::lesson_title(l, e.number, &e.title)}
                        </a>
                    </div>
                })}
            </div>
        </section>
    }
}

/// The headline of the card: what the learner did last, and how long ago.
fn headline(l: Lang, resume: &Resume) -> String {
    let stage = &resume.stage;
    let last = stage.marks.iter().rev().find(|m| m.deed.actor == Actor::You);
    match last {
        Some(mark) => text::resume_title(
            l,
            &text::plain(&text::deed(l, &mark.deed.act)),
            stage.clock.now_ms - mark.deed.at_ms,
        ),
        None => format!("{} {}", text::experiment(l, &resume.label), resume.experiment_title),
    }
}

#[component]
fn ResumeCard(resume: Resume) -> impl IntoView {
    let l = lang();
    let clock = text::clock(resume.stage.clock.now_ms, resume.stage.clock.start_ms);
    let lesson = format!("/{l}/lessons/{}", resume.slug);
    let (passed, all) = resume.checks;
    let more = text::resume_more(l, resume.number, &resume.title, &resume.label, passed, all);
    view! {
        <section class="resume" aria-labelledby="rh">
            <div class="resume__text">
                <p class="resume__k">{text::resume(l)}</p>
                <h1 id="rh">{headline(l, &resume)}</h1>
                <p>{more}</p>
                <div class="resume__act">
                    <a class="btn btn--primary btn--l"
                        href=format!("{lesson}?ex={0}#ex-{0}", resume.experiment)>
                        <Icon id="i-play" />{text::resume_at(l, &clock)}
                    </a>
                    <a class="btn btn--quiet" href=lesson>{text::from_start(l, resume.number)}</a>
                </div>
            </div>
            <Mini stage=resume.stage clock />
        </section>
    }
}

/// The stage at thumbnail size.
#[component]
fn Mini(stage: StageView, clock: String) -> impl IntoView {
    let l = lang();
    let only = stage.is_compose_only();
    let (ready, desired) = stage.workloads.iter().fold((0, 0), |(r, d), w| (r + w.ready, d + w.desired));
    let (running, wanted) =
        stage.compose.projects.iter().map(text::tally_of).fold((0, 0), |(r, w), t| (r + t.1, w + t.0));
    let (ready, desired) = if only { (running.into(), wanted.into()) } else { (ready, desired) };
    let counted = if only { text::running_count(l) } else { text::ready_count(l) };
    let engines = stage.compose.engines.iter().map(|engine| mini_engine(&stage, engine)).collect::<Vec<_>>();
    let nodes = stage
        .nodes
        .iter()
        .map(|node| {
            let pods = stage
                .pods
                .iter()
                .filter(|p| p.node.as_ref() == Some(&node.name))
                .map(|p| {
                    let look = Look::of(p.phase);
                    view! { <i data-s=look.state><Glyph id=look.glyph /></i> }
                })
                .collect::<Vec<_>>();
            view! {
                <div class="mini__node" data-state=crate::stage::look::node_state(node)>
                    <b>{node.name.clone()}</b>
                    <span>{pods}</span>
                </div>
            }
        })
        .collect::<Vec<_>>();
    let label = text::brief(l, &stage);
    let scale = Scale::of(&stage);
    let marks = scale
        .groups(&stage.marks)
        .into_iter()
        .map(|g| {
            let class = match g.kind {
                MarkKind::You => "you",
                MarkKind::Worse => "bad",
                _ => "",
            };
            view! { <i style=("--x", format!("{:.1}", g.x)) class=class></i> }
        })
        .collect::<Vec<_>>();
    let now = scale.x(stage.clock.now_ms);
    view! {
        <figure class="resume__fig">
            <figcaption>
                <span>{text::resume_figure(l, &clock)}</span>
                <span class="resume__cnt" data-state=(ready >= desired).then_some("met")>{counted}" "<b>{ready}</b>" / "{desired}</span>
            </figcaption>
            <div class="mini" role="img" aria-label=label>{nodes}{engines}</div>
            <div class="resume__tl" aria-hidden="true" style=("--now", format!("{now:.1}"))>
                {marks}<b style=("--x", format!("{now:.1}"))></b>
            </div>
        </figure>
    }
}

/// A machine of Docker, and its containers.
fn mini_engine(stage: &StageView, engine: &EngineView) -> impl IntoView + use<> {
    let containers = stage
        .compose
        .containers
        .iter()
        .filter(|c| c.machine == engine.name)
        .map(|c| {
            let look = compose::look(c.state);
            view! { <i data-s=look.state><Glyph id=look.glyph /></i> }
        })
        .collect::<Vec<_>>();
    let state = if engine.powered && engine.connected { "ready" } else { "lost" };
    view! { <div class="mini__node" data-state=state><b>{engine.name.clone()}</b><span>{containers}</span></div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_are_grouped_by_part() {
        let entry = |n, part: &str| LessonEntry {
            slug: format!("l{n}"),
            number: n,
            title: String::new(),
            part: part.into(),
            summary: String::new(),
            passed: (0, 1),
            begun: false,
        };
        let all = [entry(1, "a"), entry(2, "a"), entry(3, "b")];
        let sizes: Vec<usize> = parts(&all).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1]);
        assert!(parts(&[]).is_empty());
    }
}
