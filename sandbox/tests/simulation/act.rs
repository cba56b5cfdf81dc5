//! What is done to a cluster, and when. Pods are spoken of by a number, so that leaving acts out leaves the others sensible.

use std::fmt;

use sandbox::{json::Json, rng::Stream};

use super::{
    workloads::job,
    world::{BAD, GOOD, World},
};

/// One thing done.
#[derive(Clone, Debug)]
pub struct Act {
    /// Virtual time since the cluster's creation.
    pub at_ms: i64,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Power { node: String, on: bool },
    Network { node: String, on: bool },
    Cordon { node: String, on: bool },
    Taint { node: String, effect: &'static str, on: bool },
    Kill { pod: u64, signal: &'static str },
    DeletePod { pod: u64, grace_s: Option<u64> },
    Evict { pod: u64 },
    Scale { deployment: u64, replicas: u64 },
    ScaleSet { replicas: u64 },
    Image { deployment: u64, image: &'static str },
    Restart { deployment: u64 },
    Delete { deployment: u64, policy: &'static str },
    BarePod { n: u64, cpu_millis: u64, host_port: bool, urgent: bool },
    Drain { node: String },
    DeleteNode { node: String },
    Release { pod: u64 },
    Traffic { rate: u64 },
    Job { n: u64, spec: Json },
    DeleteJob { n: u64 },
    SuspendCron { on: bool },
    DeleteClaim { n: u64 },
    EndTeam,
}

impl Act {
    /// One act somewhere in `ms_max`.
    pub fn drawn(world: &World, ms_max: i64, rng: &mut Stream) -> Self {
        Self { at_ms: rng.below(ms_max as u64) as i64, what: What::drawn(world, rng) }
    }
}

impl What {
    fn drawn(world: &World, rng: &mut Stream) -> Self {
        let node = world.nodes[rng.below(world.nodes.len() as u64) as usize].clone();
        let (pod, deployment, on) = (rng.next_u64() >> 32, rng.next_u64() >> 32, rng.below(2) == 0);
        match rng.below(28) {
            0..=2 => Self::Power { node, on },
            3 => Self::Network { node, on },
            4 => Self::Cordon { node, on },
            5 => Self::Taint { node, effect: ["NoSchedule", "NoExecute"][rng.below(2) as usize], on },
            6 | 7 => Self::Kill { pod, signal: ["SIGKILL", "SIGTERM"][rng.below(2) as usize] },
            8 | 9 => Self::DeletePod { pod, grace_s: (rng.below(3) == 0).then(|| rng.below(3)) },
            10 | 11 => Self::Evict { pod },
            12 => Self::Scale { deployment, replicas: rng.below(9) },
            13 => Self::ScaleSet { replicas: rng.below(5) },
            14 => Self::Image { deployment, image: image(rng) },
            15 => Self::Restart { deployment },
            16 if rng.below(3) == 0 => Self::Delete {
                deployment,
                policy: ["Foreground", "Background", "Orphan"][rng.below(3) as usize],
            },
            16..=18 => Self::BarePod {
                n: rng.below(4),
                cpu_millis: 100 * rng.below(30),
                host_port: rng.below(3) == 0,
                urgent: rng.below(3) == 0,
            },
            19 | 20 => Self::Drain { node },
            21 if rng.below(3) == 0 => Self::DeleteNode { node },
            21 | 22 => Self::Release { pod },
            23 => Self::Traffic { rate: rng.below(400) },
            24 => Self::Job { n: rng.below(3), spec: job("work", rng) },
            25 => Self::DeleteJob { n: rng.below(3) },
            26 if rng.below(6) == 0 => Self::EndTeam,
            26 => Self::SuspendCron { on },
            _ => Self::DeleteClaim { n: rng.below(4) },
        }
    }
}

fn image(rng: &mut Stream) -> &'static str {
    if rng.below(3) == 0 { BAD[rng.below(3) as usize] } else { GOOD[rng.below(3) as usize] }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.1} s  {:?}", self.at_ms as f64 / 1000.0, self.what)
    }
}
