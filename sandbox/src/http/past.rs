//! Snapshots that a cluster leaves on its way, so that a look back replays minutes, not hours. Pure.

use super::record::Entry;
use crate::{clock::Time, cluster::Cluster};

/// Snapshots kept. They share with the cluster, and with each other, all objects that are the same.
const KEPT_MAX: usize = 16;
/// Virtual ms from one to the next, at first. Where there are too many, every other one goes and this doubles.
const SPACING_MS: i64 = 120_000;

/// A cluster as it was after all work due until its moment and so many entries of the journal.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) cluster: Cluster,
    pub(super) entries: usize,
}

impl Snapshot {
    fn of(cluster: &Cluster, entries: usize) -> Self {
        let mut cluster = cluster.clone();
        cluster.forget();
        Self { cluster, entries }
    }
}

/// A copy of a cluster on its way from a snapshot to a past moment.
pub(super) struct Replay {
    pub(super) cluster: Cluster,
    entries: usize,
    spacing_ms: i64,
    next: Time,
    /// What it has left on its way.
    pub(super) left: Vec<Snapshot>,
}

impl Replay {
    /// How much of the journal is done.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// Goes on to an entry of the journal, and does it.
    pub(super) fn redo(&mut self, entry: &Entry) {
        self.advance_to(entry.at);
        self.cluster.handle(&entry.request);
        self.entries += 1;
    }

    /// Goes on to a moment.
    pub(super) fn advance_to(&mut self, time: Time) {
        while self.next <= time {
            self.cluster.advance_to(self.next);
            self.left.push(Snapshot::of(&self.cluster, self.entries));
            self.next = self.next.plus_ms(self.spacing_ms);
        }
        self.cluster.advance_to(time);
    }
}

/// From the cluster's creation on, in order.
#[derive(Debug)]
pub(super) struct Snapshots {
    kept: Vec<Snapshot>,
    spacing_ms: i64,
}

impl Snapshots {
    /// Begins with a cluster as it was created.
    pub(super) fn new(created: &Cluster) -> Self {
        let mut snapshots = Self { kept: Vec::new(), spacing_ms: SPACING_MS };
        snapshots.keep(created, 0);
        snapshots
    }

    /// The moment of the next snapshot, if that comes before the cluster stands at `until`.
    pub(super) fn due_by(&self, until: Time) -> Option<Time> {
        let due = self.kept.last()?.cluster.now().plus_ms(self.spacing_ms);
        (due <= until).then_some(due)
    }

    /// Keeps a copy of the cluster, which has come as far as `entries` of its journal.
    pub(super) fn keep(&mut self, cluster: &Cluster, entries: usize) {
        self.add(Snapshot::of(cluster, entries));
    }

    /// Nobody looks: all but the first go. A look back then replays from there, and leaves snapshots on its way.
    pub(super) fn let_go(&mut self) {
        self.kept.truncate(1);
        self.kept.shrink_to_fit();
    }

    /// Takes one in, wherever it stands.
    pub(super) fn add(&mut self, snapshot: Snapshot) {
        let at = snapshot.cluster.now();
        let place = self.kept.partition_point(|s| s.cluster.now() <= at);
        self.kept.insert(place, snapshot);
        if self.kept.len() > KEPT_MAX {
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.spacing_ms *= 2;
        }
    }

    /// The way to a past moment begins at the last snapshot before it.
    pub(super) fn replay(&self, time: Time) -> Replay {
        let Snapshot { cluster, entries } = self.before(time);
        let next = cluster.now().plus_ms(self.spacing_ms);
        Replay {
            cluster: cluster.clone(),
            entries: *entries,
            spacing_ms: self.spacing_ms,
            next,
            left: Vec::new(),
        }
    }

    /// The last one not after `time`; for a time before the creation the first.
    fn before(&self, time: Time) -> &Snapshot {
        let after = self.kept.partition_point(|s| s.cluster.now() <= time);
        &self.kept[after.saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Config;

    #[test]
    fn snapshots_thin_out_and_stay_in_order() {
        let config = Config { seed: 1, epoch: Time(0), world: Vec::new() };
        let mut cluster = Cluster::new(config).unwrap();
        let mut snapshots = Snapshots::new(&cluster);
        let end = Time(SPACING_MS * 100);
        while let Some(at) = snapshots.due_by(end) {
            cluster.advance_to(at);
            snapshots.keep(&cluster, at.0 as usize);
            assert!(snapshots.kept.len() <= KEPT_MAX);
        }
        assert_eq!(snapshots.spacing_ms, SPACING_MS * 8);
        for (time, expect) in
            [(-1, 0), (0, 0), (SPACING_MS * 8 - 1, 0), (SPACING_MS * 8, 8), (SPACING_MS * 99, 96)]
        {
            let found = snapshots.before(Time(time));
            assert_eq!(
                (found.cluster.now().0, found.entries as i64),
                (SPACING_MS * expect, SPACING_MS * expect)
            );
        }
    }
}
