//! A fresh cluster of ours as the reference's was: three nodes, an administrator, kubectl with a home of its own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use sandbox::clock::Time;
use server::alone::{Alone, Flow, Options, default_world};

use crate::kubectl::{Home, Kubectl};

/// Nodes of the reference.
const NODES: u32 = 3;
/// How far the cluster's clock is behind the real one: no client may see times in its future.
const BEHIND_MS: i64 = 3_600_000;

/// A cluster with its kubectl.
pub struct Stand {
    /// The cluster.
    pub alone: Alone,
    /// kubectl, let in.
    pub kubectl: Kubectl,
    _home: Home,
}

impl Stand {
    /// A new one; `binary` is the kubectl that is let in.
    ///
    /// # Errors
    /// When it cannot be served, or its kubeconfig not written.
    pub async fn new(name: &str, binary: &Path) -> Result<Self> {
        let home = Home::new(name)?;
        let kubeconfig = home.path().join("kubeconfig");
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let alone = Alone::start(Options {
            world: default_world(NODES),
            seed: 1,
            epoch: Time(now_ms - BEHIND_MS),
            flow: Flow::Still,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            kubeconfig: Some(kubeconfig.clone()),
        })
        .await?;
        let kubectl = Kubectl { binary: binary.to_owned(), kubeconfig, home: home.path().to_owned() };
        Ok(Self { alone, kubectl, _home: home })
    }
}
