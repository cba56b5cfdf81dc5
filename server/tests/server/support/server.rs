//! The built server as a process of its own.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Instant,
};

use super::{Answer, PATIENCE, Running, ask, http::connect};

pub use server::secret::id as secret;

/// The repository, where lessons and the built site lie.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program, without what the surroundings would tell it.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilothouse"));
    command
        .current_dir(root())
        .env_remove("DATABASE_URL")
        .env_remove("LEPTOS_SITE_ROOT")
        .env("RUST_LOG", "error");
    command
}

/// The server on free ports.
pub struct Server {
    pub address: String,
    process: Running,
}

impl Server {
    /// Serves from a data folder; SQLite lies there too.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// As [`Server::start`], with variables of the environment.
    pub fn start_with(data: &Path, env: &[(&str, &str)]) -> Self {
        let mut command = binary();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data"])
            .arg(data);
        command.envs(env.iter().copied()).stdout(Stdio::piped());
        let mut process = Running(command.spawn().unwrap());
        let lines = lines_of(process.0.stdout.take().unwrap());
        let line = wait_for(&lines, "the server's address", |line| line.contains("listening on http://"));
        let address = line.rsplit("http://").next().unwrap().trim().to_owned();
        Self { address, process }
    }

    /// SIGKILL: nothing is saved any more.
    pub fn kill(mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(connect(&self.address), &self.address, (method, path), headers, body)
    }
}

/// Reads lines in a thread of their own, so that waiting for one can end.
pub fn lines_of(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line that will do.
pub fn wait_for(lines: &mpsc::Receiver<String>, what: &str, will_do: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + PATIENCE;
    let mut passed = Vec::new();
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) if will_do(&line) => return line,
            Ok(line) => passed.push(line),
            Err(e) => panic!("waited for {what}, {e}; there came {passed:#?}"),
        }
    }
}
