//! Counts what passed and what failed, from the words of the test runners.
use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

/// What passed, what failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// One check that holds or does not.
    pub fn one(holds: bool) -> Self {
        Self { passed: holds.into(), failed: (!holds).into() }
    }

    /// The words of a runner, against its exit code: a failed run has at least one failure.
    pub fn of_run(succeeded: bool, counted: Self) -> Self {
        if succeeded { counted } else { Self { failed: counted.failed.max(1), ..counted } }
    }

    /// Says the sum, as the last line of a command, and makes it the exit code.
    pub fn exit(self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Adds up the summaries in a text: cargo test's, cargo nextest's and plain `N passed, N failed`.
pub fn of_text(text: &str) -> Tally {
    let mut sum = Tally::default();
    for line in text.lines() {
        let line = plain(line);
        let line = line.trim();
        let summary = line.starts_with("test result:")
            || (line.starts_with("Summary [") && line.contains(" run: "))
            || (line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" passed, "));
        if summary {
            sum += Tally {
                passed: before(line, "passed"),
                failed: before(line, "failed") + before(line, "timed out"),
            };
        }
    }
    sum
}

/// Playwright's JSON report. A test that passed only at a second try counts as failed.
pub fn of_playwright(report: &str) -> Result<Tally> {
    let report: Value = serde_json::from_str(report)?;
    let count = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    Ok(Tally { passed: count("expected"), failed: count("unexpected") + count("flaky") })
}

/// The number before a word.
fn before(line: &str, word: &str) -> u64 {
    let Some(at) = line.find(&format!(" {word}")) else { return 0 };
    let digits = line[..at].rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
    digits.parse().unwrap_or(0)
}

/// The line without its colours.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            let _ = chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_words_of_every_runner() {
        let check = |text: &str, passed: u64, failed: u64| {
            assert_eq!(of_text(text), Tally { passed, failed }, "{text}");
        };
        check("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out", 5, 0);
        check(
            "test result: FAILED. 3 passed; 2 failed; 0 ignored\ntest result: ok. 4 passed; 0 failed",
            7,
            2,
        );
        check("     Summary [   0.012s] 12 tests run: 12 passed, 3 skipped", 12, 0);
        check(
            "     Summary [   1.2s] 12/30 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped",
            10,
            2,
        );
        check(
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.012s] \u{1b}[1m12\u{1b}[0m tests run: \u{1b}[1m12\u{1b}[0m passed",
            12,
            0,
        );
        check("9 passed, 1 failed", 9, 1);
        check("lesson 21: 3 passed, 1 failed", 0, 0);
        check("", 0, 0);
    }

    #[test]
    fn a_failed_run_without_a_count_is_one_failure() {
        let none = Tally::default();
        assert_eq!(Tally::of_run(false, none), Tally { passed: 0, failed: 1 });
        assert_eq!(Tally::of_run(false, Tally { passed: 3, failed: 2 }), Tally { passed: 3, failed: 2 });
        assert_eq!(Tally::of_run(true, none), none);
    }

    #[test]
    fn playwright_report() {
        let report = r#"{"stats":{"expected":4,"unexpected":1,"flaky":1,"skipped":2}}"#;
        assert_eq!(of_playwright(report).unwrap(), Tally { passed: 4, failed: 2 });
        assert!(of_playwright("no").is_err());
    }
}
