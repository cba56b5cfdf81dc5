//! `pilothouse cluster`: one cluster alone, without pages, accounts or a database: an instant Kubernetes to learn or
//! test against. It lives in memory and goes with the process.

mod home;
mod world;

use std::{io::Write, net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result, bail};
use axum::Router;
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Attendance, Live, Opened, Speed},
    user::User,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    kube_api::{self, Certs, Kubeconfig, TlsListener},
    secret,
    serve::asked_to_stop,
    web::closed,
};

pub use world::{default_world, read_world_file};

/// Whom the kubeconfig lets in: a real cluster's first administrator, as kubeadm names it.
pub const ADMIN: &str = "kubernetes-admin";

/// That user, as its certificate would let it in.
pub fn admin() -> User {
    User::admin(ADMIN).known_by(format!("X509SHA256={}", secret::hash(ADMIN)))
}

/// How a cluster alone is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is in it from the start.
    pub world: Vec<sandbox::object::Object>,
    /// Seed of all randomness.
    pub seed: u64,
    /// The moment of creation.
    pub epoch: Time,
    /// How its time flows.
    pub flow: Flow,
    /// Where it is served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the kubeconfig is written; `None`: a new folder among the temporary files.
    pub kubeconfig: Option<PathBuf>,
}

/// How time flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// At a multiple of real time.
    Paced(Speed),
    /// Each write runs on until only periodic work is left, and then time flows at ×1.
    Free,
    /// Only when somebody moves it.
    Still,
}

impl std::str::FromStr for Flow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "free" {
            return Ok(Self::Free);
        }
        let speed = text.trim_start_matches(['x', '×']).parse().ok().and_then(Speed::new);
        speed.map(Self::Paced).ok_or_else(|| "expected 1, 5, 20, 60 or free".to_owned())
    }
}

/// A cluster that is served.
pub struct Alone {
    /// The cluster.
    pub live: Live,
    /// The file that lets clients in.
    pub kubeconfig: PathBuf,
    /// Where it is served.
    pub addr: SocketAddr,
    /// The authority that its clients trust, PEM.
    pub ca_pem: String,
    /// What the administrator shows.
    pub token: String,
    close: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    /// A folder of our own making goes with the cluster.
    _home: home::Home,
    _attendance: Option<Attendance>,
}

impl Alone {
    /// Makes the cluster, serves it, and writes its kubeconfig.
    ///
    /// # Errors
    /// A world that the API refuses, an address that is taken, a file that cannot be written.
    pub async fn start(options: Options) -> Result<Self> {
        Self::start_behind(options, |router| router).await
    }

    /// As [`Alone::start`], with something before the API that sees its requests.
    ///
    /// # Errors
    /// As [`Alone::start`].
    pub async fn start_behind(options: Options, front: impl FnOnce(Router) -> Router) -> Result<Self> {
        let home = home::Home::new(options.kubeconfig)?;
        let tcp = TcpListener::bind(options.listen).await.with_context(|| {
            format!("cannot listen on {}: choose another address with --listen", options.listen)
        })?;
        let addr = tcp.local_addr()?;
        let live = open(options.world, options.seed, options.epoch, options.flow)?;
        let certs = Certs::fresh(addr.ip())?;
        let token = secret::token();
        let (close, closing) = watch::channel(false);
        let router = front(kube_api::alone(live.clone(), admin(), token.clone(), closing.clone()));
        let tls = TlsListener::new(tcp, certs.server_config()?)?;
        let server = axum::serve(tls, router).with_graceful_shutdown(closed(closing));
        let server = tokio::spawn(server.into_future());
        let text =
            Kubeconfig { ca_pem: &certs.ca_pem, addr, host: None, path: "", user: ADMIN, token: &token };
        home.write(&text.to_string())?;
        let attendance = (options.flow != Flow::Still).then(|| live.attend());
        Ok(Self {
            live,
            kubeconfig: home.kubeconfig().to_owned(),
            addr,
            ca_pem: certs.ca_pem,
            token,
            close,
            server,
            _home: home,
            _attendance: attendance,
        })
    }

    /// Ends its watches and its listener.
    pub async fn stop(self) {
        self.close.send_replace(true);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(3), self.server).await;
    }
}

fn open(world: Vec<sandbox::object::Object>, seed: u64, epoch: Time, flow: Flow) -> Result<Live> {
    let speed = match flow {
        Flow::Paced(speed) => speed,
        Flow::Free | Flow::Still => Speed::default(),
    };
    let world = if flow == Flow::Free { world::unlimited(world) } else { world };
    let config = Config { seed, epoch, world };
    let ours = sandbox::resources::TABLE.iter().filter(|d| d.is_ours());
    let opened = Opened {
        config,
        entries: Vec::new(),
        now: epoch,
        speed,
        paused: flow == Flow::Still,
        may_write: ours.map(|d| d.plural.to_owned()).collect(),
    };
    let live = Live::open(opened, std::sync::Arc::new(())).context("the world is not accepted")?;
    live.let_history_go();
    live.set_free(flow == Flow::Free);
    Ok(live)
}

/// What is told once where the cluster's clock is not the clock of kubectl's machine.
fn clock_warning(flow: Flow) -> Option<&'static str> {
    (flow != Flow::Paced(Speed::default())).then_some(
        "warning: at this --speed the cluster's clock leaves yours behind. Ages that kubectl counts by your clock (describe, events) are \
         wrong, or <invalid>: read those of `kubectl get`, which the cluster counts. What time it is there says the Date header of \
         an answer: kubectl get --raw /version -v=8",
    )
}

/// Serves a cluster until SIGTERM or SIGINT. The path of the kubeconfig is the last line on stdout, once it answers.
///
/// # Errors
/// As [`Alone::start`].
pub async fn run(options: Options) -> Result<()> {
    if options.world.is_empty() {
        bail!("the world is empty: give it a Machine, or leave --world out");
    }
    let warning = clock_warning(options.flow);
    let alone = Alone::start(options).await?;
    if let Some(warning) = warning {
        writeln!(std::io::stderr(), "{warning}")?;
    }
    {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "serving a cluster on https://{}; Ctrl-C ends it. Use it with: kubectl --kubeconfig",
            alone.addr
        )?;
        writeln!(out, "{}", alone.kubeconfig.display())?;
        out.flush()?;
    }
    asked_to_stop().await?;
    alone.stop().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_clock_leaves_kubectls_behind_is_warned() {
        for (flow, warned) in [("1", false), ("x1", false), ("5", true), ("free", true)] {
            assert_eq!(clock_warning(flow.parse().unwrap()).is_some(), warned, "{flow}");
        }
    }
}
