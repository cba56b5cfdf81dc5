//! What every request passes: bounds, security headers, a net under panics.

use std::{any::Any, net::SocketAddr};

use app::office::OfficeFault;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response as HttpResponse, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use wire::problem::Problem;

use super::{
    csp,
    fault::{answer, lang_of_page},
    learner::is_over_tls,
};
use crate::limits;

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

/// Says where a request came from, in a header that nobody else can set.
pub async fn address(mut request: Request, next: Next) -> Response {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(limits::NOWHERE, |info| info.0.ip());
    let told = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok());
    let addr = limits::counted(peer, told).to_string();
    request.headers_mut().remove(limits::ADDR_HEADER);
    if let Ok(value) = HeaderValue::try_from(addr) {
        request.headers_mut().insert(limits::ADDR_HEADER, value);
    }
    next.run(request).await
}

/// Refuses what changes something when another site had the browser send it (CSRF): browsers say which site it was. Programs
/// that are no browsers say nothing, and carry nobody's cookies.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if is_foreign(request.method(), request.headers()) {
        let lang = lang_of_page(request.uri(), request.headers());
        return (StatusCode::FORBIDDEN, OfficeFault::Foreign.say(lang)).into_response();
    }
    next.run(request).await
}

fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if method.is_safe() {
        return false;
    }
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text("host")
        }
        (None, None) => false,
    }
}

/// Headers that every answer carries.
pub async fn headers(request: Request, next: Next) -> Response {
    let over_tls = is_over_tls(request.headers());
    let mut response = next.run(request).await;
    if over_tls {
        put(response.headers_mut(), header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sites_change_nothing() {
        for (method, headers, expect) in [
            ("POST", [("sec-fetch-site", "same-origin")].as_slice(), false),
            ("POST", &[("sec-fetch-site", "none")], false),
            ("POST", &[("sec-fetch-site", "cross-site")], true),
            ("POST", &[("sec-fetch-site", "same-site"), ("origin", "http://h"), ("host", "h")], true),
            ("GET", &[("sec-fetch-site", "cross-site")], false),
            ("DELETE", &[("origin", "http://h:3000"), ("host", "h:3000")], false),
            ("POST", &[("origin", "http://evil"), ("host", "h:3000")], true),
            ("POST", &[("origin", "null"), ("host", "h:3000")], true),
            ("POST", &[("host", "h:3000")], false),
        ] {
            let headers = headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
            assert_eq!(is_foreign(&method.parse().unwrap(), &headers), expect, "{method} {headers:?}");
        }
    }
}
