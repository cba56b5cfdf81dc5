//! Watch streams: JSON lines, sent as the cluster moves. A stream that is never read holds one cursor, no queue.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use http_body::Frame;
use tokio::{sync::watch::Receiver, time::Instant};

use super::{live::Live, metrics::OpenWatch, service::BoxError};
use crate::api::watch::Watch;

/// Longest a watch stays open where the client names no `timeoutSeconds`, as the API server's own default.
const TIMEOUT_MAX: Duration = Duration::from_secs(3600);
/// How often a watch that takes bookmarks gets one, and how long before its end it gets the last. Models `nextBookmarkTime`
/// of the API server's watch cache.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);

struct Open {
    live: Live,
    watch: Watch,
    changes: Receiver<u64>,
    until: Instant,
    bookmark_at: Option<Instant>,
    ended: bool,
    _counted: OpenWatch,
}

impl Open {
    /// When the next bookmark is due after this moment.
    fn next_bookmark(&self, now: Instant) -> Option<Instant> {
        let last = self.until.checked_sub(BOOKMARK_BEFORE_END);
        [Some(now + BOOKMARK_EVERY), last].into_iter().flatten().min().filter(|at| *at > now)
    }
}

/// The body of a watch.
pub(super) fn stream(
    live: Live,
    watch: Watch,
    counted: OpenWatch,
) -> impl Stream<Item = Result<Frame<Bytes>, BoxError>> {
    let timeout = watch.timeout_s().map_or(TIMEOUT_MAX, |s| Duration::from_secs(s).min(TIMEOUT_MAX));
    let now = Instant::now();
    let mut open = Open {
        changes: live.changes(),
        _counted: counted,
        live,
        watch,
        until: now + timeout,
        bookmark_at: None,
        ended: false,
    };
    open.bookmark_at = open.next_bookmark(now).filter(|_| open.watch.bookmarks);
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
            let bookmark_at = open.bookmark_at.unwrap_or(open.until);
            tokio::select! {
                changed = open.changes.changed() => changed.ok()?,
                () = tokio::time::sleep_until(open.until) => return None,
                () = tokio::time::sleep_until(bookmark_at), if open.bookmark_at.is_some() => {
                    open.bookmark_at = open.next_bookmark(Instant::now());
                    let bookmark = open.watch.bookmark().unwrap_or_default();
                    return Some((Ok(Frame::data(Bytes::from(bookmark))), open));
                }
            }
        }
    })
}
