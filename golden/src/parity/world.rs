//! One of the two equal clusters, and how a command line runs in it while its time stands, and moves where the line waits.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use kubectl::{Captured, Config, Kubectl, Sink};
use sandbox::{clock::Time, http::Live};
use server::alone::admin;

use super::host::Folder;
use crate::{
    gate::Answering,
    idle::{BEAT, Idle},
    kubectl::Said,
    scenario::Line,
    stand::Stand,
};

/// The moment at which every cluster is made, so that recorded answers hold on any day: 2026-01-01.
const EPOCH: Time = Time(1_767_225_600_000);
/// How old a cluster is at the first line: its nodes are ready.
const AGE_MS: i64 = 60_000;
/// How far time goes on at once for a line that waits.
const TICK_MS: i64 = 1000;
/// Longest that a line may wait, virtual time.
const LONGEST_MS: i64 = 120_000;
/// Longest that it may wait after that, by the machine's clock.
const REST_MAX: Duration = Duration::from_secs(15);
/// A line of ours waits if nothing could be done in so many pauses of this length.
const PAUSES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(4);

/// A cluster with both kubectls.
pub struct World {
    stand: Stand,
    ours: Kubectl,
    answering: Answering,
}

impl World {
    /// A fresh one; `name` is its own, `kubectl` the real one's file.
    ///
    /// # Errors
    /// When it cannot be served.
    pub async fn new(name: &str, kubectl: &Path) -> Result<Self> {
        let stand = Stand::new(name, kubectl, EPOCH).await?;
        let live = &stand.alone.live;
        live.advance_to(EPOCH.plus_ms(AGE_MS)).await;
        let file = &stand.kubectl.kubeconfig;
        let kubeconfig = serde_saphyr::from_str(&std::fs::read_to_string(file)?)?;
        // As the real one, it counts ages from the machine's clock.
        let answering = Answering::default();
        let ours = Kubectl::new(client(live, answering.clone()))
            .config(Config::new(&file.to_string_lossy(), kubeconfig))
            .clock(Arc::new(jiff::Timestamp::now));
        Ok(Self { stand, ours, answering })
    }

    /// Virtual milliseconds since its creation.
    pub fn now_ms(&self) -> i64 {
        self.stand.alone.live.clock().now.since_ms(EPOCH)
    }

    /// Moves there, unless that is past.
    pub async fn to(&self, ms: i64) {
        self.stand.alone.live.advance_to(EPOCH.plus_ms(ms)).await;
    }

    /// The folder in which lines run.
    pub fn home(&self) -> &Path {
        &self.stand.kubectl.home
    }

    /// Ends its servers.
    pub async fn stop(self) {
        self.stand.alone.stop().await;
    }

    async fn tick(&self, left_ms: &mut i64) {
        let tick = TICK_MS.min(*left_ms);
        *left_ms -= tick;
        self.to(self.now_ms() + tick).await;
    }

    /// Runs a line with our kubectl, to its end, or for so much virtual time.
    pub async fn ours(&self, line: &Line, for_ms: Option<i64>) -> Said {
        let editor =
            line.env.iter().rev().find(|(name, _)| name == "KUBE_EDITOR").map(|(_, value)| value.clone());
        let host = Folder { home: self.home().to_owned(), editor };
        let ours = self.ours.clone().host(Arc::new(host));
        let mut out = Captured::default();
        let mut left_ms = for_ms.unwrap_or(LONGEST_MS);
        let ended = {
            let run = ours.run(&line.args, line.stdin.as_deref(), &mut out);
            tokio::pin!(run);
            loop {
                tokio::select! {
                    biased;
                    code = &mut run => break Some(code),
                    () = quiet(&self.answering) => {}
                }
                if left_ms <= 0 {
                    // what waits by the machine's own clock, as kubectl does, gets the time that kubectl gets
                    let rest = if for_ms.is_some() { Duration::ZERO } else { REST_MAX };
                    break tokio::time::timeout(rest, &mut run).await.ok();
                }
                self.tick(&mut left_ms).await;
            }
        };
        if ended.is_none() && for_ms.is_none() {
            out.stderr(&format!("did not end in {LONGEST_MS} virtual ms\n"));
        }
        let exit = ended.unwrap_or(if for_ms.is_some() { 0 } else { -1 });
        Said { exit, stdout: out.stdout, stderr: out.stderr }
    }

    /// Runs a line with the real one.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn real(&self, line: &Line, for_ms: Option<i64>) -> Result<Said> {
        let kubectl = &self.stand.kubectl;
        let child = kubectl.spawn(line)?;
        let pid = child.id();
        let work = kubectl.finish(child, line);
        tokio::pin!(work);
        let mut left_ms = for_ms.unwrap_or(LONGEST_MS);
        let mut stopped = false;
        loop {
            tokio::select! {
                biased;
                said = &mut work => {
                    let said = said.context("cannot read what kubectl says")?;
                    return Ok(if stopped { Said { exit: 0, ..said } } else { said });
                }
                () = waits(pid, left_ms == for_ms.unwrap_or(LONGEST_MS), self.stand.gate.answering()) => {}
            }
            if left_ms > 0 {
                self.tick(&mut left_ms).await;
            } else if for_ms.is_some() && !stopped {
                stopped = true;
                interrupt(pid).await;
            }
        }
    }
}

/// A client whose requests are counted while they are answered.
fn client(live: &Live, answering: Answering) -> kube::Client {
    let inside = server::kube_api::client(live, admin());
    let counted = tower::service_fn(move |request: http::Request<kube::client::Body>| {
        let (inside, answering) = (inside.clone(), answering.clone());
        async move { answering.count(inside.send(request)).await }
    });
    kube::Client::new(counted, "default")
}

/// Comes to its end when whatever runs on this thread waits.
async fn quiet(answering: &Answering) {
    let (mut paused, mut before) = (0, None);
    while paused < PAUSES {
        tokio::time::sleep(PAUSE).await;
        let rests = answering.rests();
        paused = if rests.is_some() && rests == before { paused + 1 } else { 0 };
        before = rests;
    }
}

/// Comes to its end when the process waits; at first it may still be reading its files.
async fn waits(pid: Option<u32>, at_first: bool, answering: &Answering) {
    let mut idle = Idle::new(pid);
    if at_first {
        idle.settled(Duration::from_secs(5)).await;
    }
    while !idle.look() || answering.rests().is_none() {
        tokio::time::sleep(BEAT).await;
    }
}

async fn interrupt(pid: Option<u32>) {
    if let Some(pid) = pid {
        let _ = tokio::process::Command::new("kill").args(["-INT", &pid.to_string()]).status().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_console_completes() {
        let world = World::new("completes", Path::new("kubectl")).await.unwrap();
        for (line, from, expect) in [
            ("kubectl ge", 8, "get"),
            ("k rollout st", 10, "status"),
            ("k get daemonset", 6, "daemonsets"),
            ("k get po,daemonset", 9, "daemonsets"),
            ("k get st", 6, "statefulsets"),
            ("k get --show-l", 6, "--show-labels"),
            ("k get pods -n kube-s", 14, "kube-system"),
            ("k get pods --namespace=kube-s", 23, "kube-system"),
            ("k get pods -o ya", 14, "yaml"),
            ("k drain node-1 no", 15, "node-2"),
            ("k describe no/node-3", 14, "node-3"),
            ("k config use-context kube", 21, "kubernetes-admin@kubernetes"),
            ("ls; k explain depl", 14, "deployments"),
        ] {
            let found = world.ours.complete(line, line.len()).await;
            assert!(found.iter().any(|c| c.from == from && c.text == expect), "{line}: {found:?}");
        }
        for line in
            ["kubectl get pods nosuch", "docker p", "k get pods | grep ", "k delete node node-1 node-1x"]
        {
            assert_eq!(world.ours.complete(line, line.len()).await, [], "{line}");
        }
        world.stop().await;
    }
}
