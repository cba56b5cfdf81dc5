//! Tells a graders' table that it is stale: one event for each change of what it shows, without saying what changed.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{StreamExt, stream};

use crate::web::{Web, closed};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(2);

pub async fn live(State(web): State<Web>, Path((class, lesson)): Path<(String, String)>) -> Response {
    let storage = web.storage.clone();
    let marks = stream::unfold(None, move |last| {
        let (storage, class, lesson) = (storage.clone(), class.clone(), lesson.clone());
        async move {
            loop {
                if last.is_some() {
                    tokio::time::sleep(LOOK).await;
                }
                let Ok(mark) = storage.board_mark(&class, &lesson).await else { return None };
                if last != Some(mark) {
                    let event =
                        Event::default().id(format!("{}-{}-{}", mark.0, mark.1, mark.2)).data("stale");
                    return Some((Ok::<_, Infallible>(event), Some(mark)));
                }
            }
        }
    });
    let stream = marks.take_until(closed(web.closing.clone()));
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}
