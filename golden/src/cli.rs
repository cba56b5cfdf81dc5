//! The command line of `golden`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{
    fidelity::{self, Reasons},
    place,
    play::{self, Outcome},
    ratchet::Ratchet,
    report, requests,
};

/// Scenarios against a cluster, held against what a real control plane answered.
#[derive(Debug, Parser)]
#[command(name = "golden")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play scenarios with kubectl against a fresh cluster of ours, and compare.
    Replay {
        /// Only scenarios whose name contains this.
        #[arg(default_value = "")]
        scenario: String,
        /// Show each step that differs.
        #[arg(long)]
        show: bool,
        /// Show both answers of this step whole.
        #[arg(long, value_name = "STEP")]
        step: Option<usize>,
        /// Write the steps that agree into the ratchet; with all scenarios, also docs/fidelity.md.
        #[arg(long)]
        update: bool,
        /// Send the recorded requests alone, without kubectl (so it is done where there is no kubectl).
        #[arg(long)]
        requests: bool,
        /// Another kubectl than the one found.
        #[arg(long, value_name = "FILE")]
        kubectl: Option<PathBuf>,
    },
}

impl Cli {
    /// Runs it; false if an agreed step was lost.
    ///
    /// # Errors
    /// When something cannot be read, written or started.
    pub fn run(self) -> Result<bool> {
        let Command::Replay { scenario, show, step, update, requests, kubectl } = self.command;
        let Some(recordings) = place::recordings() else {
            println!("skipped: no recordings (PILOTHOUSE_GOLDEN names their folder)");
            return Ok(true);
        };
        let kubectl = kubectl.or_else(place::kubectl).filter(|_| !requests);
        if kubectl.is_none() {
            println!("without kubectl: the recorded requests alone");
        }
        let runtime = tokio::runtime::Runtime::new()?;
        let replay = Replay { recordings: &recordings, kubectl: kubectl.as_deref(), show, step, update };
        runtime.block_on(replay.run(&place::names(&scenario)?))
    }
}

struct Replay<'a> {
    recordings: &'a Path,
    kubectl: Option<&'a Path>,
    show: bool,
    step: Option<usize>,
    update: bool,
}

impl Replay<'_> {
    async fn run(&self, names: &[String]) -> Result<bool> {
        let file = place::ratchet(self.kubectl.is_some());
        let mut ratchet = Ratchet::read(&file)?;
        let (mut played, mut lost) = (Vec::new(), 0);
        for name in names {
            let outcomes = match self.kubectl {
                Some(kubectl) => play::play(name, self.recordings, kubectl).await?,
                None => requests::play(name, self.recordings).await?,
            };
            let agreed = report::agreed(&outcomes);
            self.show(&outcomes);
            println!("{}", report::summary(name, &outcomes));
            for step in ratchet.lost(name, &agreed) {
                lost += 1;
                println!("    lost: {name} step {step} agreed before");
                outcomes.iter().filter(|o| o.step == step).for_each(|o| print!("{}", report::difference(o)));
            }
            std::io::stdout().flush()?;
            if self.update {
                ratchet.0.insert(name.clone(), agreed);
            }
            played.push((name.clone(), outcomes));
        }
        let all: Vec<Outcome> = played.iter().flat_map(|(_, o)| o).cloned().collect();
        println!("{}", report::summary("all", &all));
        if self.update {
            write(&file, &ratchet.text())?;
            if self.kubectl.is_some() && played.len() == place::names("")?.len() {
                let reasons = Reasons::read(&place::reasons())?;
                write(&place::fidelity(), &fidelity::page(&place::sources(), &played, &reasons)?)?;
            }
        }
        Ok(self.update || lost == 0)
    }

    fn show(&self, outcomes: &[Outcome]) {
        if self.show {
            outcomes.iter().filter(|o| !o.agrees).for_each(|o| print!("{}", report::difference(o)));
        }
        if let Some(step) = self.step {
            for outcome in outcomes.iter().filter(|o| o.step == step) {
                println!("=== recorded\n{}\n=== ours\n{}", outcome.expect, outcome.is);
            }
        }
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
