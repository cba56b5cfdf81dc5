//! The page: `end2end/benches/` in real Chromium, against the release build.
use std::process::Command;

use anyhow::{Context, Result};

use super::{figures::plain, rows::Row};
use crate::{e2e, run, sh};

/// Builds all and has it measured; says whether all of it was, and gives what was printed.
pub fn measure() -> Result<(bool, String)> {
    run::build(true)?;
    bring_lighthouse()?;
    let mut play = e2e::player(true)?;
    play.args(["--config", "benches/playwright.config.ts"]);
    sh::run_and_keep(&mut play)
}

fn bring_lighthouse() -> Result<()> {
    let folder = e2e::folder().join("benches/lighthouse");
    if folder.join("node_modules/lighthouse").is_dir() {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install
        .args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&folder);
    sh::run(&mut install).context("npm could not bring Lighthouse")
}

/// Its rows of the table.
pub fn rows(text: &str) -> Vec<Row> {
    let score = |category| plain(text, &format!("Lighthouse of /ko/lessons/21-why-kubernetes: {category}"));
    let row = |work: &'static str, bar: &'static str, name: &str, most: f64, unit: &'static str| {
        Row::new(work, bar, plain(text, name), most, move |amount| format!("{amount:.1}{unit}"))
    };
    vec![
        row(
            "WebAssembly of a lesson's page, as it is sent",
            "350 KiB",
            "page: WebAssembly as it is sent",
            350.0,
            " KiB",
        ),
        row(
            "its largest contentful paint (desktop, 10 Mbit/s, 40 ms)",
            "1,000 ms",
            "page: largest contentful paint, median",
            1000.0,
            " ms",
        ),
        row(
            "its cumulative layout shift, thousandths",
            "20",
            "page: cumulative layout shift, worst, thousandths",
            20.0,
            "",
        ),
        row(
            "from a command to its effect on the stage, 95th percentile",
            "100 ms",
            "page: from a command to its effect on the stage, p95",
            100.0,
            " ms",
        ),
        row(
            "scripting a frame, 300 pods at ×60",
            "8 ms",
            "page: 300 pods at x60: scripting a frame, mean",
            8.0,
            " ms",
        ),
        row(
            "tasks over 50 ms meanwhile, in 15 s",
            "none",
            "page: 300 pods at x60: tasks over 50 ms",
            0.0,
            "",
        ),
        Row::at_least("Lighthouse, desktop: performance", "95", score("performance"), 95.0),
        Row::at_least("Lighthouse: accessibility", "100", score("accessibility"), 100.0),
        Row::at_least("Lighthouse: best practices", "100", score("best-practices"), 100.0),
        Row::at_least("Lighthouse: SEO", "100", score("seo"), 100.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_judged_by_their_bars() {
        let text = "page: WebAssembly as it is sent    604.5 KiB\npage: 300 pods at x60: tasks over 50 ms    0.000 \n";
        let told: Vec<_> = rows(text).iter().map(|row| row.told()).collect();
        assert_eq!(told[0], ("604.5 KiB".to_owned(), Some(false)));
        assert_eq!(told[1], ("not measured".to_owned(), None));
        assert_eq!(told[5], ("0.0".to_owned(), Some(true)));
    }
}
