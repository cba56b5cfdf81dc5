//! What is done to a cluster, and when. Pods are spoken of by a number, so that leaving acts out leaves the others sensible.

use std::fmt;

use sandbox::{json::Json, rng::Stream};
use serde::{Deserialize, Serialize};

use super::{
    compose,
    workloads::job,
    world::{BAD, GOOD, ZONES, one_of},
};

/// One thing done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Act {
    /// Virtual time since the cluster's creation.
    pub at_ms: i64,
    pub what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum What {
    Power { node: String, on: bool },
    Network { node: String, on: bool },
    Disk { node: String, slow: bool },
    Capacity { node: String, cpu: u64, memory_gi: u64 },
    Zone { node: String, zone: String },
    Cordon { node: String, on: bool },
    Taint { node: String, effect: String, on: bool },
    Drain { node: String },
    DeleteNode { node: String },
    Kill { pod: u64, signal: String },
    DeletePod { pod: u64, grace_s: Option<u64> },
    Evict { pod: u64 },
    Release { pod: u64 },
    Hold { pod: u64, on: bool },
    BarePod { n: u64, cpu_millis: u64, host_port: bool, class: String },
    Scale { deployment: u64, replicas: u64 },
    Image { deployment: u64, image: String },
    Restart { deployment: u64 },
    Delete { deployment: u64, policy: String },
    ScaleSet { replicas: u64 },
    ImageOfSet { image: String },
    Partition { partition: u64 },
    DeleteClaim { n: u64 },
    ImageOfDaemons { image: String },
    Job { n: u64, spec: Json },
    DeleteJob { n: u64 },
    SuspendJob { n: u64, on: bool },
    SuspendCron { on: bool },
    Traffic { rate: u64 },
    Compose { args: String },
    ComposeFile { services: Json },
    EndTeam,
}

impl Act {
    /// One act somewhere in `ms_max`.
    pub fn drawn(nodes: &[String], ms_max: i64, rng: &mut Stream) -> Self {
        Self { at_ms: rng.below(ms_max as u64) as i64, what: What::drawn(nodes, rng) }
    }
}

impl What {
    fn drawn(nodes: &[String], rng: &mut Stream) -> Self {
        match rng.below(6) {
            0 | 1 => Self::of_node(nodes[rng.below(nodes.len() as u64) as usize].clone(), rng),
            2 | 3 => Self::of_pod(rng),
            4 => Self::of_deployment(rng.next_u64() >> 32, rng),
            _ => Self::of_others(rng),
        }
    }

    fn of_node(node: String, rng: &mut Stream) -> Self {
        let on = rng.below(2) == 0;
        match rng.below(13) {
            0..=2 => Self::Power { node, on },
            3 | 4 => Self::Network { node, on },
            5 => Self::Cordon { node, on },
            6 => Self::Taint { node, effect: one_of(&["NoSchedule", "NoExecute"], rng), on },
            7 | 8 => Self::Drain { node },
            9 => Self::Disk { node, slow: !on },
            10 => Self::Capacity { node, cpu: 1 + rng.below(4), memory_gi: 1 + rng.below(6) },
            11 => Self::Zone { node, zone: one_of(&ZONES, rng) },
            _ => Self::DeleteNode { node },
        }
    }

    fn of_pod(rng: &mut Stream) -> Self {
        let (pod, on) = (rng.next_u64() >> 32, rng.below(2) == 0);
        match rng.below(11) {
            0 | 1 => Self::Kill { pod, signal: one_of(&["SIGKILL", "SIGTERM"], rng) },
            2 | 3 => Self::DeletePod { pod, grace_s: (rng.below(3) == 0).then(|| rng.below(3)) },
            4 | 5 => Self::Evict { pod },
            6 => Self::Release { pod },
            7 => Self::Hold { pod, on },
            _ => Self::BarePod {
                n: rng.below(4),
                cpu_millis: 100 * rng.below(30),
                host_port: rng.below(3) == 0,
                class: one_of(&["", "", "", "urgent", "polite"], rng),
            },
        }
    }

    fn of_deployment(deployment: u64, rng: &mut Stream) -> Self {
        match rng.below(7) {
            0 | 1 => Self::Scale { deployment, replicas: rng.below(9) },
            2..=4 => Self::Image { deployment, image: image(rng) },
            5 => Self::Restart { deployment },
            _ => Self::Delete { deployment, policy: one_of(&["Foreground", "Background", "Orphan"], rng) },
        }
    }

    fn of_others(rng: &mut Stream) -> Self {
        let on = rng.below(2) == 0;
        match rng.below(19) {
            0 | 1 => Self::ScaleSet { replicas: rng.below(5) },
            2 | 3 => Self::ImageOfSet { image: image(rng) },
            4 => Self::Partition { partition: rng.below(4) },
            5 => Self::DeleteClaim { n: rng.below(4) },
            6 | 7 => Self::ImageOfDaemons { image: image(rng) },
            8 | 9 => Self::Job { n: rng.below(3), spec: job("work", rng) },
            10 => Self::DeleteJob { n: rng.below(3) },
            11 => Self::SuspendJob { n: rng.below(3), on },
            12 => Self::SuspendCron { on },
            13 => Self::Traffic { rate: rng.below(400) },
            14..=16 => Self::Compose { args: compose::command(rng) },
            17 => Self::ComposeFile { services: compose::services(rng) },
            _ => Self::EndTeam,
        }
    }
}

fn image(rng: &mut Stream) -> String {
    if rng.below(3) == 0 { one_of(&BAD, rng) } else { one_of(&GOOD, rng) }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.1} s  {:?}", self.at_ms as f64 / 1000.0, self.what)
    }
}
