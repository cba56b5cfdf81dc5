//! The first step: commit to an answer before looking.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn, wasm_bindgen::JsCast};

use super::experiment::Card;
use crate::{
    api::{self, Predict as PredictFn},
    icon::Icon,
    post::Post,
    text,
    words::coded,
};

/// The choice in a form that is sent.
pub fn chosen(ev: &SubmitEvent) -> Option<String> {
    let form: web_sys::HtmlFormElement = ev.target()?.dyn_into().ok()?;
    web_sys::FormData::new_with_form(&form).ok()?.get("choice").as_string()
}

#[component]
pub fn Predict(card: Card, step: Signal<String>) -> impl IntoView {
    let l = card.lang;
    let text_ = card.view.with_value(|v| v.prediction.clone());
    let locked = Memo::new(move |_| card.progress.with(|p| p.prediction.clone()));
    let is_locked = move || locked.with(Option::is_some);
    let group = card.view.with_value(|v| format!("choice-{}", v.id));
    let choices = text_
        .choices
        .iter()
        .map(|c| {
            let id = StoredValue::new(c.id.clone());
            let is_this =
                move || locked.with(|p| p.as_ref().is_some_and(|p| id.with_value(|id| &p.choice == id)));
            view! {
                <label class="choice">
                    <input type="radio" name="choice" value=c.id.clone() required
                        checked=is_this disabled=is_locked prop:checked=is_this />
                    <span>{coded(&c.text)}</span>
                    {move || is_this().then(|| view! { <Icon id="i-lock" /> })}
                </label>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <div class=move || if is_locked() { format!("{} is-locked", step.get()) } else { step.get() } data-n="1">
            <h4>{text::predict(l)}" "
                <small>{move || locked.get().map(|p| text::locked_at(l, &card.clock(p.at_ms)))}</small>
            </h4>
            <p id=group.clone()>{coded(&text_.question)}</p>
            <Post action=PredictFn::url() fields=card.fields(&[("lang", l.tag())])
                on_post=move |ev: SubmitEvent| if let Some(choice) = chosen(&ev) {
                    card.take(api::predict(card.sandbox(), Some(choice), l, String::new()));
                }>
                <fieldset class="choices" aria-describedby=group.clone()><legend class="vh">{text::predict(l)}</legend>{choices}</fieldset>
                {move || (!is_locked()).then(|| view! {
                    <button class="btn btn--s btn--primary ex__lock"><Icon id="i-lock" />{text::lock_prediction(l)}</button>
                })}
            </Post>
        </div>
    }
}
