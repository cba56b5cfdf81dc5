//! What applying the text would do, line by line.

use leptos::prelude::*;
use wire::yaml::{Change, Hunk, Mark, Preview};

use crate::text::{self, Lang};

/// A preview that was not refused.
pub fn changes(l: Lang, preview: &Preview) -> impl IntoView + use<> {
    let changed = preview.objects.iter().filter(|o| !o.hunks.is_empty()).count();
    let objects = preview.objects.iter().map(|object| one(l, object)).collect::<Vec<_>>();
    let says = if changed == 0 {
        text::yaml::no_change(l).to_owned()
    } else {
        text::yaml::summary(l, changed, objects.len())
    };
    view! {
        <p role="status">{says}</p>
        {objects}
    }
}

fn one(l: Lang, change: &Change) -> impl IntoView + use<> {
    let fate = match (change.created, change.hunks.is_empty()) {
        (true, _) => text::yaml::created(l),
        (false, true) => text::yaml::same(l),
        (false, false) => text::yaml::changed(l),
    };
    let hunks = change.hunks.iter().map(|h| hunk(l, h)).collect::<Vec<_>>();
    view! {
        <section class="yamldiff">
            <h4><code>{change.id.replace("//", "/")}</code>" "<span>{fate}</span></h4>
            {hunks}
        </section>
    }
}

/// A stretch of changed lines; the marks are said, too.
pub fn hunk(l: Lang, hunk: &Hunk) -> impl IntoView + use<> {
    let lines = hunk
        .lines
        .iter()
        .map(|line| {
            let (class, said) = match line.mark {
                Mark::Keep => ("", ""),
                Mark::Add => ("add", text::yaml::added_line(l)),
                Mark::Delete => ("del", text::yaml::deleted_line(l)),
            };
            let said = (!said.is_empty()).then(|| view! { <span class="vh">{said}": "</span> });
            view! { <div class=class><span>{said}{line.text.clone()}</span></div> }
        })
        .collect::<Vec<_>>();
    view! { <div class="code" style=("--from", hunk.from.saturating_sub(1).to_string())>{lines}</div> }
}
