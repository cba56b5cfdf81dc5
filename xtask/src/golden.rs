//! `cargo xtask golden`: builds the player of scenarios and hands it the arguments; `replay` where none are given.
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{paths, run};

/// Runs it; its verdict is ours.
pub fn run(args: &[String]) -> Result<ExitCode> {
    run::build_server(false)?;
    let status = command(args).status().context("cannot start the player of scenarios")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The player, about to run.
pub fn command(args: &[String]) -> Command {
    let mut command = Command::new(paths::target().join("debug/golden"));
    command.current_dir(paths::root());
    if args.first().is_none_or(|first| first.starts_with('-') && first != "--help") {
        command.arg("replay");
    }
    command.args(args);
    command
}
