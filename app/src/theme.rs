//! Light, dark, or as the device says: a cookie, so that the server renders the right one at once.

use leptos::prelude::*;

use crate::{
    api::SetTheme,
    icon::Icon,
    post::{NoScript, Post},
    text,
    words::lang,
};
use leptos::server_fn::ServerFn;

/// The reader's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    /// The theme of this name; unknown names are [`Theme::Auto`].
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|t| t.name() == name).unwrap_or_default()
    }

    /// Its name in the cookie and in ids.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The cookie's text, for a year.
    pub fn cookie(self) -> String {
        format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax", self.name())
    }

    fn icon(self) -> &'static str {
        match self {
            Theme::Auto => "i-auto",
            Theme::Light => "i-sun",
            Theme::Dark => "i-moon",
        }
    }

    fn of_cookies(cookies: &str) -> Self {
        cookies.split(';').find_map(|c| c.trim().strip_prefix("theme=")).map_or(Theme::Auto, Self::named)
    }

    /// The theme that the request's or the document's cookies ask for.
    pub fn current() -> Self {
        #[cfg(feature = "ssr")]
        {
            use_context::<http::request::Parts>()
                .and_then(|p| Some(p.headers.get(http::header::COOKIE)?.to_str().ok()?.to_owned()))
                .map_or(Theme::Auto, |c| Self::of_cookies(&c))
        }
        #[cfg(not(feature = "ssr"))]
        {
            Self::of_cookies(&document_cookie().unwrap_or_default())
        }
    }
}

#[cfg(not(feature = "ssr"))]
fn document_cookie() -> Option<String> {
    use leptos::wasm_bindgen::JsCast;
    document().dyn_into::<web_sys::HtmlDocument>().ok()?.cookie().ok()
}

fn keep(theme: Theme) {
    use leptos::wasm_bindgen::JsCast;
    if let Ok(doc) = document().dyn_into::<web_sys::HtmlDocument>() {
        _ = doc.set_cookie(&theme.cookie());
    }
}

/// Three radio buttons; the stylesheet follows whichever is checked.
#[component]
pub fn ThemeSwitch(
    /// Where to land without script.
    back: String,
) -> impl IntoView {
    let l = lang();
    let now = Theme::current();
    let choice = move |theme: Theme| {
        let label = match theme {
            Theme::Auto => text::theme_auto(l),
            Theme::Light => text::theme_light(l),
            Theme::Dark => text::theme_dark(l),
        };
        view! {
            <label title=label>
                <input type="radio" name="theme" value=theme.name() id=format!("theme-{}", theme.name())
                    checked=now == theme on:change=move |_| keep(theme) />
                <Icon id=theme.icon() />
                <span class="vh">{label}</span>
            </label>
        }
    };
    view! {
        <Post action=SetTheme::url() fields=vec![("back", back)] class="themeform">
            <div class="seg" role="radiogroup" aria-label=text::theme(l)>
                {choice(Theme::Auto)} {choice(Theme::Light)} {choice(Theme::Dark)}
            </div>
            <NoScript label=text::theme_keep(l) />
        </Post>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_cookie_among_others() {
        for (cookies, theme) in [
            ("", Theme::Auto),
            ("theme=dark", Theme::Dark),
            ("learner=x; theme=light; other=dark", Theme::Light),
            ("mytheme=dark", Theme::Auto),
            ("theme=pink", Theme::Auto),
        ] {
            assert_eq!(Theme::of_cookies(cookies), theme, "{cookies}");
        }
    }
}
