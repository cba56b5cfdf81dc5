//! `GET /sandboxes/{id}/frames?lang=`: the stage of a sandbox as server-sent events, one frame an event.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::watch;
use wire::{learner::Lang, problem::Problem, stage::Frame};

use super::{Learner, Web, entry::lang_of, fault::answer};

/// A proxy closes what stays silent longer; the browser sees a dead line no later.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The query of a frames request.
#[derive(Deserialize)]
pub struct Asked {
    lang: Option<Lang>,
}

/// Streams until the browser leaves or the server goes down.
pub async fn frames(
    State(web): State<Web>,
    learner: Option<Extension<Learner>>,
    Path(sandbox): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(Learner(learner))) = learner else { return answer(Problem::NoLearner) };
    let lang = asked.lang.unwrap_or_else(|| lang_of(&headers));
    let last_id = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse().ok());
    match web.house.frames(learner, sandbox, lang, last_id).await {
        Ok(frames) => {
            let events = frames.filter_map(|frame| async move { event(&frame).map(Ok::<_, Infallible>) });
            let events = events.take_until(closed(web.closing));
            let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
            // a buffering proxy would hold frames back
            (
                [
                    (header::CACHE_CONTROL, "no-store"),
                    (header::HeaderName::from_static("x-accel-buffering"), "no"),
                ],
                sse,
            )
                .into_response()
        }
        Err(problem) => answer(problem),
    }
}

fn event(frame: &Frame) -> Option<Event> {
    let seq = match frame {
        Frame::Snapshot { stage, .. } => stage.seq,
        Frame::Delta { delta, .. } => delta.seq,
    };
    Event::default()
        .id(seq.to_string())
        .json_data(frame)
        .inspect_err(|e| tracing::error!(error = %e, "a frame could not be written as JSON"))
        .ok()
}

/// Ends when the server goes down.
pub async fn closed(mut closing: watch::Receiver<bool>) {
    // an error means that the sender is gone: then it is down, too
    let _ = closing.wait_for(|c| *c).await;
}
