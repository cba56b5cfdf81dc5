//! `POST /sandboxes/{id}/console?lang=`: a line of the console, the body; the answer is a line of JSON for each piece of output,
//! as it comes. Who goes away presses Ctrl-C.

use std::convert::Infallible;

use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use serde::Deserialize;
use wire::{console::Piece, learner::Lang, problem::Problem};

use super::{Learner, Web, entry::lang_of, fault::answer, frames::closed};

/// The query of a console request.
#[derive(Deserialize)]
pub struct Asked {
    lang: Option<Lang>,
}

/// Streams until the line has ended, the browser leaves, or the server goes down.
pub async fn console(
    State(web): State<Web>,
    learner: Option<Extension<Learner>>,
    Path(sandbox): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    line: String,
) -> Response {
    let Some(Extension(Learner(learner))) = learner else { return answer(Problem::NoLearner) };
    let lang = asked.lang.unwrap_or_else(|| lang_of(&headers));
    match web.house.console(learner, sandbox, lang, line).await {
        Ok(pieces) => {
            let lines = pieces.filter_map(|piece| async move { line_of(&piece).map(Ok::<_, Infallible>) });
            let body = Body::from_stream(lines.take_until(closed(web.closing)));
            // a buffering proxy would hold pieces back
            let head = [
                (header::CONTENT_TYPE, "application/x-ndjson"),
                (header::CACHE_CONTROL, "no-store"),
                (HeaderName::from_static("x-accel-buffering"), "no"),
            ];
            (head, body).into_response()
        }
        Err(problem) => answer(problem),
    }
}

fn line_of(piece: &Piece) -> Option<String> {
    serde_json::to_string(piece)
        .inspect_err(|e| tracing::error!(error = %e, "a piece of output could not be written as JSON"))
        .ok()
        .map(|json| json + "\n")
}
