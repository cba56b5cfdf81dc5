//! The whole state as bytes: what "byte for byte" means, and its hash.

use std::fmt::Write;

use super::Cluster;
use crate::rng::fnv64;

impl Cluster {
    /// Every object, the waiting work, the clock and the random streams, as text; equal texts are equal states.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "now {} revision {}", self.now().0, self.api.store().revision());
        for (resource, object) in self.api.store().all() {
            let _ = writeln!(out, "{} {}", self.api.def(resource).qualified(), object.0);
        }
        for (time, work, because) in self.queue.waiting() {
            let _ = writeln!(out, "{} {work:?} {because:?}", time.0);
        }
        for (name, state) in self.api.rng.states() {
            let _ = writeln!(out, "{name} {state:016x}");
        }
        let _ = writeln!(out, "{:?}", self.api.metrics());
        let parts = (&self.controllers, &self.scheduler, &self.kubelets, &self.network, &self.machines);
        let _ = writeln!(out, "{parts:?} {:?} {:?}", self.limits, self.api.heard);
        let _ = writeln!(out, "{:?} {:?}", self.programs, self.api.all_printed());
        out
    }

    /// FNV-1a of [`Cluster::dump`]: kept with journals to notice a replay that differs.
    pub fn state_hash(&self) -> u64 {
        fnv64(self.dump().as_bytes())
    }
}
