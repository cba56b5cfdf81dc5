//! The live region: at most one sentence per three real seconds, the newest wins. A fault that the learner
//! causes is said at once, once; a check that passes says its value.

use leptos::prelude::*;
use wire::{
    act::{Act, Actor},
    compose::ComposeAct,
    lesson::Verdict,
    stage::StageView,
};

use super::state::Stage;
use crate::text;

/// Silence between two sentences, real ms.
const CALM_MS: u64 = 3_000;

/// Revision and words of the newest fault the learner caused.
fn own_fault(l: text::Lang, view: &StageView) -> Option<(u64, String)> {
    let harm = |a: &Act| {
        matches!(
            a,
            Act::Unplugged { .. }
                | Act::Killed { .. }
                | Act::Deleted { .. }
                | Act::Compose(ComposeAct::Killed { .. })
        )
    };
    let mark = view.marks.iter().rev().find(|m| m.deed.actor == Actor::You && harm(&m.deed.act))?;
    Some((mark.deed.revision, text::plain(&text::deed(l, &mark.deed.act))))
}

#[component]
pub fn Announcer() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let polite = RwSignal::new(String::new());
    let alert = RwSignal::new(String::new());
    // lengths of silence tick every second: only what is a fact counts as news
    let news = Memo::new(move |_| {
        stage.with(|v| match v.clock.speed {
            0..20 => text::narration(l, v, v.clock.now_ms),
            _ => text::milestone(l, v),
        })
    });
    let facts = Memo::new(move |_| stage.with(|v| text::milestone(l, v)));
    let passed = Memo::new(move |_| {
        stage.progress.with(|p| {
            p.checks.iter().filter(|c| c.verdict == Verdict::Pass).map(|c| c.id.clone()).collect::<Vec<_>>()
        })
    });
    let next = StoredValue::new(None::<String>);
    let resting = StoredValue::new(false);
    let say = move |sentence: String| speak(polite, next, resting, sentence);
    Effect::new(move |before: Option<String>| {
        let now = facts.get();
        if before.is_some_and(|b| b != now) {
            say(format!("{} {}", stage.face(stage.now_ms.get_untracked()), news.get_untracked()));
        }
        now
    });
    Effect::new(move |before: Option<Vec<String>>| {
        let now = passed.get();
        if let Some(before) = before
            && let Some(id) = now.iter().find(|id| !before.contains(id))
        {
            stage.progress.with_untracked(|p| {
                let words =
                    stage.checks.with_value(|all| all.iter().find(|c| &c.id == id).map(|c| c.text.clone()));
                if let Some((check, words)) = p.checks.iter().find(|c| &c.id == id).zip(words) {
                    say(text::check_passed(l, &text::plain(&words), check));
                }
            });
        }
        now
    });
    Effect::new(move |before: Option<u64>| {
        let newest = stage.live.with(|v| own_fault(l, v));
        let revision = newest.as_ref().map_or(0, |f| f.0);
        if let Some((_, words)) = newest.filter(|_| before.is_some_and(|b| b < revision)) {
            alert.set(words);
        }
        revision
    });
    Effect::new(move |_| {
        if stage.repeat.get() > 0 {
            polite.set(String::new());
            let words = stage.with(|v| text::narration(l, v, stage.now_ms.get_untracked()));
            set_timeout(move || _ = polite.try_set(words), std::time::Duration::from_millis(50));
        }
    });
    view! {
        <p class="vh" role="status">{polite}</p>
        <p class="vh" role="alert">{alert}</p>
    }
}

/// Says a sentence now, or when the silence is over; the newest wins.
fn speak(
    region: RwSignal<String>,
    next: StoredValue<Option<String>>,
    resting: StoredValue<bool>,
    sentence: String,
) {
    if resting.get_value() {
        next.set_value(Some(sentence));
        return;
    }
    region.set(sentence);
    resting.set_value(true);
    set_timeout(
        move || {
            if resting.try_set_value(false).is_some() {
                return; // the page is gone
            }
            if let Some(sentence) = next.try_update_value(Option::take).flatten() {
                speak(region, next, resting, sentence);
            }
        },
        std::time::Duration::from_millis(CALM_MS),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{
        act::Deed,
        stage::{Mark, MarkKind},
    };

    #[test]
    fn only_the_learners_own_faults() {
        let mark = |actor, revision, act| Mark {
            kind: MarkKind::You,
            deed: Deed { actor, at_ms: 0, revision, because: None, act },
        };
        let view = StageView {
            marks: vec![
                mark(Actor::You, 3, Act::Unplugged { node: "node-c".into() }),
                mark(
                    Actor::NodeController,
                    5,
                    Act::NodeUnknown { node: "node-c".into(), silent_ms: 1, pods: 0 },
                ),
                mark(Actor::You, 7, Act::Plugged { node: "node-c".into() }),
            ],
            ..Default::default()
        };
        assert_eq!(own_fault(text::Lang::En, &view), Some((3, "pulled the plug on node-c".into())));
    }
}
