//! The questions, as a form.

use leptos::prelude::*;
use wire::widget::advisor::{Question, UNKNOWN};

use super::Desk;
use crate::{icon::Icon, post::NoScript, text::widget as text, widget::keep::over_form};

#[component]
pub fn Ask(desk: Desk, id: String, title: String, lede: String) -> impl IntoView {
    let l = desk.lang;
    let questions = desk.advisor.with_value(|a| a.questions.clone());
    let questions = questions
        .into_iter()
        .enumerate()
        .map(|(place, question)| {
            if question.amounts {
                view! { <Amount desk place question /> }.into_any()
            } else {
                view! { <Choice desk place question /> }.into_any()
            }
        })
        .collect::<Vec<_>>();
    let address = move || format!("{}?{}", desk.path.get_value(), desk.asked());
    view! {
        <form class="adv__ask" method="get" action=desk.path.get_value() aria-labelledby="aq">
            <header><h1 id="aq">{title}</h1><p>{lede}</p></header>
            <div class="adv__qs">{questions}</div>
            <footer>
                <button class="btn btn--s btn--quiet" form=over_form(&id)><Icon id="i-reset" />{text::first_answers(l)}</button>
                <NoScript label=text::advise(l) />
                <a class="btn btn--s" rel="external" href=address><Icon id="i-check" />{text::answers_address(l)}</a>
            </footer>
        </form>
    }
}

#[component]
fn Amount(desk: Desk, place: usize, question: Question) -> impl IntoView {
    let l = desk.lang;
    let q = StoredValue::new(question);
    let last = q.with_value(|q| q.answers.len() - 1);
    let now = Memo::new(move |_| desk.given.with(|g| g[place]));
    let shown = move || now.get().unwrap_or(q.with_value(|q| q.start));
    let first = now.get_untracked().unwrap_or(q.with_value(|q| q.start));
    let words = move || match now.get() {
        Some(i) => q.with_value(|q| q.answers[i].text.clone()),
        None => text::not_known(l).to_owned(),
    };
    let set = move |given| desk.given.update(|all| all[place] = given);
    let slide = move |ev| {
        if let Ok(i) = event_target_value(&ev).parse::<usize>() {
            set(Some(i.min(last)));
        }
    };
    let (id, label) = q.with_value(|q| (q.id.clone(), q.label.clone()));
    let field = format!("q-{id}");
    let ends = q.with_value(|q| (q.answers[0].text.clone(), q.answers[last].text.clone()));
    let first_unknown = now.get_untracked().is_none();
    let doubt = view! {
        <label class="aq__doubt"><input type="checkbox" name=UNKNOWN value=id.clone() checked=first_unknown
            aria-label=format!("{}: {label}", text::not_known(l)) prop:checked=move || now.get().is_none()
            on:change=move |ev| set((!event_target_checked(&ev)).then_some(shown())) />
            {text::not_known(l)}</label>
    };
    view! {
        <div class="aq" class:is-unknown=move || now.get().is_none()>
            <label for=field.clone()><span>{label}</span><output>{words}</output></label>
            <input id=field name=id type="range" min="0" max=last step="1"
                value=first prop:value=move || shown().to_string() aria-valuetext=words
                style=("--at", move || format!("{:.0}%", 100.0 * shown() as f64 / last as f64)) on:input=slide />
            <div class="aq__ends"><span aria-hidden="true">{ends.0}</span>{doubt}<span aria-hidden="true">{ends.1}</span></div>
        </div>
    }
}

#[component]
fn Choice(desk: Desk, place: usize, question: Question) -> impl IntoView {
    let now = Memo::new(move |_| desk.given.with(|g| g[place]));
    let id = question.id.clone();
    let answers = question
        .answers
        .into_iter()
        .enumerate()
        .map(|(i, answer)| {
            let is_this = move || now.get() == Some(i);
            view! {
                <label><input type="radio" name=id.clone() value=answer.id checked=is_this prop:checked=is_this
                    on:change=move |_| desk.given.update(|all| all[place] = Some(i)) />{answer.text}</label>
            }
        })
        .collect::<Vec<_>>();
    view! { <fieldset class="aq aq--c"><legend>{question.label}</legend><div class="seg">{answers}</div></fieldset> }
}
