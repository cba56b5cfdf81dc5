//! The document, and which page stands at which address.

use leptos::prelude::*;
use leptos_meta::{Html, MetaTags, Stylesheet, provide_meta_context};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{Route, Router, Routes},
    path,
};
use wire::learner::Lang;

use crate::pages::{fidelity::Fidelity, home::Home, lesson::Lesson, missing::Missing, widget::Widget};

/// The HTML document around [`App`]; for the server's router.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Gives the pages below a language, and the document its `lang`.
#[component]
fn In(lang: Lang, children: Children) -> impl IntoView {
    provide_context(lang);
    view! {
        <Html attr:lang=lang.tag() />
        {children()}
    }
}

/// The application: every page, rendered whole on the server, then hydrated.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Stylesheet id="leptos" href="/pkg/pilothouse.css" />
        <Router>
            <Routes fallback=|| view! { <In lang=missing_lang()><Missing /></In> }>
                <Route path=StaticSegment("ko") ssr=SsrMode::Async view=|| view! { <In lang=Lang::Ko><Home /></In> } />
                <Route path=StaticSegment("en") ssr=SsrMode::Async view=|| view! { <In lang=Lang::En><Home /></In> } />
                <Route path=path!("/ko/fidelity") ssr=SsrMode::Async view=|| view! { <In lang=Lang::Ko><Fidelity /></In> } />
                <Route path=path!("/en/fidelity") ssr=SsrMode::Async view=|| view! { <In lang=Lang::En><Fidelity /></In> } />
                <Route path=path!("/ko/lessons/:slug") ssr=SsrMode::Async view=|| view! { <In lang=Lang::Ko><Lesson /></In> } />
                <Route path=path!("/en/lessons/:slug") ssr=SsrMode::Async view=|| view! { <In lang=Lang::En><Lesson /></In> } />
                <Route path=path!("/ko/lessons/:slug/:widget") ssr=SsrMode::Async view=|| view! { <In lang=Lang::Ko><Widget /></In> } />
                <Route path=path!("/en/lessons/:slug/:widget") ssr=SsrMode::Async view=|| view! { <In lang=Lang::En><Widget /></In> } />
            </Routes>
        </Router>
    }
}

/// The language of a page that is not there: that of the path, else the reader's.
fn missing_lang() -> Lang {
    let path = leptos_router::hooks::use_location().pathname.get_untracked();
    path.trim_start_matches('/').split('/').next().and_then(|s| s.parse().ok()).unwrap_or_else(preferred)
}

#[cfg(feature = "ssr")]
fn preferred() -> Lang {
    let accepted = use_context::<http::request::Parts>()
        .and_then(|p| Some(p.headers.get(http::header::ACCEPT_LANGUAGE)?.to_str().ok()?.to_owned()));
    accepted.map_or(Lang::Ko, |a| prefers(&a))
}

#[cfg(not(feature = "ssr"))]
fn preferred() -> Lang {
    // what the server decided stands in the document
    let tag = document().document_element().and_then(|e| e.get_attribute("lang"));
    tag.and_then(|t| t.parse().ok()).unwrap_or_default()
}

/// The first of our languages in an `Accept-Language` header; Korean if none is there.
pub fn prefers(accept_language: &str) -> Lang {
    accept_language
        .split(',')
        .filter_map(|item| item.trim().split([';', '-']).next()?.parse().ok())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_our_languages() {
        for (header, lang) in [
            ("en-US,en;q=0.9,ko;q=0.8", Lang::En),
            ("ko-KR", Lang::Ko),
            ("fr,en;q=0.5", Lang::En),
            ("fr", Lang::Ko),
            ("", Lang::Ko),
        ] {
            assert_eq!(prefers(header), lang, "{header}");
        }
    }
}
