//! `cargo xtask golden`: builds the player of scenarios and hands it the arguments; `replay` where they name no command.
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{
    cargo::{ALL, cargo, profile},
    paths, run, sh,
};

/// Runs it; its verdict is ours.
pub fn run(args: &[String]) -> Result<ExitCode> {
    run::build_server(false)?;
    let status = command(args).status().context("cannot start the player of scenarios")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Our kubectl's lines against the real one's. Of the whole selection only the player is built.
pub fn parity(args: &[String]) -> Result<ExitCode> {
    sh::run(&mut cargo(&[&["build"], &ALL, profile(false), &["--bin", "golden"]]))?;
    let args: Vec<String> = std::iter::once("parity".to_owned()).chain(args.iter().cloned()).collect();
    let status = command(&args).status().context("cannot start the player of lines")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The player, about to run.
pub fn command(args: &[String]) -> Command {
    let mut command = Command::new(paths::target().join("debug/golden"));
    command.current_dir(paths::root());
    if !names_command(args) {
        command.arg("replay");
    }
    command.args(args);
    command
}

fn names_command(args: &[String]) -> bool {
    args.first()
        .is_some_and(|first| matches!(first.as_str(), "record" | "replay" | "parity" | "help" | "--help"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_command_is_replayed() {
        for (line, named) in [
            ("", false),
            ("03 --show", false),
            ("--update", false),
            ("replay 03", true),
            ("record --kubeconfig x", true),
            ("parity --show", true),
            ("help", true),
            ("--help", true),
        ] {
            let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(names_command(&args), named, "{line}");
        }
    }
}
