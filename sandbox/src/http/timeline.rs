//! What Kubernetes' API has no word for: when a revision was written, by whom, because of what.

use super::live::Live;
use crate::{
    clock::Time,
    cluster::Cluster,
    origin::Origin,
    resources::{self, Resource},
};

/// A revision, without its object (that comes from a watch, as for any client).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordInfo {
    /// The revision.
    pub revision: u64,
    /// When.
    pub at: Time,
    /// What kind of object was written.
    pub resource: Resource,
    /// Who, because of what.
    pub origin: Origin,
}

impl Live {
    /// Records after `revision`, oldest first; empty if some are compacted (then list anew). Whoever asks has read what came before:
    /// until then history stays from the beginning, afterwards it leaves with age.
    pub fn records_since(&self, revision: u64) -> Vec<RecordInfo> {
        let mut state = self.state();
        state.cluster.keep_history_after(Some(revision));
        let Ok(records) = state.cluster.api().store().since(revision) else { return Vec::new() };
        records
            .map(|r| RecordInfo {
                revision: r.revision,
                at: r.at,
                resource: r.resource,
                origin: r.origin.clone(),
            })
            .collect()
    }
}

impl Live {
    /// Nobody reads this cluster's history by [`Live::records_since`]: it leaves with age.
    pub fn let_history_go(&self) {
        self.state().cluster.keep_history_after(None);
    }
}

/// Was anything but heartbeats written after `revision`?
pub(super) fn shows(cluster: &Cluster, revision: u64) -> bool {
    cluster.api().store().since(revision).is_ok_and(|mut records| {
        records.any(|r| r.resource != resources::LEASE && r.resource != resources::TRAFFIC)
    })
}
