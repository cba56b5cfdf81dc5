//! The command line of `pilothouse`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use sandbox::clock::Time;
use wire::people::Role;

use crate::{
    alone::{Flow, Options, default_world, read_world_file},
    backup::{BackupArgs, RestoreArgs},
    play::check::Format,
};

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
    /// Serve one cluster alone, in memory, until Ctrl-C: an instant Kubernetes to learn or test against.
    Cluster(ClusterArgs),
    /// What graders do: attempts, their checks, and judging them again. Works while a server runs on the same database.
    Grade(GradeArgs),
    /// People: accounts, roles, new passwords. Works while a server runs on the same database.
    User(UserArgs),
    /// Write a copy of the database into a file, while the server runs or not.
    Backup(BackupArgs),
    /// Give an empty database what a backup holds; of SQLite or of PostgreSQL, into either.
    Restore(RestoreArgs),
    /// Tools for authors of lessons.
    Lessons {
        /// Which tool.
        #[command(subcommand)]
        command: LessonsCommand,
    },
}

/// Flags of `grade`.
#[derive(Clone, Debug, Args)]
pub struct GradeArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GradeCommand,
    /// Folder of the database, where DATABASE_URL does not name another.
    #[arg(long, value_name = "DIR", default_value = "data", global = true)]
    pub data: PathBuf,
    /// Folder with the lessons [default: lessons/content, here or beside the program]
    #[arg(long, value_name = "DIR", global = true)]
    pub lessons: Option<PathBuf>,
}

/// What graders do.
#[derive(Clone, Debug, Subcommand)]
pub enum GradeCommand {
    /// Print the attempts of a class, a line of JSON each, in the forms of /api/v1.
    Export {
        /// The class's code.
        #[arg(long)]
        class: String,
        /// Only of this lesson.
        #[arg(long, default_value = "")]
        lesson: String,
    },
    /// Print one attempt: its checks with what decided them, and the judgements.
    Show {
        /// Its id: the sandbox's id, a dot, the run's number.
        attempt: String,
    },
    /// Replay stored attempts against the checks as they are now, and print which verdicts change.
    Rejudge {
        /// The lesson.
        #[arg(long)]
        lesson: String,
        /// Only this experiment.
        #[arg(long)]
        experiment: Option<String>,
        /// Only attempts in which something was done since this day (2026-11-28) or moment (RFC 3339).
        #[arg(long, default_value = "1970-01-01")]
        since: String,
        /// Write the changed verdicts; without it nothing is written.
        #[arg(long)]
        write: bool,
    },
}

/// Flags of `user`.
#[derive(Clone, Debug, Args)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
    /// Folder of the database, where DATABASE_URL does not name another.
    #[arg(long, value_name = "DIR", default_value = "data", global = true)]
    pub data: PathBuf,
    /// Address at which people reach the server; links begin with it.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000", global = true)]
    pub url: String,
}

/// What to do with people.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; prints a link at which its owner chooses a password, once, within seven days.
    Add {
        /// Name.
        name: String,
        /// learner, grader, instructor or admin.
        #[arg(long, default_value = "learner")]
        role: Role,
    },
    /// Change what somebody may do; ends their sessions.
    Role {
        /// Name.
        name: String,
        /// learner, grader, instructor or admin.
        role: Role,
    },
    /// Print a link at which an account's owner chooses a new password, once, within seven days; ends their sessions.
    Reset {
        /// Name.
        name: String,
    },
    /// List all accounts.
    List,
}

/// Tools for authors of lessons.
#[derive(Debug, Subcommand)]
pub enum LessonsCommand {
    /// Check every lesson in a folder: texts, worlds, and that each experiment can be passed.
    Check {
        /// Folder with lessons, or one lesson [default: lessons/content, here or beside the program]
        dir: Option<PathBuf>,
        /// How findings are printed.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Let warnings fail the check, too: a translation that is missing or older than its original.
        #[arg(long)]
        strict: bool,
    },
    /// Make a lesson with one small experiment that passes the check as it is.
    New {
        /// Its number and topic, e.g. 30-volumes.
        name: String,
        /// Folder with lessons [default: lessons/content, here or beside the program]
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Serve lessons on a free port while you write them, without keeping anything. Pages follow the files.
    Preview {
        /// Folder with lessons, or one lesson [default: lessons/content, here or beside the program]
        dir: Option<PathBuf>,
    },
}

/// Flags of `serve`. The environment counts too: DATABASE_URL (sqlite: or postgres:), LEPTOS_SITE_ROOT, RUST_LOG.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Address of the web pages; port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Address for kubectl (HTTPS); port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:3443")]
    pub kube_listen: SocketAddr,
    /// Folder for the database and the certificates.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Folder with the lessons [default: lessons/content, here or beside the program]
    #[arg(long, value_name = "DIR")]
    pub lessons: Option<PathBuf>,
}

/// Flags of `cluster`.
#[derive(Clone, Debug, Args)]
pub struct ClusterArgs {
    /// Nodes of the default world: 4 CPU, 8 Gi and 110 pods each.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub nodes: u32,
    /// A world of your own instead: a YAML file of machines, images, traffic and any Kubernetes objects.
    #[arg(long, value_name = "FILE", conflicts_with = "nodes")]
    pub world: Option<PathBuf>,
    /// Where it is served (HTTPS); port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where its kubeconfig is written, over what is there; left out: into a new temporary folder, removed at the end.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Seed of all randomness: the same seed and the same requests give the same names and uids.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Virtual seconds a real second: 1, 5, 20, 60; or `free`: each write runs on until only periodic work is left.
    #[arg(long, default_value = "1", value_name = "SPEED")]
    pub speed: Flow,
}

impl ClusterArgs {
    /// What these flags ask for.
    ///
    /// # Errors
    /// A world file that cannot be read.
    pub fn options(self) -> anyhow::Result<Options> {
        let world = match &self.world {
            Some(file) => read_world_file(file)?,
            None => default_world(self.nodes),
        };
        Ok(Options {
            world,
            seed: self.seed,
            epoch: Time(jiff::Timestamp::now().as_millisecond()),
            flow: self.speed,
            listen: self.listen,
            kubeconfig: self.kubeconfig,
        })
    }
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
        for (args, good) in [
            (["check", "x"].as_slice(), true),
            (&["check", "--format", "sarif", "--strict"], true),
            (&["check", "--format", "xml"], false),
            (&["new", "30-volumes", "--dir", "x"], true),
            (&["new"], false),
            (&["preview", "x"], true),
        ] {
            let all = ["pilothouse", "lessons"].iter().chain(args);
            assert_eq!(Cli::try_parse_from(all).is_ok(), good, "{args:?}");
        }
        for (args, good) in [
            (["--speed", "free"].as_slice(), true),
            (&["--speed", "x20"], true),
            (&["--speed", "7"], false),
            (&["--nodes", "5", "--seed", "9"], true),
            (&["--nodes", "0"], false),
            (&["--nodes", "2", "--world", "w.yaml"], false),
        ] {
            let all = ["pilothouse", "cluster"].iter().chain(args);
            assert_eq!(Cli::try_parse_from(all).is_ok(), good, "{args:?}");
        }
    }
}
