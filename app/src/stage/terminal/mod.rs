//! The console's other half: lines that wait for their turn, the one that runs, what it has printed so far. It belongs to the
//! stage, so that a line goes on while another tab is open.

mod fetch;
pub mod whole;

use std::collections::VecDeque;

use leptos::{prelude::*, task::spawn_local};
use wire::console::{ConsoleEntry, Output, Piece};

use super::state::Stage;
use crate::api;

/// Of what a line prints, so much is shown at most, bytes: the newest.
const SHOWN_BYTES_MAX: usize = 128 * 1024;
/// Lines kept for Up and Down.
const HISTORY_MAX: usize = 1_000;
/// Exit code of what was stopped.
pub const STOPPED: i32 = 130;

/// A text to edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// Under which it is given back.
    pub id: String,
    /// As a file.
    pub name: String,
    pub text: String,
}

/// Lines on their way. Copy: signals live in the page's owner.
#[derive(Clone, Copy)]
pub struct Terminal {
    /// The line that runs, with what it has printed so far.
    pub running: RwSignal<Option<ConsoleEntry>>,
    /// Lines over all sessions, oldest first.
    pub history: RwSignal<Vec<String>>,
    /// A text that the running command wants edited.
    pub editing: RwSignal<Option<Editing>>,
    /// So many of the log's entries were cleared away.
    pub cleared: RwSignal<usize>,
    queue: StoredValue<VecDeque<String>>,
}

impl Terminal {
    /// With the learner's lines of before.
    pub fn new(history: Vec<String>) -> Self {
        Self {
            running: RwSignal::new(None),
            history: RwSignal::new(history),
            editing: RwSignal::new(None),
            cleared: RwSignal::new(0),
            queue: StoredValue::new(VecDeque::new()),
        }
    }

    /// Runs a line, after those that wait.
    pub fn send(self, stage: Stage, line: String) {
        if self.running.with_untracked(Option::is_some) {
            self.queue.update_value(|q| q.push_back(line));
            return;
        }
        self.remember(&line);
        self.running.set(Some(ConsoleEntry {
            line: line.clone(),
            output: Output::default(),
            exit_code: 0,
            at_ms: stage.now_ms.get_untracked(),
        }));
        spawn_local(async move { self.run(stage, line).await });
    }

    /// Ctrl-C: ends what runs, and forgets what waits.
    pub fn stop(self) {
        self.queue.update_value(VecDeque::clear);
        fetch::abort();
    }

    /// Empties the screen.
    pub fn clear(self, stage: Stage) {
        self.cleared.set(stage.console.with_untracked(Vec::len));
    }

    /// Gives the edited text back; none leaves it as it was.
    pub fn edited(self, stage: Stage, text: Option<String>) {
        let Some(Editing { id, .. }) = self.editing.try_update(Option::take).flatten() else { return };
        spawn_local(async move {
            if let Err(fault) = api::edited(stage.sandbox.get_value(), id, text).await {
                stage.fault.set(Some(fault));
            }
        });
    }

    fn remember(self, line: &str) {
        let line = line.trim_end();
        self.history.update(|all| {
            if all.last().is_none_or(|last| last != line) {
                all.push(line.to_owned());
            }
            if all.len() > HISTORY_MAX {
                all.remove(0);
            }
        });
    }

    async fn run(self, stage: Stage, line: String) {
        let (mut code, mut fault) = (None, None);
        let asked = fetch::Asked { sandbox: stage.sandbox.get_value(), lang: stage.lang, line: &line };
        let answer = fetch::pieces(asked, |pieces| {
            self.running.try_update(|running| {
                let Some(entry) = running else { return };
                for piece in pieces {
                    match piece {
                        Piece::End { exit_code, at_ms, problem } => {
                            (code, entry.at_ms) = (Some(exit_code), at_ms.max(entry.at_ms));
                            fault = problem.map(Into::into);
                        }
                        Piece::Edit { id, name, text } => self.editing.set(Some(Editing { id, name, text })),
                        piece => take(entry, piece),
                    }
                }
            });
        })
        .await;
        // the page may be gone by now
        let Some(Some(mut entry)) = self.running.try_update(Option::take) else { return };
        self.editing.set(None);
        entry.exit_code = match (code, answer) {
            (Some(code), _) => code,
            (None, Ok(fetch::Way::Aborted)) => {
                entry.output.push(true, "^C\n");
                STOPPED
            }
            // a stream that ends without saying so was cut
            (None, answer) => {
                fault = fault.or(Some(answer.err().unwrap_or(crate::fault::Fault::Unreachable)));
                1
            }
        };
        stage.fault.set(fault);
        stage.console.update(|log| log.push(entry));
        if matches!(line.trim(), "clear" | "reset") {
            self.clear(stage);
        }
        if let Some(next) = self.queue.try_update_value(VecDeque::pop_front).flatten() {
            self.send(stage, next);
        }
    }
}

/// What a piece does to an entry.
fn take(entry: &mut ConsoleEntry, piece: Piece) {
    match piece {
        Piece::Out(text) => keep_newest(&mut entry.output, false, &text),
        Piece::Err(text) => keep_newest(&mut entry.output, true, &text),
        Piece::Clear => entry.output = Output::default(),
        Piece::Edit { .. } | Piece::End { .. } => {}
    }
}

/// Adds to what was printed; what is too old goes, line by line.
fn keep_newest(all: &mut Output, err: bool, text: &str) {
    all.push(err, text);
    let Some(mut over) = all.len().checked_sub(SHOWN_BYTES_MAX).filter(|over| *over > 0) else { return };
    over += SHOWN_BYTES_MAX / 2;
    let gone = all.0.iter().scan(0, |sum, part| {
        *sum += part.text.len();
        Some(*sum)
    });
    let gone = gone.take_while(|sum| *sum <= over).count();
    over -= all.0.drain(..gone).map(|part| part.text.len()).sum::<usize>();
    if let Some(first) = all.0.first_mut() {
        let from = first.text.ceil_char_boundary(over);
        let from = first.text[from..].find('\n').map_or(from, |n| from + n + 1);
        first.text.replace_range(..from, "…\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_an_entry() {
        let mut entry =
            ConsoleEntry { line: String::new(), output: Output::default(), exit_code: 0, at_ms: 0 };
        let out = |text: &str| Piece::Out(text.into());
        for piece in [out("a"), Piece::Clear, out("b\n"), Piece::Err("c\n".into()), out("d\n")] {
            take(&mut entry, piece);
        }
        assert_eq!((entry.output.text().as_str(), entry.output.0.len()), ("b\nc\nd\n", 3), "in its order");
        for n in 0..40_000 {
            take(&mut entry, Piece::Out(format!("{n} 파드\n")));
        }
        assert!(entry.output.len() <= SHOWN_BYTES_MAX);
        let shown = entry.output.text();
        assert!(shown.starts_with("…\n") && shown.ends_with("\n39999 파드\n"));
    }
}
