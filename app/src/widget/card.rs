//! A widget's place in the prose: the widget itself, or a card that leads to its page.

use leptos::prelude::*;
use wire::{
    lesson::Block,
    widget::{Body, WidgetKind},
};

use super::Sorter;
use crate::{icon::Icon, words::lang};

fn icon(kind: WidgetKind) -> &'static str {
    match kind {
        WidgetKind::Advisor => "i-flag",
        WidgetKind::Sort => "i-list",
        WidgetKind::Race => "i-clock",
        WidgetKind::Scheduler => "i-sched",
    }
}

#[component]
pub fn Place(slug: String, block: Block) -> impl IntoView {
    let l = lang();
    let Block::Widget { id, kind, title, lede, whole } = block else { return ().into_any() };
    match whole.map(|w| (w.body.clone(), w)) {
        Some((Body::Sort(sort), widget)) => view! { <Sorter slug widget=*widget sort /> }.into_any(),
        _ => view! {
            <p class="goexp__at" id=format!("w-{id}")>
                <a class="goexp" href=format!("/{l}/lessons/{slug}/{id}")>
                    <span class="goexp__n"><Icon id=icon(kind) /></span>
                    <span><b>{title}</b><small>{lede}</small></span>
                    <Icon id="i-chev" />
                </a>
            </p>
        }
        .into_any(),
    }
}
