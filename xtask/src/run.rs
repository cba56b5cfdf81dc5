//! `cargo xtask build` and `cargo xtask run`.
use std::{process::Command, time::Instant};

use anyhow::{Context, Result};

use crate::{
    browser,
    cargo::{ALL, cargo, profile},
    paths::{root, server, site},
    sh,
};

/// Builds the browser side and the server.
pub fn build(release: bool) -> Result<()> {
    let start = Instant::now();
    eprintln!("[1/2] the browser side{}", if release { ", optimised" } else { "" });
    browser::build(release)?;
    eprintln!("[2/2] the server");
    build_server(release)?;
    eprintln!("Built in {:.1} s.", start.elapsed().as_secs_f32());
    Ok(())
}

/// Builds the server alone.
pub fn build_server(release: bool) -> Result<()> {
    sh::run(&mut cargo(&[&["build"], &ALL, profile(release)]))
}

/// The built server with its environment; without arguments of its own it serves.
pub fn command(release: bool, args: &[String]) -> Command {
    let args = args.strip_prefix(&["--".to_owned()]).unwrap_or(args);
    // not `cargo run -p server`: another selection of features builds everything again
    let mut command = Command::new(server(release));
    command.current_dir(root()).env("LEPTOS_SITE_ROOT", site());
    // options belong to `serve`; a word is another of the server's own commands
    if args.first().is_none_or(|first| first.starts_with('-')) {
        command.arg("serve");
    }
    command.args(args);
    command
}

/// Builds everything and becomes the server.
pub fn run(release: bool, args: &[String]) -> Result<()> {
    build(release)?;
    let mut command = command(release, args);
    sh::say(&command);
    become_it(&mut command)
}

/// Replaces this process, so that every signal reaches the server itself.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let why = command.exec();
    Err(why).with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<()> {
    let status = command.status().context("cannot start the server")?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn arguments_reach_the_server() {
        let check = |given: &[&str], want: &[&str]| {
            let given: Vec<String> = given.iter().map(|s| s.to_string()).collect();
            let command = super::command(false, &given);
            assert_eq!(command.get_args().collect::<Vec<_>>(), want, "{given:?}");
        };
        check(&[], &["serve"]);
        check(&["--listen", "127.0.0.1:4000"], &["serve", "--listen", "127.0.0.1:4000"]);
        check(&["--", "--help"], &["serve", "--help"]);
        check(&["lessons", "check"], &["lessons", "check"]);
    }
}
