//! What can run short on a node: its memory, and its disk, which the kubelet calls by names of its own. Models the default hard
//! thresholds (`--eviction-hard`) on a node whose images and containers share one file system, and the node conditions that
//! follow from them.
//! Omits: process ids, inodes, file systems apart, soft thresholds, `--eviction-minimum-reclaim` (by default nothing).

use std::ops::{Add, Sub};

use crate::usage::Line;

/// `memory.available<100Mi`.
const MEMORY_MIN: u64 = 100 << 20;
/// `imagefs.available<15%`, as Go holds it; where there is one file system it is met before `nodefs.available<10%`.
const DISK_MIN: f32 = 0.15;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Memory.
    Memory,
    /// The disk.
    Disk,
}

/// For each [`Signal`]: does its node condition hold?
pub type Pressed = [bool; 2];

impl Signal {
    /// Both, in the order in which they are seen to, each at its own place.
    pub const ALL: [Signal; 2] = [Signal::Memory, Signal::Disk];

    /// The resource that pods ask for.
    pub fn resource(self) -> &'static str {
        ["memory", "ephemeral-storage"][self as usize]
    }

    /// The node condition.
    pub fn condition(self) -> &'static str {
        ["MemoryPressure", "DiskPressure"][self as usize]
    }

    /// The event of the node when that begins or ends to hold.
    pub fn event(self, pressed: bool) -> &'static str {
        match (self, pressed) {
            (Signal::Memory, true) => "NodeHasInsufficientMemory",
            (Signal::Memory, false) => "NodeHasSufficientMemory",
            (Signal::Disk, true) => "NodeHasDiskPressure",
            (Signal::Disk, false) => "NodeHasNoDiskPressure",
        }
    }

    /// With less than this available it is scarce.
    pub fn threshold(self, capacity: u64) -> u64 {
        match self {
            Signal::Memory => MEMORY_MIN,
            Signal::Disk => (capacity as f64 * f64::from(DISK_MIN)) as u64,
        }
    }
}

/// What somebody has of a machine, over time, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burden {
    /// Memory.
    pub memory: Line,
    /// Disk.
    pub disk: Line,
}

impl Burden {
    /// Of one of the two.
    pub fn of(&self, signal: Signal) -> Line {
        [self.memory, self.disk][signal as usize]
    }
}

impl Add for Burden {
    type Output = Burden;
    fn add(self, other: Burden) -> Burden {
        Burden { memory: self.memory + other.memory, disk: self.disk + other.disk }
    }
}

impl Sub for Burden {
    type Output = Burden;
    fn sub(self, other: Burden) -> Burden {
        Burden { memory: self.memory - other.memory, disk: self.disk - other.disk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `GetThresholdQuantity` (pkg/kubelet/eviction/api/types.go): the percentage is a float32.
    #[test]
    fn thresholds_are_those_of_the_documentation() {
        for (signal, capacity, expect) in [
            (Signal::Memory, 3 << 30, 100 << 20),
            (Signal::Disk, 100, 15),
            (Signal::Disk, 102_687_672 << 10, 15_772_827_045),
        ] {
            assert_eq!(signal.threshold(capacity), expect, "{signal:?} {capacity}");
        }
    }
}
