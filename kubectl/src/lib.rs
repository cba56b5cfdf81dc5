//! kubectl's command line over any `kube::Client`: the words, the tables and the exit codes of kubectl 1.33.
//!
//! Models kubectl's commands as seen from outside (arguments in; stdout, stderr and exit code out).
//! Omits: files of kubeconfig, port-forward, cp, proxy, debug, plugins and templates of Go.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod commands;
mod complete;
mod config;
mod describe;
mod discovery;
mod duration;
mod fail;
mod flags;
mod follow;
pub mod host;
mod http;
mod manifest;
mod names;
mod output;
mod patch;
mod pods;
mod remote;
mod select;
mod selector;
mod verb;
mod words;

use std::sync::{Arc, Mutex};

pub use complete::Candidate;
pub use config::Config;
pub use goyaml::document as yaml;
pub use output::unified::hunks;
pub use words::{Line, split};

/// Where the output goes, piece by piece, as kubectl writes it.
pub trait Sink {
    /// A piece of standard output.
    fn stdout(&mut self, text: &str);
    /// A piece of standard error.
    fn stderr(&mut self, text: &str);
}

/// The whole output of a command, kept in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Sink for Captured {
    fn stdout(&mut self, text: &str) {
        self.stdout.push_str(text);
    }

    fn stderr(&mut self, text: &str) {
        self.stderr.push_str(text);
    }
}

/// The current time as the cluster sees it, for ages and timestamps.
pub type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// kubectl, bound to one cluster.
#[derive(Clone)]
pub struct Kubectl {
    client: kube::Client,
    config: Config,
    wait_for_deletion: bool,
    clock: Option<Clock>,
    host: Arc<dyn host::Host>,
    cache: Arc<Mutex<Option<Arc<discovery::Catalog>>>>,
}

impl Kubectl {
    /// kubectl over this client; its default namespace is the context's.
    pub fn new(client: kube::Client) -> Self {
        let config = Config::of_namespace(client.default_namespace());
        Self {
            client,
            config,
            wait_for_deletion: true,
            clock: None,
            host: Arc::new(host::Files::default()),
            cache: Arc::default(),
        }
    }

    /// The namespace of the current context, used where `-n` is not given.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.config = Config::of_namespace(&namespace.into());
        self
    }

    /// The kubeconfig that `config` shows and changes, in place of one with a single context.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Whether `delete` waits for the objects to be gone where the line has no `--wait`: true in kubectl.
    /// Say false where the cluster's time may stand still.
    #[must_use]
    pub fn wait_for_deletion(mut self, wait: bool) -> Self {
        self.wait_for_deletion = wait;
        self
    }

    /// The clock that ages are counted from. Without one it is the `Date` header of the newest response.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The files that `-f` and `--from-file` read, and the editor of `edit`. Without it there are none.
    #[must_use]
    pub fn host(mut self, host: Arc<dyn host::Host>) -> Self {
        self.host = host;
        self
    }

    /// Runs one command: `argv` with or without the leading `kubectl`, `stdin` for `-f -`.
    /// Gives kubectl's exit code. A watch runs until the server ends it or the caller drops the future.
    pub async fn run(&self, argv: &[String], stdin: Option<&str>, out: &mut (dyn Sink + Send)) -> i32 {
        let argv = match argv {
            [first, rest @ ..] if first == "kubectl" || first == "k" => rest,
            all => all,
        };
        let mut cx = http::Cx::new(self, stdin, out);
        match verb::dispatch(&mut cx, argv).await {
            Ok(()) => 0,
            Err(fail) => {
                let text = fail.to_string();
                if !text.is_empty() {
                    cx.err(&format!("{}\n", text.strip_suffix('\n').unwrap_or(&text)));
                }
                fail.code()
            }
        }
    }

    /// Splits a console line (see [`split`]) and runs it; a here-document is its standard input.
    pub async fn run_line(&self, line: &str, out: &mut (dyn Sink + Send)) -> i32 {
        match split(line) {
            Ok(Line { argv, stdin }) => self.run(&argv, stdin.as_deref(), out).await,
            Err(problem) => {
                out.stderr(&format!("error: {problem}\n"));
                1
            }
        }
    }
}
