//! The command line of `pilothouse`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// A web course on Kubernetes: steer a live mini cluster.
#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of `serve`, which need no subcommand.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the course (the default).
    Serve(ServeArgs),
    /// Tools for authors of lessons.
    Lessons {
        /// Which tool.
        #[command(subcommand)]
        command: LessonsCommand,
    },
}

/// Tools for authors of lessons.
#[derive(Debug, Subcommand)]
pub enum LessonsCommand {
    /// Check every lesson in a folder: texts, worlds, and that each experiment can be passed.
    Check {
        /// Folder with lessons.
        dir: PathBuf,
    },
}

/// Flags of `serve`. The environment counts too: DATABASE_URL (sqlite: or postgres:), LEPTOS_SITE_ROOT, RUST_LOG.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Address of the web pages; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Address for kubectl (HTTPS); port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:3443")]
    pub kube_listen: SocketAddr,
    /// Folder for the database and the certificates.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// Folder with the lessons.
    #[arg(long, default_value = "lessons/content")]
    pub lessons: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn serve_is_the_default() {
        Cli::command().debug_assert();
        let listen = |args: &[&str]| match Cli::try_parse_from(args).unwrap() {
            Cli { command: Some(Command::Serve(args)), .. } | Cli { command: None, serve: args } => {
                args.listen.port()
            }
            other => panic!("{other:?}"),
        };
        for (args, port) in [
            (["pilothouse"].as_slice(), 3000),
            (&["pilothouse", "serve"], 3000),
            (&["pilothouse", "--listen", "127.0.0.1:0"], 0),
            (&["pilothouse", "serve", "--listen", "[::1]:8080"], 8080),
        ] {
            assert_eq!(listen(args), port, "{args:?}");
        }
        assert!(Cli::try_parse_from(["pilothouse", "--listen", "nowhere"]).is_err());
        assert!(Cli::try_parse_from(["pilothouse", "lessons", "check", "x"]).is_ok());
    }
}
