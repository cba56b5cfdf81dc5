//! A fault, said once and assertively, until the reader closes it.

use leptos::prelude::*;

use crate::{fault::Fault, icon::Icon, text, words::lang};

#[component]
pub fn Notice(fault: RwSignal<Option<Fault>>) -> impl IntoView {
    let l = lang();
    view! {
        <div class="noticebox" role="alert">
            {move || fault.get().map(|f| view! {
                <p class="notice">
                    <Icon id="i-err" />
                    <span>{text::fault(l, &f)}</span>
                    <button class="iconbtn iconbtn--s" type="button" aria-label=text::close(l)
                        on:click=move |_| fault.set(None)><Icon id="i-x" /></button>
                </p>
            })}
        </div>
    }
}
