//! The console of a sandbox: kubectl as it is, `lab` for the world's own verbs, filters behind a `|`, a little of a shell, and
//! a sentence for what is none of these.

mod complete;
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
use tokio::time::timeout;
use wire::learner::Lang;
pub use words::partly_saved;

/// Where nobody can press Ctrl-C, a command that has not ended by then is stopped.
const RUN_MAX: Duration = Duration::from_secs(8);
/// Longest output kept of one stream, bytes.
const OUTPUT_BYTES_MAX: usize = 256 * 1024;
/// Exit code of what was stopped.
pub const STOPPED: i32 = 130;

/// What a line printed, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// 0 is success; 130 was stopped.
    pub exit_code: i32,
}

impl Sink for Printed {
    fn stdout(&mut self, text: &str) {
        keep(&mut self.stdout, text);
    }

    fn stderr(&mut self, text: &str) {
        keep(&mut self.stderr, text);
    }
}

impl Screen for Printed {
    fn clear(&mut self) {
        self.stdout.clear();
        self.stderr.clear();
    }
}

/// Adds to a text as far as there is room, and says where there was none.
fn keep(all: &mut String, text: &str) {
    const CUT: &str = "\n(cut)\n";
    if all.len() >= OUTPUT_BYTES_MAX {
        return;
    }
    let end = (0..=text.len().min(OUTPUT_BYTES_MAX - all.len())).rev().find(|i| text.is_char_boundary(*i));
    all.push_str(&text[..end.unwrap_or(0)]);
    if end != Some(text.len()) {
        all.truncate(all.floor_char_boundary(OUTPUT_BYTES_MAX));
        all.push_str(CUT);
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

/// Runs a line whole, for who can neither wait nor press Ctrl-C.
pub async fn print(desk: &dyn Desk, line: &str) -> Printed {
    let mut printed = Printed::default();
    match timeout(RUN_MAX, run(desk, line, &mut printed)).await {
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
