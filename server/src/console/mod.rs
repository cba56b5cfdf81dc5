//! The console of a sandbox: kubectl as it is, `lab` for the world's own verbs, filters behind a `|`, a little of a shell, and
//! a sentence for what is none of these.

mod complete;
mod condition;
mod desk;
mod lab;
mod pipe;
mod programs;
mod route;
mod script;
mod shell;
#[cfg(test)]
mod tests;
mod watch;
mod words;

use std::time::Duration;

pub use complete::complete;
pub use desk::{Desk, Editor, Files, Screen};
use kubectl::Sink;
pub use programs::kubectl_of;
use tokio::time::timeout;
use wire::{console::Output, learner::Lang};
pub use words::partly_saved;

/// Where nobody can press Ctrl-C, a typed line that has not ended by then is stopped.
pub const TYPED_MAX: Duration = Duration::from_secs(8);
/// The same for what ends by itself, as an act of an experiment does: virtual time may flow slowly on a busy machine, or stand
/// still until the learner lets it go on.
pub const ENDING_MAX: Duration = Duration::from_secs(60);
/// Longest output kept, bytes.
const OUTPUT_BYTES_MAX: usize = 256 * 1024;
/// Exit code of what was stopped.
pub const STOPPED: i32 = 130;

/// What a line printed, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// In the order in which it came.
    pub output: Output,
    /// 0 is success; 130 was stopped.
    pub exit_code: i32,
}

impl Sink for Printed {
    fn stdout(&mut self, text: &str) {
        keep(&mut self.output, false, text);
    }

    fn stderr(&mut self, text: &str) {
        keep(&mut self.output, true, text);
    }
}

impl Screen for Printed {
    fn clear(&mut self) {
        self.output = Output::default();
    }
}

/// Adds to a text as far as there is room, and says where there was none.
fn keep(all: &mut Output, err: bool, text: &str) {
    const CUT: &str = "\n(cut)\n";
    let Some(room) = OUTPUT_BYTES_MAX.checked_sub(all.len()).filter(|room| *room > 0) else { return };
    let end = text.floor_char_boundary(room);
    all.push(err, &text[..end]);
    if end < text.len() {
        all.push(err, CUT);
    }
}

/// Runs a line to its end, which may never come; gives its exit code. Dropping the future is Ctrl-C.
pub async fn run(desk: &dyn Desk, line: &str, screen: &mut dyn Screen) -> i32 {
    match script::read(line) {
        Ok(script) => {
            let mut shell = shell::Shell::new(desk);
            shell.script(&script, screen).await;
            shell.code
        }
        Err(problem) => {
            screen.stderr(&words::no_script(desk.lang(), &problem));
            2
        }
    }
}

/// Runs a line whole, for who cannot press Ctrl-C; stops it where it takes longer.
pub async fn print(desk: &dyn Desk, line: &str, within: Duration) -> Printed {
    let mut printed = Printed::default();
    match timeout(within, run(desk, line, &mut printed)).await {
        Ok(code) => printed.exit_code = code,
        Err(_) => {
            printed.stderr("^C\n");
            printed.exit_code = STOPPED;
        }
    }
    printed
}

/// The sentence in the learner's language.
fn in_lang<'a>(lang: Lang, ko: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ko => ko,
        Lang::En => en,
    }
}
