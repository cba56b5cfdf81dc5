//! What every request passes: bounds, security headers, a net under panics.

use std::any::Any;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use wire::problem::Problem;

use super::{csp, fault::answer};

/// Largest request body, bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Reads the body whole, up to the bound: server functions do so anyway, but without one.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|n| n > BODY_BYTES_MAX as u64) {
        return too_large();
    }
    let (parts, body) = request.into_parts();
    match axum::body::to_bytes(body, BODY_BYTES_MAX).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(e) if is_limit(&e) => too_large(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn is_limit(e: &axum::Error) -> bool {
    std::error::Error::source(e).is_some_and(|s| s.is::<http_body_util::LengthLimitError>())
}

fn too_large() -> Response {
    answer(Problem::TooLarge { bytes_max: BODY_BYTES_MAX as u64 })
}

/// Headers that every answer carries.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        put(response.headers_mut(), name, value);
    }
    let policy = response.headers_mut().entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static(csp::OF_OTHERS));
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Our own fault: the log has the words, the answer an id to find them by.
pub fn on_panic(panic: Box<dyn Any + Send>) -> HttpResponse<Body> {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let id = crate::secret::id();
    tracing::error!(id, panic = words, "a request panicked");
    answer(Problem::Internal { id })
}
