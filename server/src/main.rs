//! `pilothouse`: the server, and the tools for authors.

use std::{io::IsTerminal, process::ExitCode};

use anyhow::Result;
use clap::Parser;
use server::{
    alone, backup,
    cli::{Cli, Command, LessonsCommand},
    config::{self, Config},
    grade, new_lesson, play, preview, serve, user,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // An author wants to hear of lessons, not of requests.
    let usual = match &cli.command {
        Some(Command::Lessons { .. }) => "warn,server::play::courses=info",
        _ => "info,sqlx=warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr).init();
    match run(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("pilothouse: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// Did all go well?
fn run(cli: Cli) -> Result<bool> {
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve(cli.serve)) {
            Command::Serve(args) => serve::serve(Config::new(args)).await.map(|()| true),
            Command::Cluster(args) => alone::run(args.options()?).await.map(|()| true),
            Command::Grade(args) => grade::run(args).await.map(|()| true),
            Command::User(args) => user::run(args).await.map(|()| true),
            Command::Backup(args) => backup::back_up(args).await.map(|()| true),
            Command::Restore(args) => backup::restore(args).await.map(|()| true),
            Command::Lessons { command } => lessons(command).await,
        }
    });
    // what still runs after the time to go down is not waited for
    runtime.shutdown_background();
    done
}

async fn lessons(command: LessonsCommand) -> Result<bool> {
    match command {
        LessonsCommand::Check { dir, format, strict } => {
            play::check::run(&config::lessons_dir(dir), format, strict).await
        }
        LessonsCommand::New { name, dir } => new_lesson::run(&config::lessons_dir(dir), &name).map(|()| true),
        LessonsCommand::Preview { dir } => preview::run(config::lessons_dir(dir)).await.map(|()| true),
    }
}
