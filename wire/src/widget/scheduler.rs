//! Pods that somebody places by hand, and what the scheduler makes of the same pods.

use serde::{Deserialize, Serialize};

/// The field of the moves: a digit each, 0 to wait.
pub const MOVES: &str = "moves";

/// The game before it is played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduler {
    /// The pods, in the order in which they come.
    pub orders: Vec<Order>,
    /// Said at the end, as sanitised HTML.
    pub closing_html: String,
}

/// A pod that comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name.
    pub name: String,
    /// What it asks for, in thousandths of a core.
    pub cpu_milli: i64,
    /// What it asks for, in MiB.
    pub memory_mi: i64,
    /// The taint that it tolerates, `key=value`.
    pub tolerates: Option<String>,
}

/// A game as far as it was played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// The nodes, in order.
    pub nodes: Vec<GameNode>,
    /// Where the pods that have come are: places of nodes; `None`: left waiting.
    pub placed: Vec<Option<usize>>,
    /// What the scheduler thinks of each node for the pod whose turn it is; empty at the end.
    pub seen: Vec<Seen>,
    /// What the scheduler says of the last move, where it cannot be.
    pub refused: Option<String>,
    /// Both placements, at the end.
    pub ended: Option<Ended>,
}

/// A node of the game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameNode {
    /// Its name.
    pub name: String,
    /// What pods may ask for in all, in thousandths of a core.
    pub cpu_milli: i64,
    /// What pods may ask for in all, in MiB.
    pub memory_mi: i64,
    /// Its taint, `key=value`.
    pub taint: Option<String>,
}

/// What the scheduler thinks of a node for a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Why not, in its words; empty where the pod would do there.
    pub reasons: Vec<String>,
    /// Thousandths of a core that are missing.
    pub short_cpu_milli: i64,
    /// MiB that are missing.
    pub short_memory_mi: i64,
}

/// Both placements of all pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// By hand.
    pub mine: Placement,
    /// By the scheduler.
    pub scheduler: Placement,
}

/// Where all pods are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Places of nodes; `None`: on none.
    pub nodes: Vec<Option<usize>>,
    /// How alike CPU and memory of the nodes are asked for, 0 to 100.
    pub balance: u32,
    /// What the scheduler says of the first pod that is on no node.
    pub why: Option<String>,
}
