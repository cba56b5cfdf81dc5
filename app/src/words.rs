//! The page's language, by context.

use leptos::prelude::*;
use wire::learner::Lang;

/// The language of the page around this component.
pub fn lang() -> Lang {
    use_context().unwrap_or_default()
}

/// Draws a sentence whose names stand between backticks: the names become `<code>`.
pub fn coded(sentence: &str) -> Vec<AnyView> {
    sentence
        .split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(i, part)| {
            let part = part.to_owned();
            if i % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect()
}
