//! The last step: one question about another run, which a fresh seed decides.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};

use super::{experiment::Card, predict::chosen};
use crate::{
    api::{self, Transfer as TransferFn},
    icon::Glyph,
    post::Post,
    text,
    words::coded,
};

#[component]
pub fn Transfer(card: Card, step: Signal<String>) -> impl IntoView {
    let l = card.lang;
    let words = card.view.with_value(|v| v.transfer.clone());
    let asked = Memo::new(move |_| card.progress.with(|p| p.passed || p.transfer.is_some()));
    let due = Memo::new(move |_| card.progress.with(|p| p.transfer.as_ref().is_some_and(|t| t.due)));
    let shown = move || {
        asked.get().then(|| words.clone()).flatten().map(|words| {
        let answer = Memo::new(move |_| card.progress.with(|p| p.transfer.clone().filter(|t| !t.due)));
        let choices = words
            .choices
            .iter()
            .map(|c| {
                let id = StoredValue::new(c.id.clone());
                let is_this = move || answer.with(|a| a.as_ref().is_some_and(|a| id.with_value(|id| &a.choice == id)));
                let is_right = move || answer.with(|a| a.as_ref().is_some_and(|a| id.with_value(|id| &a.right == id)));
                view! {
                    <label class="choice">
                        <input type="radio" name="choice" value=c.id.clone() required
                            checked=is_this disabled=move || answer.with(Option::is_some) prop:checked=is_this />
                        <span>{coded(&c.text)}</span>
                        {move || is_right().then(|| view! { <Glyph id="g-done" /><span class="vh">{text::transfer_true(l)}</span> })}
                    </label>
                }
            })
            .collect::<Vec<_>>();
        let because = words.because_html.clone();
        let verdict = move || answer.get().map(|a| {
            let (glyph, said) = match a.choice == a.right {
                true => ("g-done", text::transfer_right(l)),
                false => ("g-none", text::transfer_wrong(l)),
            };
            view! {
                <p class="verdict"><Glyph id=glyph />{said}</p>
                <div class="closing" inner_html=because.clone()></div>
            }
        });
        view! {
            <div class=step data-n="5">
                <h4>{text::transfer(l)}" "<small>{move || if due.get() { text::transfer_due(l) } else { text::transfer_how(l) }}</small></h4>
                <p id="transfer-q">{coded(&words.question)}</p>
                <Post action=TransferFn::url() fields=card.fields(&[("lang", l.tag())])
                    on_post=move |ev: SubmitEvent| if let Some(choice) = chosen(&ev) {
                        card.take(api::transfer(card.sandbox(), Some(choice), l, String::new()));
                    }>
                    <fieldset class="choices" aria-describedby="transfer-q"><legend class="vh">{text::transfer(l)}</legend>{choices}</fieldset>
                    {move || answer.with(Option::is_none).then(|| view! {
                        <button class="btn btn--s btn--primary ex__lock">{text::transfer_ask(l)}</button>
                    })}
                </Post>
                {verdict}
            </div>
        }
    })
    };
    view! { {shown} }
}
