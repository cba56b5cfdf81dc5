//! The way in (`/`) and the signs of life for whoever runs the server.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use wire::learner::Lang;

use super::Web;

/// `GET /`: to the home page in the reader's language.
pub async fn front(headers: HeaderMap) -> Response {
    let to = Redirect::to(&format!("/{}", lang_of(&headers)));
    ([(header::VARY, "cookie, accept-language"), (header::CACHE_CONTROL, "no-store")], to).into_response()
}

/// The language chosen before (cookie `lang`), else the browser's, else Korean.
pub fn lang_of(headers: &HeaderMap) -> Lang {
    let chosen = CookieJar::from_headers(headers).get("lang").and_then(|c| c.value().parse().ok());
    chosen.unwrap_or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        accepted.map_or(Lang::default(), app::prefers)
    })
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: learners can be served.
pub async fn readyz(State(web): State<Web>) -> Response {
    let database = web.storage.ping().await;
    if let Err(e) = database {
        tracing::warn!(error = %e, "not ready: the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response();
    }
    if *web.closing.borrow() || !web.house.ready().await {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response();
    }
    "ok\n".into_response()
}
