//! A fresh cluster of ours as the reference's was: three nodes, an administrator, kubectl with a home of its own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use sandbox::clock::Time;
use server::alone::{ADMIN, Alone, Flow, Options, default_world};

use crate::{
    gate::Gate,
    kubectl::{Home, Kubectl},
    timeline::AGE_MS,
};

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
    /// What its requests pass.
    pub gate: Gate,
    _home: Home,
}

/// The moment of creation of a cluster whose scenario will begin `began_ms` after the beginning of a minute.
pub fn epoch(began_ms: i64) -> Time {
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
    Time(now_ms - now_ms % 60_000 - BEHIND_MS + began_ms - AGE_MS)
}

impl Stand {
    /// A new one, made at `epoch`; `binary` is the kubectl that is let in.
    ///
    /// # Errors
    /// When it cannot be served, or its kubeconfig not written.
    pub async fn new(name: &str, binary: &Path, epoch: Time) -> Result<Self> {
        let home = Home::new(name)?;
        let kubeconfig = home.path().join("kubeconfig");
        let gate = Gate::default();
        let options = Options {
            world: default_world(NODES),
            seed: 1,
            epoch,
            flow: Flow::Still,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            kubeconfig: Some(kubeconfig.clone()),
        };
        let alone = Alone::start_behind(options, |router| gate.before(router)).await?;
        let text = std::fs::read_to_string(&kubeconfig)?;
        std::fs::write(&kubeconfig, as_kubeadm_names(&text))?;
        let kubectl = Kubectl { binary: binary.to_owned(), kubeconfig, home: home.path().to_owned() };
        Ok(Self { alone, kubectl, gate, _home: home })
    }
}

/// A kubeconfig's names are its writer's choice, not the cluster's: here they are those of the reference's.
fn as_kubeadm_names(kubeconfig: &str) -> String {
    let context = format!("{ADMIN}@kubernetes");
    let in_contexts = |text: &str| text.replace("- name: pilothouse", &format!("- name: {context}"));
    let (clusters, contexts) = kubeconfig.split_once("contexts:\n").unwrap_or((kubeconfig, ""));
    let contexts = in_contexts(contexts).replace("cluster: pilothouse", "cluster: kubernetes");
    let contexts = contexts.replace("current-context: pilothouse", &format!("current-context: {context}"));
    // kubeadm names no namespace.
    let contexts = contexts.replace("    namespace: default\n", "");
    clusters.replace("- name: pilothouse", "- name: kubernetes") + "contexts:\n" + &contexts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kubeadms() {
        let ours = "clusters:\n- name: pilothouse\nusers:\n- name: x\ncontexts:\n- name: pilothouse\n  context:\n    \
            cluster: pilothouse\n    user: x\n    namespace: default\ncurrent-context: pilothouse\n";
        let theirs = "clusters:\n- name: kubernetes\nusers:\n- name: x\ncontexts:\n- name: kubernetes-admin@kubernetes\n  \
            context:\n    cluster: kubernetes\n    user: x\ncurrent-context: kubernetes-admin@kubernetes\n";
        assert_eq!(as_kubeadm_names(ours), theirs);
    }
}
