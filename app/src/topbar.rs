//! The bar on top: brand, place, saved, theme, language.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wire::learner::Lang;

use crate::{
    icon::{Icon, symbol},
    text,
    theme::ThemeSwitch,
    words::lang,
};

/// Is what the learner does arriving at the server?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing to keep: no stage on this page, or its stream not opened yet.
    #[default]
    Idle,
    /// The stream is open.
    Live,
    /// The stream broke; the browser tries again.
    Lost,
}

/// The same page in another language: the first segment of the path differs.
fn in_language(path: &str, query: &str, other: Lang) -> String {
    let rest = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
    let slash = if rest.is_empty() { "" } else { "/" };
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/{other}{slash}{rest}{mark}{query}")
}

/// The address of this page as forms come back to it, with a fragment.
pub fn here(fragment: &str) -> String {
    let at = use_location();
    let kept: Vec<String> = at
        .query
        .get_untracked()
        .into_iter()
        .filter(|(k, v)| k != "problem" && v.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("{}{mark}{}#{fragment}", at.pathname.get_untracked(), kept.join("&"))
}

#[component]
pub fn Topbar(
    /// Where this page is, outermost first: label and address; the last is the page itself.
    crumbs: Vec<(String, Option<String>)>,
    /// State of the stream, on pages with a stage.
    #[prop(optional, into)]
    link: Signal<Link>,
) -> impl IntoView {
    let l = lang();
    let at = use_location();
    let crumbs = crumbs
        .into_iter()
        .map(|(label, href)| match href {
            Some(href) => view! { <li><a href=href>{label}</a></li> }.into_any(),
            None => view! { <li><span aria-current="page">{label}</span></li> }.into_any(),
        })
        .collect::<Vec<_>>();
    let language = move |other: Lang, label: &'static str| {
        view! {
            <a href=move || at.pathname.with(|p| in_language(p, at.search.get().trim_start_matches('?'), other))
                rel="external" lang=other.tag() hreflang=other.tag()
                aria-current=(l == other).then_some("true")>{label}</a>
        }
    };
    let saved = move || match link.get() {
        Link::Idle => None,
        Link::Live => {
            Some(view! { <span class="saved"><Icon id="i-check" />{text::saved(l)}</span> }.into_any())
        }
        Link::Lost => Some(
            view! { <span class="saved saved--lost"><Icon id="i-warn" />{text::reconnecting(l)}</span> }
                .into_any(),
        ),
    };
    view! {
        <a class="skip" href="#main">{text::skip(l)}</a>
        <header class="topbar">
            <a class="brand" href=format!("/{l}") aria-label=text::brand_home(l)>
                <svg aria-hidden="true"><use href=symbol("brand")></use></svg>
                <b>{text::brand(l)}</b>
            </a>
            <nav class="crumbs" aria-label=text::here(l)><ol>{crumbs}</ol></nav>
            <div class="topbar__end">
                <span role="status" class="savedbox">{saved}</span>
                <a class="iconbtn" href=format!("/{l}/account") rel="external" aria-label=text::account(l) title=text::account(l)>
                    <Icon id="i-person" />
                </a>
                <ThemeSwitch back=here("") />
                <nav class="seg" aria-label=text::language(l)>
                    {language(Lang::Ko, "한국어")} {language(Lang::En, "EN")}
                </nav>
            </div>
        </header>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_page_in_the_other_language() {
        for (path, query, other, expect) in [
            ("/ko", "", Lang::En, "/en"),
            ("/ko/lessons/21-why", "", Lang::En, "/en/lessons/21-why"),
            ("/en/lessons/21-why", "ex=a", Lang::Ko, "/ko/lessons/21-why?ex=a"),
            ("/en/", "", Lang::Ko, "/ko"),
        ] {
            assert_eq!(in_language(path, query, other), expect);
        }
    }
}
