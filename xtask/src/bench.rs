//! `cargo xtask bench`: the table of speed and size, from the sandbox's own benches, from a peer that does the same work, and from
//! the page in a browser.
mod figures;
mod page;
mod peer;
mod rows;

use std::process::ExitCode;

use anyhow::{Result, bail, ensure};

use crate::{cargo::cargo, paths::root, sh};

/// Runs all, then prints the table; a row that is not met is no failure.
pub fn run(args: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = args.first() {
        bail!(
            "`bench` knows no arguments, not `{unknown}`: `cargo bench -p sandbox --bench scale -- 1000` runs single rows"
        );
    }
    let scale = bench("scale")?;
    let replay = bench("replay")?;
    let peer = peer::measure();
    let (page_ok, page) = page::measure()?;
    println!("\n{}\n", machine());
    let mut all = rows::rows(&scale, &replay, &peer);
    all.extend(page::rows(&page));
    print!("{}", rows::table(&all));
    ensure!(page_ok, "a bench of the page failed; its rows are missing above");
    Ok(ExitCode::SUCCESS)
}

fn bench(name: &str) -> Result<String> {
    let (ok, text) = sh::run_and_keep(&mut cargo(&[&["bench", "-p", "sandbox", "--bench", name]]))?;
    ensure!(ok, "the bench {name} failed: it found a wrong state, or did not compile");
    Ok(text)
}

/// Where and of what this was measured.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let ask =
        |program: &str, args: &[&str]| sh::ask(program, args, &root()).unwrap_or_else(|| "unknown".into());
    let dirty = if ask("git", &["status", "--porcelain"]).is_empty() { "" } else { ", with changes" };
    format!(
        "{cores} cores of {}, load average {}; {}; commit {}{dirty}",
        figures::model(&info),
        load.split(' ').next().unwrap_or("unknown"),
        ask("rustc", &["--version"]),
        ask("git", &["rev-parse", "--short=12", "HEAD"]),
    )
}
