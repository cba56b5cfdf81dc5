//! The fourth step: what really happened, from this run's own causes.

use leptos::prelude::*;
use wire::act::Actor;

use super::experiment::Card;
use crate::{
    icon::{Glyph, Icon},
    text::{self, chain_rows},
    words::coded,
};

/// The icon of an author.
pub fn icon(actor: Actor) -> &'static str {
    match actor {
        Actor::You => "i-person",
        Actor::ApiServer => "i-api",
        Actor::DeploymentController => "i-deploy",
        Actor::ReplicaSetController
        | Actor::ReplicationController
        | Actor::DaemonSetController
        | Actor::StatefulSetController
        | Actor::JobController
        | Actor::CronJobController
        | Actor::Autoscaler => "i-rs",
        Actor::EndpointSliceController => "i-svc",
        Actor::NodeController => "i-node",
        Actor::EvictionController => "i-evict",
        Actor::GarbageCollector => "i-x",
        Actor::Scheduler => "i-sched",
        Actor::Kubelet => "i-heart",
        Actor::Engine => "i-ship",
        Actor::Program => "i-robot",
        Actor::World => "i-power",
    }
}

#[component]
pub fn Explain(card: Card, step: Signal<String>) -> impl IntoView {
    let l = card.lang;
    let closing = card.view.with_value(|v| v.closing_html.clone());
    let passed = Memo::new(move |_| card.progress.with(|p| p.passed));
    let rows = Memo::new(move |_| card.progress.with(|p| chain_rows(l, &p.chain, card.failed.get())));
    let right = Memo::new(move |_| card.progress.with(|p| p.prediction.as_ref().and_then(|p| p.right)));
    let subtitle = move || match (rows.with(Vec::is_empty), passed.get()) {
        (true, _) => None,
        (false, false) => Some(text::explain_growing(l)),
        (false, true) => Some(text::explain_done(l)),
    };
    let list = move || {
        let growing = !passed.get();
        rows.with(|rows| {
            rows.iter()
                .enumerate()
                .map(|(i, row)| {
                    let last = i + 1 == rows.len();
                    let class = match row.actor {
                        Actor::You => "is-you",
                        _ if row.wait.is_some() => "is-wait",
                        _ if last && growing => "is-now",
                        _ => "",
                    };
                    view! {
                        <li class=class>
                            <Icon id=icon(row.actor) />
                            <span class="who">{row.who.clone()}</span>
                            <time>{card.clock(row.at_ms)}</time>
                            <span class="what">{coded(&row.what)}</span>
                            {row.wait.as_ref().map(|w| view! { <span class="wait">{coded(w)}</span> })}
                        </li>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    let verdict = move || {
        right.get().map(|right| {
            let (glyph, words) = if right { ("g-done", text::right(l)) } else { ("g-none", text::wrong(l)) };
            view! { <p class="verdict"><Glyph id=glyph />{words}</p> }
        })
    };
    let hints = move || {
        card.progress.with(|p| {
            p.hints
                .iter()
                .map(|h| view! { <div class="hint" inner_html=h.clone()></div> })
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class=step data-n="4">
            <h4>{text::explain(l)}" "<small>{subtitle}</small></h4>
            {move || rows.with(Vec::is_empty).then(|| view! { <p>{text::explain_todo(l)}</p> })}
            <ol class="chain">{list}</ol>
            {verdict}
            {move || (passed.get() && !closing.is_empty()).then(|| view! { <div class="closing" inner_html=closing.clone()></div> })}
        </div>
        <div class="hints" aria-live="polite">{hints}</div>
    }
}
