//! The plug under a machine: a thing that can be pulled.

use leptos::{prelude::*, server_fn::ServerFn};

use super::state::Stage;
use crate::{api::Handle, post::Post, text};

#[component]
pub fn Power(name: String, powered: Memo<Option<bool>>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    view! {
        {move || powered.get().map(|on| {
            let (verb, label) = if on { ("unplug", text::unplug(l)) } else { ("plug", text::plug(l)) };
            let name = name.clone();
            let command = format!("lab {verb} {name}");
            let target = name.clone();
            let fields = stage.fields("canvas", &[("verb", verb), ("target", &name)]);
            if !stage.may_write("machines") {
                return view! { <p class="power"><Cord on /></p> }.into_any();
            }
            view! {
                <Post class="power" action=Handle::url() fields on_post=move |_| stage.pull(verb, target.clone(), None)>
                    <Cord on />
                    <button class="btn btn--s" class:is-offer=!on aria-label=text::of(label, &name)
                        title=move || if stage.is_past.get() { text::live_only(l).to_owned() } else { text::with_command(l, label, &command) }
                        aria-describedby=move || stage.is_past.get().then_some("live-only")
                        aria-disabled=move || stage.is_past.get().then_some("true")>{label}</button>
                </Post>
            }
            .into_any()
        })}
    }
}

#[component]
fn Cord(on: bool) -> impl IntoView {
    if on {
        view! {
            <svg class="cord" viewBox="0 0 34 56" aria-hidden="true">
                <path d="M12 0v31" />
                <path class="body" d="M9 31h6v4H9zM6.5 35h11v7.5a5.5 5.5 0 0 1-11 0z" />
                <path d="M9.5 48v9M14.5 48v9" />
            </svg>
        }
        .into_any()
    } else {
        view! {
            <svg class="cord" viewBox="0 0 34 56" aria-hidden="true">
                <path d="M12 0c0 9 10 4 10 12" />
                <g transform="rotate(-28 22 12)">
                    <path class="body" d="M19 12h6v4h-6zM16.5 16h11v6a5.5 5.5 0 0 1-11 0z" />
                    <path d="M19.5 28v5M24.5 28v5" />
                </g>
                <path class="hole" d="M8 59h3v3H8zM13 59h3v3h-3z" />
            </svg>
        }
        .into_any()
    }
}
