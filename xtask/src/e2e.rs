//! The browser tests: sees to Chromium and Playwright, then plays `end2end/`.
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    apt,
    paths::{root, server, site},
    sh,
    tally::{self, Tally},
};

/// The names under which a usable browser is known.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];

/// Where the browser tests live.
pub fn folder() -> PathBuf {
    root().join("end2end")
}

/// Plays the tests against a build that is there already.
pub fn run(release: bool, args: &[String]) -> Result<Tally> {
    let mut play = player(release)?;
    let report = folder().join("test-results/report.json");
    let _ = fs::remove_file(&report);
    play.args(args.strip_prefix(&["--".to_owned()]).unwrap_or(args));
    sh::say(&play);
    let succeeded = play.status().context("cannot start node")?.success();
    let counted = match fs::read_to_string(&report) {
        Ok(text) => tally::of_playwright(&text).context("cannot read Playwright's report")?,
        Err(_) => Tally::default(),
    };
    Ok(Tally::of_run(succeeded, counted))
}

/// Playwright with all it needs, against a build that is there already.
pub fn player(release: bool) -> Result<Command> {
    let chromium = chromium()?;
    install_packages()?;
    // the script itself: npx would look on the network for what is not installed
    let mut play = Command::new("node");
    play.current_dir(folder())
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .env("CHROMIUM", chromium)
        .env("PILOTHOUSE_BIN", server(release))
        .env("LEPTOS_SITE_ROOT", site());
    Ok(play)
}

/// The packages of `end2end/`.
pub fn install_packages() -> Result<()> {
    install(&folder())
}

/// `npm ci` in a folder, unless what is installed is at least as new as the lock file.
pub fn install(folder: &Path) -> Result<()> {
    let changed = |file: &Path| fs::metadata(file).and_then(|meta| meta.modified());
    let lock = folder.join("package-lock.json");
    let lock = changed(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    if changed(&folder.join("node_modules/.package-lock.json")).is_ok_and(|installed| installed >= lock) {
        return Ok(());
    }
    ensure!(
        sh::which("npm").is_some(),
        "npm is missing. How to go on: install Node.js 20 or newer (Debian: `apt-get install nodejs npm`)"
    );
    // no package's own scripts: they are what downloads binaries
    let mut install = Command::new("npm");
    install.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    sh::run(&mut install).context("npm could not install the packages of package-lock.json")
}

/// The browser: `CHROMIUM`, one in `PATH`, or Debian's package, installed here and now.
fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").map(PathBuf::from) {
        ensure!(named.is_file(), "CHROMIUM names {}, which is no file", named.display());
        return Ok(named);
    }
    let found = || BROWSERS.iter().find_map(|name| sh::which(name));
    if let Some(browser) = found() {
        return Ok(browser);
    }
    apt::install("Chromium, which the browser tests need,", &PACKAGES)
        .context("or name a browser in CHROMIUM")?;
    found().context("apt-get installed chromium, but it is not in PATH")
}
