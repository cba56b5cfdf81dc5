//! What the console says to who listens: a short answer whole, a long one by its length, a stream now and then.

use leptos::prelude::*;
use wire::console::ConsoleEntry;

use crate::{stage::state::Stage, text};

/// Silence between two sentences while a line runs, real ms.
const CALM_MS: u64 = 3_000;
/// Answers of up to so many lines are read out whole.
const LINES_WHOLE_MAX: usize = 6;
/// Longest sentence, characters.
const CHARS_MAX: usize = 600;

/// What is said when a line has ended.
fn summary(l: text::Lang, entry: &ConsoleEntry) -> String {
    let all = entry.output.text();
    let all = all.trim_end();
    let lines = all.lines().count();
    let told = if lines <= LINES_WHOLE_MAX && all.chars().count() <= CHARS_MAX {
        all.to_owned()
    } else {
        text::console_lines(l, lines, all.lines().next().unwrap_or_default())
    };
    match (told.is_empty(), entry.exit_code) {
        (true, 0) => text::console_done(l).to_owned(),
        (_, 0) => told,
        (_, code) => format!("{told} {}", text::exit_code(l, code)),
    }
}

/// The newest line of a stream.
fn newest(entry: &ConsoleEntry) -> Option<String> {
    let text = entry.output.text();
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(CHARS_MAX).collect())
}

/// The one sentence in the log that is read out.
#[component]
pub fn Said() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let said = RwSignal::new(String::new());
    let count = StoredValue::new(stage.console.with_untracked(Vec::len));
    Effect::new(move |_| {
        stage.console.with(|log| {
            if log.len() > count.get_value()
                && let Some(entry) = log.last()
            {
                said.set(summary(stage.lang, entry));
            }
            count.set_value(log.len());
        });
    });
    Effect::new(move |_| {
        let beat = set_interval_with_handle(
            move || {
                let line =
                    stage.terminal.running.try_with_untracked(|r| r.as_ref().and_then(newest)).flatten();
                if let Some(line) = line
                    && said.with_untracked(|s| *s != line)
                {
                    said.set(line);
                }
            },
            std::time::Duration::from_millis(CALM_MS),
        );
        if let Ok(beat) = beat {
            on_cleanup(move || beat.clear());
        }
    });
    view! { <p class="vh" data-said="">{said}</p> }
}

#[cfg(test)]
mod tests {
    use wire::console::Output;

    use super::*;

    #[test]
    fn long_answers_are_told_by_their_length() {
        let entry = |stdout: &str, exit_code| {
            let mut output = Output::default();
            output.push(false, stdout);
            ConsoleEntry { line: "k".into(), output, exit_code, at_ms: 0 }
        };
        for (stdout, code, expect) in [
            ("pod/a deleted\n", 0, "pod/a deleted"),
            ("", 0, "Done, no output"),
            ("", 1, " exit code 1"),
            ("h\n1\n2\n3\n4\n5\n6\n", 0, "7 lines. The first: h"),
        ] {
            assert_eq!(summary(text::Lang::En, &entry(stdout, code)), expect);
        }
        assert_eq!(newest(&entry("a\nb\n\n", 0)).as_deref(), Some("b"));
    }
}
