//! When to ask for more than frames bring.

use std::time::Duration;

use leptos::prelude::*;
use wire::stage::StageView;

use super::state::Stage;

/// Changes at most once in so much real time while the picture changes: when to fetch rows again.
pub fn refresh(
    stage: Stage,
    every: Duration,
    of: impl Fn(&StageView) -> u64 + Send + Sync + 'static,
) -> ReadSignal<u64> {
    let (due, set_due) = signal(0u64);
    let waiting = StoredValue::new(false);
    Effect::new(move |before: Option<u64>| {
        let now = stage.live.with(&of);
        if before.is_some_and(|b| b != now) && !waiting.get_value() {
            waiting.set_value(true);
            let look = move || {
                if waiting.try_set_value(false).is_none() {
                    set_due.update(|n| *n += 1);
                }
            };
            set_timeout(look, every);
        }
        now
    });
    due
}
