//! A link to another place of the lesson.

use leptos::prelude::*;
use wire::{learner::Lang, widget::See};

use crate::{icon::Icon, text};

/// Address and label of a place; its title says more.
fn parts(lang: Lang, slug: &str, see: &See) -> (String, String, String) {
    let lesson = format!("/{lang}/lessons/{slug}");
    match see {
        See::Experiment { id, label, title } => {
            (format!("{lesson}?ex={id}#ex-{id}"), text::experiment(lang, label), title.clone())
        }
        See::Widget { id, title } => (format!("{lesson}/{id}"), title.clone(), title.clone()),
        See::Section { id, title } => (format!("{lesson}#{id}"), title.clone(), title.clone()),
    }
}

#[component]
pub fn SeeLink(lang: Lang, slug: String, see: See) -> impl IntoView {
    let (href, label, title) = parts(lang, &slug, &see);
    view! { <a class="link" rel="external" href=href title=title><Icon id="i-ship" /><span>{label}</span></a> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_addresses_within_the_lesson() {
        let title = || "T".to_owned();
        for (see, href) in [
            (
                See::Experiment { id: "heal".into(), label: "2-B".into(), title: title() },
                "/en/lessons/21-x?ex=heal#ex-heal",
            ),
            (See::Widget { id: "race".into(), title: title() }, "/en/lessons/21-x/race"),
            (See::Section { id: "s1".into(), title: title() }, "/en/lessons/21-x#s1"),
        ] {
            assert_eq!(parts(Lang::En, "21-x", &see).0, href);
        }
    }
}
