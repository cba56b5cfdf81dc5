//! Pages that load again by themselves when a lesson has changed: for authors, in `lessons preview` alone.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::house::House;

/// Largest page, bytes.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
const TAG: &str = "<script src=\"/preview/reload.js\" defer></script></head>";
const SCRIPT: &str = r#"let seen;
setInterval(async () => {
  const answer = await fetch("/preview/changes").catch(() => undefined);
  if (!answer?.ok) return;
  const now = await answer.text();
  if (seen !== undefined && now !== seen) location.reload();
  seen = now;
}, 1000);
"#;

/// The same routes, with pages that look every second whether lessons were read again.
pub fn reloading(router: Router, house: Arc<dyn House>) -> Router {
    let changes = move || std::future::ready(house.changes().to_string());
    router
        .layer(middleware::from_fn(add_script))
        .route("/preview/changes", get(changes))
        .route("/preview/reload.js", get(([(header::CONTENT_TYPE, "text/javascript")], SCRIPT)))
}

async fn add_script(mut request: Request, next: Next) -> Response {
    // What is compressed cannot be added to.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, PAGE_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = String::from_utf8_lossy(&bytes).replacen("</head>", TAG, 1);
    Response::from_parts(parts, Body::from(page))
}

#[cfg(test)]
mod tests {
    use axum::response::Html;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn pages_get_the_script_and_nothing_else_does() {
        let page = get(|request: Request| async move {
            assert!(!request.headers().contains_key(header::ACCEPT_ENCODING));
            Html("<head></head><body></body>")
        });
        let router = Router::new().route("/page", page).route("/text", get(|| async { "<head></head>" }));
        let router = router.layer(middleware::from_fn(add_script));
        for (path, expect) in
            [("/page", format!("<head>{TAG}<body></body>")), ("/text", "<head></head>".to_owned())]
        {
            let request =
                Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let bytes = to_bytes(response.into_body(), PAGE_BYTES_MAX).await.unwrap();
            assert_eq!(String::from_utf8(bytes.into()).unwrap(), expect, "{path}");
        }
    }
}
