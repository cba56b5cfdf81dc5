//! Answers: JSON with an ETag, and lists a page at a time.

use axum::{
    body::Body,
    extract::{FromRequestParts, Query, Request, rejection::QueryRejection},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Items of a page where nobody says how many.
const LIMIT: i64 = 50;
/// Items of a page at most.
const LIMIT_MAX: i64 = 200;
/// Largest answer that gets an ETag, bytes.
const TAGGED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    /// The items.
    pub items: Vec<T>,
    /// What to send as `cursor` for those behind; none at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T: ToSchema> List<T> {
    /// Cuts what was read with one item too many.
    pub fn cut(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9a-z]{1,32}\\.[0-9]{1,18}$")]
    cursor: Option<String>,
}

impl Paging {
    /// As a request asked.
    pub fn new(limit: Option<i64>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// How many.
    ///
    /// # Errors
    /// A number that no page has.
    pub fn limit(&self) -> Result<i64, Problem> {
        let limit = self.limit.unwrap_or(LIMIT);
        if (1..=LIMIT_MAX).contains(&limit) {
            Ok(limit)
        } else {
            Err(Problem::bad(format!("limit is {limit}: expected 1 to {LIMIT_MAX}")))
        }
    }

    /// Behind what: text, a dot, a number.
    ///
    /// # Errors
    /// What no page gave as `next`.
    pub fn after(&self) -> Result<(String, i64), Problem> {
        let Some(cursor) = &self.cursor else { return Ok((String::new(), 0)) };
        let parts = cursor.rsplit_once('.').and_then(|(id, n)| Some((id.to_owned(), n.parse().ok()?)));
        parts.ok_or_else(|| {
            Problem::bad("cursor is none that a page gave as `next`; leave it out to begin at the start")
        })
    }
}

/// A query string; what it says too much is refused.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|e: QueryRejection| Problem::bad(e.body_text()))
    }
}

/// Gives answers to GET an ETag, and none at all where the caller has it.
pub async fn tagged(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let has = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_get || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, TAGGED_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = format!("\"{}\"", &crate::secret::hex(&Sha256::digest(&bytes))[..32]);
    if let Ok(value) = HeaderValue::try_from(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let known = has.is_some_and(|has| {
        has.to_str().is_ok_and(|has| has.split(',').any(|t| t.trim().trim_start_matches("W/") == tag))
    });
    if known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
