//! The stage's head: legend, reset, wide view.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::{compose, state::Stage};
use crate::{
    api::{self, Reset},
    icon::Icon,
    post::Post,
    text,
};

#[component]
pub fn Head() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let title = stage.memo(move |v| compose::title(l, v));
    let reset = move |_| {
        stage.go_live();
        spawn_local(async move {
            match api::reset(stage.sandbox.get_value(), l, String::new()).await {
                Ok(progress) => stage.answered(progress),
                Err(fault) => stage.fault.set(Some(fault)),
            }
        });
    };
    view! {
        <header class="stage__head">
            <label class="iconbtn only-s stage__back" for="stage-open"><Icon id="i-chev" /><span class="vh">{text::stage_close(l)}</span></label>
            <h2 id="stageh">{move || title.with(|t| t.0)}</h2>
            <span class="stage__env">{move || title.with(|t| t.1.clone())}</span>
            <span class="push"></span>
            <button class="btn btn--s btn--quiet" type="button" popovertarget="legend"><Icon id="i-key" />{text::legend(l)}</button>
            <Post class="only-l" action=Reset::url() fields=stage.fields("stage", &[("lang", l.tag())]) on_post=reset>
                <button class="btn btn--s btn--quiet"><Icon id="i-reset" />{text::reset(l)}</button>
            </Post>
            <button class="iconbtn iconbtn--s only-l" type="button" popovertarget="keys" title=text::keys(l)>
                <span aria-hidden="true">"?"</span><span class="vh">{text::keys(l)}</span>
            </button>
            <label class="iconbtn iconbtn--s only-l widebtn" title=text::wide(l)>
                <input type="checkbox" id="stage-wide" class="vh" aria-label=text::wide(l) />
                <Icon id="i-expand" />
            </label>
        </header>
    }
}
