//! Scenarios played against a cluster and held against what a real control plane answered.
//!
//! `replay` plays them with real kubectl, or the recorded requests alone, against a fresh cluster of our own; `record`
//! plays them against any real one.
//! `parity` plays command lines through real kubectl and our own crate of it, each on its own of two equal clusters.
//! The scripts stand in `sandbox/tests/scenarios/`; the recorded answers lie outside the repository.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;
mod compare;
mod exchange;
mod fidelity;
mod gate;
mod idle;
mod kubectl;
mod likeness;
mod limits;
mod mask;
mod ours;
mod outline;
mod pace;
mod parity;
mod place;
mod play;
mod ratchet;
mod raw;
mod record;
mod replay;
mod report;
mod requests;
mod restarts;
mod scenario;
mod shell;
mod stand;
mod tap;
mod timeline;
mod transcript;
mod until;
mod variables;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("golden: {why:#}");
            ExitCode::FAILURE
        }
    }
}
