//! Pages that are not there, and pages that could not be opened.

use leptos::prelude::*;
use leptos_meta::Title;
use wire::problem::Problem;

use crate::{api::set_status, fault::Fault, text, topbar::Topbar, words::lang};

/// No page has this address.
#[component]
pub fn Missing() -> impl IntoView {
    let l = lang();
    set_status(&Fault::Problem(Problem::NoSuchLesson { slug: String::new() }));
    view! { <Sorry title=text::missing_title(l) more=text::missing_more(l).to_owned() again=false /> }
}

/// A page whose content did not come.
#[component]
pub fn Broken(fault: Fault) -> impl IntoView {
    let l = lang();
    set_status(&fault);
    let title = if fault.is_missing() { text::missing_title(l) } else { text::broken_title(l) };
    view! { <Sorry title more=text::fault(l, &fault) again=!fault.is_missing() /> }
}

#[component]
fn Sorry(title: &'static str, more: String, again: bool) -> impl IntoView {
    let l = lang();
    view! {
        <Title text=format!("{title} · {}", text::brand(l)) />
        <Topbar crumbs=vec![(title.to_owned(), None)] />
        <main class="sorry" id="main">
            <h1>{title}</h1>
            <p>{more}</p>
            <p class="sorry__act">
                {again.then(|| view! { <a class="btn" href="" rel="external">{text::try_again(l)}</a> })}
                <a class="btn btn--primary" href=format!("/{l}")>{text::to_home(l)}</a>
            </p>
        </main>
    }
}
