//! The command line of `golden`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::{parity, place, record, replay::Replay};

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
    Replay(ReplayArgs),
    /// Play scenarios with kubectl against a real cluster, and keep its answers as a reference.
    Record(RecordArgs),
    /// Play command lines through real kubectl and our own, each on its own of two equal clusters, and compare.
    Parity(parity::Args),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Only scenarios whose name contains this.
    #[arg(default_value = "")]
    scenario: String,
    /// Show each step that differs.
    #[arg(long)]
    show: bool,
    /// Show both answers of this step whole.
    #[arg(long, value_name = "STEP")]
    step: Option<usize>,
    /// Put both answers of every step that differs into this folder, as NN-STEP.recorded and NN-STEP.ours.
    #[arg(long, value_name = "DIR")]
    answers: Option<PathBuf>,
    /// Write the steps that agree into the ratchet; with all scenarios, also docs/fidelity.md.
    #[arg(long)]
    update: bool,
    /// Send the recorded requests alone, without kubectl (so it is done where there is no kubectl).
    #[arg(long)]
    requests: bool,
    /// Another kubectl than the one found.
    #[arg(long, value_name = "FILE")]
    kubectl: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// Only scenarios whose name contains this.
    #[arg(default_value = "")]
    scenario: String,
    /// The cluster: fresh and empty, for each scenario anew.
    #[arg(long, value_name = "FILE")]
    kubeconfig: PathBuf,
    /// Where the recordings go.
    #[arg(long, value_name = "DIR", default_value = "target/golden")]
    out: PathBuf,
    /// Another kubectl than the one found.
    #[arg(long, value_name = "FILE")]
    kubectl: Option<PathBuf>,
}

impl Cli {
    /// Runs it; false if an agreed step was lost.
    ///
    /// # Errors
    /// When something cannot be read, written or started.
    pub fn run(self) -> Result<bool> {
        match self.command {
            Command::Replay(args) => args.run(),
            Command::Record(args) => args.run().map(|()| true),
            Command::Parity(args) => parity::run(&args),
        }
    }
}

impl ReplayArgs {
    fn run(self) -> Result<bool> {
        let Some(recordings) = place::recordings() else {
            println!("skipped: no recordings (PILOTHOUSE_GOLDEN names their folder)");
            return Ok(true);
        };
        let kubectl = self.kubectl.or_else(place::kubectl).filter(|_| !self.requests);
        if kubectl.is_none() {
            println!("without a kubectl of the recordings' version: the recorded requests alone");
        }
        let replay = Replay {
            recordings: &recordings,
            kubectl: kubectl.as_deref(),
            show: self.show,
            step: self.step,
            answers: self.answers.as_deref(),
            update: self.update,
        };
        Runtime::new()?.block_on(replay.run(&place::names(&self.scenario)?))
    }
}

impl RecordArgs {
    fn run(self) -> Result<()> {
        let kubectl = self.kubectl.or_else(place::kubectl).context("recording needs kubectl on the PATH")?;
        let names = place::names(&self.scenario)?;
        Runtime::new()?.block_on(record::record(&names, &kubectl, &self.kubeconfig, &self.out))
    }
}
