//! Watch streams: JSON lines, sent as the cluster moves. A stream that is never read holds one cursor, no queue.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use http_body::Frame;
use tokio::{sync::watch::Receiver, time::Instant};

use super::{live::Live, service::BoxError};
use crate::api::watch::Watch;

/// Longest a watch stays open where the client names no `timeoutSeconds`, as the API server's own default.
const TIMEOUT_MAX: Duration = Duration::from_secs(3600);

struct Open {
    live: Live,
    watch: Watch,
    changes: Receiver<u64>,
    until: Instant,
    ended: bool,
}

/// The body of a watch.
pub(super) fn stream(live: Live, watch: Watch) -> impl Stream<Item = Result<Frame<Bytes>, BoxError>> {
    let timeout = watch.timeout_s().map_or(TIMEOUT_MAX, |s| Duration::from_secs(s).min(TIMEOUT_MAX));
    let open = Open { changes: live.changes(), live, watch, until: Instant::now() + timeout, ended: false };
    stream::unfold(open, |mut open| async move {
        if open.ended {
            return None;
        }
        loop {
            open.changes.mark_unchanged();
            let polled = open.watch.poll(open.live.state().cluster.api());
            let lines = match polled {
                Ok(lines) => lines.concat(),
                Err(last) => {
                    open.ended = true;
                    last
                }
            };
            if !lines.is_empty() {
                return Some((Ok(Frame::data(Bytes::from(lines))), open));
            }
            if open.ended {
                return None;
            }
            tokio::select! {
                changed = open.changes.changed() => changed.ok()?,
                () = tokio::time::sleep_until(open.until) => return None,
            }
        }
    })
}
