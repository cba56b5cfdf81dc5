//! The stage: one picture of the learner's cluster, its time, and the tools.

mod announce;
mod canvas;
mod clock;
pub mod compose;
mod control;
mod dock;
mod flight;
mod frames;
mod head;
pub mod heredoc;
mod keys;
mod legend;
pub mod look;
mod narration;
mod node;
mod pod;
mod power;
mod refresh;
mod runs;
pub mod scale;
mod service;
mod spark;
pub mod state;
pub mod terminal;
mod timeline;
mod tools;
mod traffic;
mod want;

pub use dock::Dock;
pub use refresh::refresh;
pub use runs::{name as run_name, run_address};

use leptos::prelude::*;

use self::state::Stage;
use crate::{text, topbar::Link};

/// The part of a pod's name that tells it from its siblings.
pub fn short_name(name: &str) -> &str {
    name.rsplit(['-', '/']).next().unwrap_or(name)
}

/// The whole stage, in reading order: want, service, nodes, narration, time, tools.
#[component]
pub fn StagePanel() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let still =
        move || stage.is_past.get() || stage.clock.with(|c| c.paused) || stage.link.get() == Link::Lost;
    let shortcuts = keys::Shortcuts::new(stage);
    shortcuts.hear_page();
    provide_context(shortcuts);
    view! {
        <section class="stage" id="stage" aria-labelledby="stageh" class:is-paused=still class:is-past=move || stage.is_past.get()
            style=("--v", move || stage.clock.with(|c| c.speed.max(1)).to_string())
            on:keydown=move |ev| shortcuts.press(&ev)>
            <head::Head />
            <want::Want />
            <canvas::Canvas />
            <narration::Narration />
            <timeline::Timeline />
            <tools::Tools />
            <announce::Announcer />
            <keys::KeyList />
            <legend::Legend />
        </section>
        <p class="vh" id="live-only">{text::live_only(l)}</p>
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn suffixes() {
        for (name, short) in [("web-6c9d-2lkx8", "2lkx8"), ("default/web-6c9d-2lkx8", "2lkx8"), ("db", "db")]
        {
            assert_eq!(super::short_name(name), short);
        }
    }
}
