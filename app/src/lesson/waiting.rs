//! The card of an experiment that is not on the stage: what it asks, how far the learner got, and the way to it.

use leptos::prelude::*;
use wire::lesson::{ExperimentView, Verdict};

use crate::{
    icon::Icon,
    text,
    topbar::here,
    words::{coded, lang},
};

/// The address that puts an experiment on the stage.
pub fn address(id: &str) -> String {
    let path = here("");
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{path}?ex={id}#ex-{id}")
}

#[component]
pub fn Waiting(view: ExperimentView) -> impl IntoView {
    let l = lang();
    let heading = format!("ex-{}-h", view.id);
    let all = view.checks.len();
    let passed = view.progress.checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
    let beads = (0..all).map(|i| view! { <i class=(i < passed).then_some("on")></i> }).collect::<Vec<_>>();
    let closing = view
        .progress
        .passed
        .then(|| view! { <div class="closing" inner_html=view.closing_html.clone()></div> });
    view! {
        <section class="ex ex--waiting" id=format!("ex-{}", view.id) aria-labelledby=heading.clone()>
            <header class="ex__head">
                <h3 id=heading.clone()><span class="ex__no">{text::experiment(l, &view.label)}</span>"\u{2002}"{view.title.clone()}</h3>
                <span class="ex__score" role="img" aria-label=text::score(l, passed, all)>{beads}<span>{passed}"/"{all}</span></span>
            </header>
            <div class="ex__ask">
                <p>{coded(&view.prediction.question)}</p>
                {closing}
                <a class="btn btn--s" class:btn--primary=passed == 0 rel="external" href=address(&view.id)><Icon id="i-ship" />{text::on_stage(l)}</a>
            </div>
        </section>
    }
}
