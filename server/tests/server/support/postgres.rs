//! A PostgreSQL of its own in a folder of its own, on a socket that nobody else has. Where none is installed it says so.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::Folder;

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A database server that ends with its owner.
pub struct Postgres {
    folder: Folder,
    programs: PathBuf,
    user: Option<&'static str>,
}

impl Postgres {
    /// Starts one; `None` where it is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed (Debian: `apt-get install postgresql`)");
            return None;
        };
        let postgres = Self { folder: Folder::new(), programs, user: other_user() };
        if let Some(user) = postgres.user {
            done(Command::new("chown").arg(user).arg(&postgres.folder.0));
        }
        done(postgres.program("initdb").args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-sync",
            "-D",
            "data",
        ]));
        let options =
            format!("-c listen_addresses='' -c fsync=off -c unix_socket_directories={}", postgres.socket());
        done(postgres.program("pg_ctl").args(["-D", "data", "-l", "log", "-w", "-o", &options, "start"]));
        Some(postgres)
    }

    /// The URL of a new database.
    pub fn database(&self, name: &str) -> String {
        done(self.program("createdb").args(["-h", self.socket(), "-U", "postgres", name]));
        format!("postgres://postgres@localhost/{name}?host={}", self.socket())
    }

    fn socket(&self) -> &str {
        self.folder.0.to_str().unwrap()
    }

    /// One of its programs, as somebody whom PostgreSQL obeys: it does not run as root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={user}"), "--clear-groups", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(&self.folder.0);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = quiet(self.program("pg_ctl").args(["-D", "data", "-m", "immediate", "-w", "stop"])).status();
    }
}

/// The folder of `initdb`: of the PATH, else of Debian's newest version.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let versions =
        fs::read_dir(DEBIAN).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let mut all: Vec<PathBuf> = versions.collect();
    all.sort_by_key(|dir| version(dir));
    all.extend(env::split_paths(&path));
    all.into_iter().rev().find(|dir| ["initdb", "pg_ctl", "createdb"].iter().all(|p| dir.join(p).is_file()))
}

fn version(bin: &Path) -> u32 {
    bin.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}

/// Root becomes somebody else; others stay who they are.
fn other_user() -> Option<&'static str> {
    let id = |args: &[&str]| {
        let output = Command::new("id").args(args).stderr(Stdio::null()).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id(&["-u"]).as_deref() != Some("0") {
        return None;
    }
    ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some())
}

fn done(command: &mut Command) {
    let status = quiet(command).status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {status:?}");
}

/// Nothing may hold on to the streams of the test: the server outlives `pg_ctl start`.
fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}
