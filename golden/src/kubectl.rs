//! Real kubectl as a child process.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    time::timeout,
};

use crate::{idle::Idle, scenario::Line};

/// Longest that one command may take, real time.
const LONGEST: Duration = Duration::from_secs(90);
/// Longest until a watch stands, or has printed what it saw, real time.
const SETTLES: Duration = Duration::from_secs(5);

/// Where kubectl is and what it talks to.
#[derive(Clone, Debug)]
pub struct Kubectl {
    /// The program.
    pub binary: PathBuf,
    /// The file that lets it in.
    pub kubeconfig: PathBuf,
    /// A home of its own: caches and settings.
    pub home: PathBuf,
}

/// What a command said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Exit code; -1: it had to be ended.
    pub exit: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Kubectl {
    /// Runs a line to its end.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub async fn run(&self, line: &Line) -> Result<Said> {
        self.finish(self.spawn(line)?, line).await
    }

    /// Waits for the end of a line that was started.
    ///
    /// # Errors
    /// When its output cannot be read.
    pub async fn finish(&self, mut child: Child, line: &Line) -> Result<Said> {
        if let Some(mut stdin) = child.stdin.take() {
            // It may end without reading.
            let _ = stdin.write_all(line.stdin.as_deref().unwrap_or_default().as_bytes()).await;
        }
        match timeout(LONGEST, child.wait_with_output()).await {
            Ok(output) => Ok(said(output?)),
            Err(_) => Ok(Said { exit: -1, stderr: format!("did not end in {LONGEST:?}"), ..Said::default() }),
        }
    }

    /// Starts a line.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(&self, line: &Line) -> Result<Child> {
        let mut command = Command::new(&self.binary);
        // It names itself by it, in the managers of fields.
        #[cfg(unix)]
        command.arg0("kubectl");
        command
            .args(&line.args)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &self.home)
            .env("NO_PROXY", "*")
            .envs(line.env.iter().cloned())
            .current_dir(&self.home)
            .stdin(if line.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().with_context(|| format!("cannot start {}", self.binary.display()))
    }
}

/// Gives a line that goes on time to see, and say, all that there is.
pub async fn settled(child: &Child) {
    Idle::new(child.id()).settled(SETTLES).await;
}

/// Ends a line that goes on, and gives what it said.
///
/// # Errors
/// When its output cannot be read.
pub async fn stop(child: Child) -> Result<Said> {
    settled(&child).await;
    if let Some(id) = child.id() {
        let _ = Command::new("kill").args(["-INT", &id.to_string()]).status().await;
    }
    Ok(said(child.wait_with_output().await?))
}

fn said(output: std::process::Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said {
        exit: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

/// A folder to be somebody's home, removed at the end.
pub struct Home(PathBuf);

impl Home {
    /// A new one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("pilothouse-golden-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
