//! Logs that are followed: a piece whenever the container has printed something, until it ends.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use http_body::Frame;
use tokio::sync::watch::Receiver;

use super::{live::Live, metrics::OpenWatch, service::BoxError};
use crate::{api::log::Log, clock::Time};

/// Between two looks: what a container prints is no change of the cluster.
const BEAT: Duration = Duration::from_millis(100);

struct Open {
    live: Live,
    log: Log,
    changes: Receiver<u64>,
    /// The moment of the last look.
    seen: Option<Time>,
    _counted: OpenWatch,
}

impl Open {
    fn poll(&mut self) -> String {
        let now = self.live.clock().now;
        if self.seen.replace(now) == Some(now) && !self.changes.has_changed().unwrap_or(true) {
            return String::new();
        }
        self.changes.mark_unchanged();
        self.log.poll(self.live.state().cluster.api(), now)
    }
}

/// The body of a followed log.
pub(super) fn stream(
    live: Live,
    log: Log,
    counted: OpenWatch,
) -> impl Stream<Item = Result<Frame<Bytes>, BoxError>> {
    let open = Open { changes: live.changes(), live, log, seen: None, _counted: counted };
    stream::unfold(open, |mut open| async move {
        while open.log.is_open() {
            let text = open.poll();
            if !text.is_empty() {
                return Some((Ok(Frame::data(Bytes::from(text))), open));
            }
            if open.log.is_open() {
                // A change, or the end of the cluster, or some time.
                let _ = tokio::time::timeout(BEAT, open.changes.changed()).await;
            }
        }
        None
    })
}
