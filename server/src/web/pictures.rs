//! `GET /lessons/{slug}/{file}`: a picture that lies beside a lesson's prose.

use axum::{
    extract::{Path, Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;
use wire::problem::Problem;

use super::{Web, fault::answer};

/// Serves the file; it may have changed a moment ago, so browsers ask again each time.
pub async fn picture(
    State(web): State<Web>,
    Path((slug, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some(path) = web.house.picture(&slug, &file) else { return answer(Problem::NoSuchLesson { slug }) };
    let Ok(response) = ServeFile::new(path).oneshot(request).await;
    let mut response = response.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
