//! `cargo xtask test`: everything that must hold, step by step, with one sum at the end.
use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    browser,
    cargo::{ALL, BROWSER, cargo, has},
    e2e, golden, paths, postgres, run, sh, simulate,
    tally::{self, Tally},
    tidy, wasm_target,
};

type Step = (&'static str, fn() -> Result<Tally>);

/// Cheap ones first: who forgot to format hears it at once.
const STEPS: [Step; 14] = [
    ("format", format),
    ("the rules of the house", tidy::run),
    ("clippy, the server's side", clippy_server),
    ("clippy, the browser's side", clippy_browser),
    ("clippy, xtask", clippy_xtask),
    ("unit and integration tests", tests),
    ("long tests of the sandbox, and seeds", seeds),
    ("tests in the documentation", doc_tests),
    ("tests of xtask", tests_xtask),
    ("the lessons", lessons),
    ("scenarios of a real control plane", scenarios),
    ("the words of kubectl", words_of_kubectl),
    ("licences and sources of dependencies", deny),
    ("the browser tests", browser_tests),
];

/// Runs every step; stops at the first that fails unless told to go on.
pub fn test(keep_going: bool) -> ExitCode {
    let start = Instant::now();
    let mut sum = Tally::default();
    let mut report: Vec<(&str, &str, Duration)> = Vec::new();
    for (at, (name, step)) in STEPS.iter().enumerate() {
        eprintln!("\n━━ {}/{} {name} ━━", at + 1, STEPS.len());
        let step_start = Instant::now();
        let counted = step().unwrap_or_else(|why| {
            eprintln!("{why:#}");
            Tally::one(false)
        });
        sum += counted;
        report.push((name, if counted.failed > 0 { "FAILED" } else { "ok" }, step_start.elapsed()));
        if counted.failed > 0 && !keep_going {
            eprintln!("Stopped here; `cargo xtask test --keep-going` does the rest too.");
            break;
        }
    }
    eprintln!();
    for (name, verdict, took) in report {
        eprintln!("{verdict:>6}  {:>6.1} s  {name}", took.as_secs_f32());
    }
    eprintln!("in {:.0} s", start.elapsed().as_secs_f32());
    sum.exit()
}

/// A command that is one check.
fn holds(command: &mut Command) -> Result<Tally> {
    sh::run(command)?;
    Ok(Tally::one(true))
}

/// A command that counts its own tests.
fn counted(command: &mut Command) -> Result<Tally> {
    let (succeeded, text) = sh::run_and_keep(command)?;
    Ok(Tally::of_run(succeeded, tally::of_text(&text)))
}

fn format() -> Result<Tally> {
    holds(&mut cargo(&[&["fmt", "--all", "--check"]]))
}

const DENY_WARNINGS: &[&str] = &["--", "-D", "warnings"];

fn clippy_server() -> Result<Tally> {
    holds(&mut cargo(&[&["clippy"], &ALL, &["--all-targets"], DENY_WARNINGS]))
}

fn clippy_browser() -> Result<Tally> {
    wasm_target::ensure()?;
    holds(&mut cargo(&[&["clippy"], &BROWSER, DENY_WARNINGS]))
}

fn clippy_xtask() -> Result<Tally> {
    holds(&mut cargo(&[&["clippy", "-p", "xtask", "--all-targets"], DENY_WARNINGS]))
}

fn tests() -> Result<Tally> {
    postgres::ensure();
    if has("nextest") {
        let most = ["nextest", "run", "--no-fail-fast", "--no-tests=pass", "-E", simulate::OTHERS];
        return counted(&mut cargo(&[&most, &ALL]));
    }
    eprintln!("cargo-nextest is not installed: cargo test does it.");
    counted(&mut cargo(&[&["test", "--no-fail-fast", "--lib", "--bins", "--tests"], &ALL]))
}

/// After the tests, not beside them: it takes all cores itself.
fn seeds() -> Result<Tally> {
    counted(&mut simulate::Seeds::default().command_with_all())
}

fn doc_tests() -> Result<Tally> {
    counted(&mut cargo(&[&["test", "--no-fail-fast", "--doc"], &ALL]))
}

fn tests_xtask() -> Result<Tally> {
    counted(&mut cargo(&[&["test", "-p", "xtask"]]))
}

fn lessons() -> Result<Tally> {
    run::build_server(false)?;
    let mut check = Command::new(paths::server(false));
    check.current_dir(paths::root()).args(["lessons", "check", "lessons/content"]);
    let (succeeded, text) = sh::run_and_keep(&mut check)?;
    let counted = tally::of_text(&text);
    // a runner that says no sum is one check itself
    let counted = if counted == Tally::default() { Tally::one(succeeded) } else { counted };
    Ok(Tally::of_run(succeeded, counted))
}

/// A step that agreed before is a check. The player says so where there are no recordings.
fn scenarios() -> Result<Tally> {
    run::build_server(false)?;
    let (succeeded, text) = sh::run_and_keep(&mut golden::command(&[]))?;
    Ok(Tally::of_run(succeeded, tally::of_text(&text)))
}

/// A line that answers as real kubectl does is a check, and so is each difference that is listed.
fn words_of_kubectl() -> Result<Tally> {
    run::build_server(false)?;
    let (succeeded, text) = sh::run_and_keep(&mut golden::command(&["parity".to_owned()]))?;
    Ok(Tally::of_run(succeeded, tally::of_text(&text)))
}

/// Without its list of advisories, which cargo-deny fetches from outside the registries.
fn deny() -> Result<Tally> {
    if !has("deny") {
        eprintln!("cargo-deny is not installed: left out (`cargo deny check` reads deny.toml).");
        return Ok(Tally::default());
    }
    holds(&mut cargo(&[&["deny", "--offline", "check", "bans", "licenses", "sources"]]))
}

fn browser_tests() -> Result<Tally> {
    browser::build(false)?;
    run::build_server(false)?;
    e2e::run(false, &[])
}
