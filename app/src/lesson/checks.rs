//! The third step: what must become true, and the object and value that decide it.

use leptos::prelude::*;
use wire::lesson::{CheckResult, Verdict};

use super::experiment::Card;
use crate::{icon::Glyph, text, words::coded};

fn look(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "g-ready"),
        Verdict::InProgress => ("run", "g-unready"),
        Verdict::Fail => ("fail", "g-fail"),
        Verdict::Todo => ("todo", "g-pending"),
    }
}

#[component]
pub fn Checks(card: Card) -> impl IntoView {
    let l = card.lang;
    let rows = card.view.with_value(|v| v.checks.clone());
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(i, words)| {
            let result = Memo::new(move |_| card.progress.with(|p| p.checks.get(i).cloned().unwrap_or_default()));
            let verdict = Memo::new(move |_| result.with(|r| r.verdict));
            view! {
                <li class="check" data-state=move || look(verdict.get()).0>
                    <Glyph id=Signal::derive(move || look(verdict.get()).1) />
                    <p>{coded(&words.text)}<span class="vh">", "{move || text::verdict(l, verdict.get())}</span></p>
                    {move || result.with(|r| why(card, r))}
                </li>
            }
        })
        .collect::<Vec<_>>();
    let begun = move || {
        card.progress.with(|p| p.checks.iter().any(|c| c.verdict != Verdict::Todo) || !p.acts.is_empty())
    };
    view! {
        {move || (!begun()).then(|| view! { <p>{text::observe_wait(l)}</p> })}
        <ul class="checks">{rows}</ul>
    }
}

fn why(card: Card, r: &CheckResult) -> Option<AnyView> {
    let l = card.lang;
    let w = r.why.as_ref()?;
    let when = (r.verdict == Verdict::Pass).then(|| view! { <time>{card.clock(r.at_ms)}</time> });
    let goal = (r.verdict != Verdict::Pass).then(|| text::passes_when(l, &w.op, &w.expected)).flatten();
    let actual = if w.actual.is_empty() { "–".to_owned() } else { text::unquote(&w.actual) };
    let before = if w.was.is_empty() { " = ".to_owned() } else { format!(" {} → ", text::unquote(&w.was)) };
    Some(
        view! {
            <div class="why">
                <span class="obj">{w.object.clone()}</span>
                " "{text::last_field(&w.path).to_owned()}{before}<span class="val">{actual}</span>
                {when}
                {goal.map(|g| view! { <span>{g}</span> })}
            </div>
        }
        .into_any(),
    )
}
