//! The journal's hook into a live cluster: entries go to the database before they are applied.

use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicI64, Ordering},
};

use sandbox::{
    clock::Time,
    http::{Entry, NotRecorded, Recorder},
};

use crate::storage::Storage;

/// Version of the engine that wrote an entry: a replay by another one may differ.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes the entries of one run.
pub struct Journal {
    /// The database.
    pub storage: Storage,
    /// The sandbox's id.
    pub sandbox: String,
    /// Number of the run, from 1.
    pub run: i64,
    /// Creation of the run: moments are kept as ms since then.
    pub epoch: Time,
    /// What was given when this process took the sandbox.
    pub fencing_epoch: i64,
    /// Number of the last entry written.
    pub seq: AtomicI64,
}

impl Recorder for Journal {
    fn record<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> Pin<Box<dyn Future<Output = Result<(), NotRecorded>> + Send + 'a>> {
        Box::pin(async move {
            let request = serde_json::to_string(&entry.request).map_err(|e| NotRecorded(e.to_string()))?;
            let seq = self.seq.load(Ordering::Relaxed) + 1;
            self.storage
                .append_entry(
                    &self.sandbox,
                    self.run,
                    seq,
                    entry.at.since_ms(self.epoch),
                    &request,
                    ENGINE_VERSION,
                    self.fencing_epoch,
                )
                .await
                .map_err(|e| NotRecorded(e.to_string()))?;
            self.seq.store(seq, Ordering::Relaxed);
            Ok(())
        })
    }
}
