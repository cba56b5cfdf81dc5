//! The journal's hook into a live cluster: entries go to the database before they are applied.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use sandbox::{
    clock::Time,
    http::{Entry, NotRecorded, Recorder},
};
use wire::lesson::Acted;

use crate::storage::{NewEntry, SandboxRow, Storage, StorageError};

/// Version of the engine that wrote an entry: a replay by another one may differ.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes the entries of one run.
pub struct Journal {
    storage: Storage,
    sandbox: String,
    run: i64,
    epoch: Time,
    fencing_epoch: i64,
    seq: AtomicI64,
    refused: AtomicI64,
    behind: AtomicBool,
    act: Mutex<Option<Expected>>,
}

/// An act whose command runs.
#[derive(Clone, Debug)]
struct Expected {
    act: Acted,
    /// An entry was written since.
    written: bool,
}

/// How far a journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Entries written.
    pub written: i64,
    /// Entries that could not be written since the sandbox was opened.
    pub refused: i64,
}

impl Journal {
    /// Goes on after the last of `entries`. `fencing_epoch` is what was given when this process took the sandbox.
    pub fn new(storage: Storage, row: &SandboxRow, entries: usize, fencing_epoch: i64) -> Self {
        Self {
            storage,
            sandbox: row.id.clone(),
            run: row.run,
            epoch: Time(row.epoch_unix_ms),
            fencing_epoch,
            seq: AtomicI64::new(entries as i64),
            refused: AtomicI64::new(0),
            behind: AtomicBool::new(false),
            act: Mutex::new(None),
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress { written: self.seq.load(Ordering::Relaxed), refused: self.refused.load(Ordering::Relaxed) }
    }

    /// Has somebody else written to it? Then the cluster in memory is not what is kept.
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// The next entry begins an act.
    pub fn expect_act(&self, act: &Acted) {
        *self.act() = Some(Expected { act: act.clone(), written: false });
    }

    /// No further entry belongs to it; true if none did.
    pub fn end_act(&self, act: &Acted) -> bool {
        self.act().take_if(|expected| expected.act == *act).is_some_and(|expected| !expected.written)
    }

    fn act(&self) -> std::sync::MutexGuard<'_, Option<Expected>> {
        self.act.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn append(&self, entry: &Entry) -> Result<(), NotRecorded> {
        let request = serde_json::to_string(&entry.request).map_err(|e| NotRecorded(e.to_string()))?;
        let act = self.act().clone().map(|expected| expected.act);
        let new = NewEntry {
            sandbox: &self.sandbox,
            run: self.run,
            seq: self.seq.load(Ordering::Relaxed) + 1,
            at_ms: entry.at.since_ms(self.epoch),
            request_json: &request,
            engine_version: ENGINE_VERSION,
            fencing_epoch: self.fencing_epoch,
            act: act.as_ref().map(|a| (a.id.as_str(), a.at_ms)),
        };
        self.storage.append_entry(new).await.map_err(|e| {
            if matches!(e, StorageError::Fenced) {
                self.behind.store(true, Ordering::Relaxed);
            }
            NotRecorded(e.to_string())
        })?;
        if let Some(expected) = self.act().as_mut().filter(|expected| Some(&expected.act) == act.as_ref()) {
            expected.written = true;
        }
        Ok(())
    }
}

impl Recorder for Journal {
    fn record<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>> {
        Box::pin(async move {
            let kept = self.append(entry).await;
            let count = if kept.is_ok() { &self.seq } else { &self.refused };
            count.fetch_add(1, Ordering::Relaxed);
            kept
        })
    }
}
