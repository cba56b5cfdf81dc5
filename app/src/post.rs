//! A form that answers with and without script.

use leptos::{ev::SubmitEvent, prelude::*};

/// `<form method=post>` to a server function. With script, `on_post` runs instead.
#[component]
pub fn Post(
    /// The server function's address.
    action: &'static str,
    /// Hidden fields: the arguments that the learner does not type.
    fields: Vec<(&'static str, String)>,
    /// What to do instead of posting, once the page is alive.
    #[prop(optional, into)]
    on_post: Option<Callback<SubmitEvent>>,
    /// Class of the form.
    #[prop(optional, into)]
    class: String,
    children: Children,
) -> impl IntoView {
    let hidden = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect::<Vec<_>>();
    view! {
        <form method="post" action=action class=class on:submit=move |ev| {
            if let Some(on_post) = on_post {
                ev.prevent_default();
                on_post.run(ev);
            }
        }>
            {hidden}
            {children()}
        </form>
    }
}

/// A button that only a browser without script shows.
#[component]
pub fn NoScript(
    /// Its label.
    label: &'static str,
) -> impl IntoView {
    // inner_html: with script, a browser reads the content of noscript as text, which hydration must not walk
    view! { <noscript inner_html=format!("<button class=\"btn btn--s\">{label}</button>")></noscript> }
}
