//! What is answered instead of what was asked for (RFC 9457).

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::storage::StorageError;

/// Longest text of another's that becomes a detail, bytes.
const DETAIL_BYTES_MAX: usize = 4096;
const TYPE: &str = "application/problem+json";

/// A problem, RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What kind; `about:blank` says no more than the status.
    #[schema(example = "about:blank")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is, what was expected, and how to mend it.
    pub detail: String,
}

impl Problem {
    /// A problem of this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { r#type: "about:blank".into(), title, status: status.as_u16(), detail: detail.into() }
    }

    /// Nothing of this name, or nothing that the caller may see: the two look the same on purpose.
    pub fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no {what} of this id that this token may see"))
    }

    /// Something in the request is not what it must be.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "storage");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer; try again in some seconds")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static(TYPE))], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Makes problems of what routes and extractors refuse in words of their own.
pub async fn in_json(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == TYPE);
    if told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let words = axum::body::to_bytes(body, DETAIL_BYTES_MAX).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words).into_owned();
    let detail = match status {
        _ if !words.is_empty() => words,
        StatusCode::METHOD_NOT_ALLOWED => {
            "this path does not know the method; the header Allow names those it does".into()
        }
        StatusCode::NOT_FOUND => "no such path; /api/v1/openapi.json lists all".into(),
        _ => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let mut problem = Problem::new(status, detail).into_response();
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow.clone());
    }
    let _: &Body = problem.body();
    problem
}
