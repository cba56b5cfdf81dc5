//! What a container writes to the disk of its machine: its log and its writable layer, which grow until it ends. From its Image;
//! others write nothing to speak of. Models what the kubelet counts as a container's ephemeral storage.
//! Omits: rotation of logs (five files of 10 Mi each), files that are deleted again, what is left of a container that has ended.

use super::{Line, Load, MI};
use crate::{clock::Time, json::Json};

/// What stands on a node's disk beside images and what pods write, in bytes: the operating system.
pub const SYSTEM_DISK: u64 = 4 << 30;

/// How much an image writes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    at_start: u64,
    per_minute: u64,
    per_request: u64,
}

impl Writes {
    /// Of an Image's spec; `None` where it says nothing of that.
    pub fn of(spec: &Json) -> Option<Self> {
        let bytes = |field: &str| {
            let said = spec[field].float().filter(|n| n.is_finite() && *n >= 0.0);
            said.map_or(0, |n| (n * MI).round() as u64)
        };
        let all = Self {
            at_start: bytes("writeMi"),
            per_minute: bytes("writeMiPerMinute"),
            per_request: bytes("writeMiPerRequest"),
        };
        (all != Self::default()).then_some(all)
    }
}

/// What a process has written over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    writes: Writes,
    line: Line,
}

impl Written {
    /// By a process that starts at `since` and answers nobody yet.
    pub fn new(writes: Writes, since: Time) -> Self {
        Self { writes, line: Line::flat(writes.at_start) }.changed(Load::default(), since)
    }

    /// From `now` on it answers so many requests.
    #[must_use]
    pub fn changed(self, load: Load, now: Time) -> Self {
        let Writes { per_minute, per_request, .. } = self.writes;
        let more = Line::rising(now, per_minute, per_request, load.rate_milli);
        Self { line: self.line.held(now) + more, ..self }
    }

    /// Over time, if the load stays as it is.
    pub fn line(&self) -> Line {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn what_is_written_stays_and_more_comes() {
        let said = json!({"writeMi": 10, "writeMiPerMinute": 60, "writeMiPerRequest": 0.5});
        let mut written = Written::new(Writes::of(&said).unwrap(), Time(1000));
        let mi = |w: &Written, s: i64| w.line().at(Time(s * 1000)) >> 20;
        assert_eq!([1, 2, 11].map(|s| mi(&written, s)), [10, 11, 20]);
        written = written.changed(Load { rate_milli: 4000, open_micro: 0 }, Time(11_000));
        assert_eq!([11, 21].map(|s| mi(&written, s)), [20, 50], "1 Mi a second, and 2 for four requests");
        assert_eq!(Writes::of(&json!({"memoryMi": 3, "writeMi": -1})), None);
    }
}
