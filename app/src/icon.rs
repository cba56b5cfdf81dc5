//! Icons, glyphs and marks: references into `public/icons.svg`.

use leptos::prelude::*;

/// The sprite. One request, cached; its shapes take colour from the page.
const SPRITE: &str = "/icons.svg";

/// Address of a symbol in the sprite.
pub fn symbol(id: &str) -> String {
    format!("{SPRITE}#{id}")
}

/// A 16 px icon, hidden from screen readers: the word stands beside it.
#[component]
pub fn Icon(
    /// Symbol id.
    id: &'static str,
) -> impl IntoView {
    view! { <svg class="i" aria-hidden="true"><use href=symbol(id)></use></svg> }
}

/// A state glyph; also 20 px, also silent.
#[component]
pub fn Glyph(
    /// Symbol id, which may change.
    #[prop(into)]
    id: Signal<&'static str>,
) -> impl IntoView {
    view! { <svg class="g" aria-hidden="true"><use href=move || symbol(id.get())></use></svg> }
}
