//! What is answered instead of what was asked for. Whoever finds a fault says which ([`answer`]); one layer at the outside
//! ([`in_words`]) puts it into the reader's language: a form lands on its page, a page becomes a sentence, a script gets JSON.

use app::fault::Fault;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use wire::learner::Lang;

use super::entry::lang_of;

/// Leptos marks the answers of server functions that failed.
const FUNCTION_FAILED: &str = "serverfnerror";
/// Seconds after which to try again what could not be served for now.
const RETRY_AFTER_S: &str = "5";

/// A fault as an answer, still without words.
pub fn answer(fault: impl Into<Fault>) -> Response {
    let fault = fault.into();
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = status.into_response();
    response.extensions_mut().insert(fault);
    response
}

/// The database does not do what it should.
pub fn unavailable(error: crate::storage::StorageError) -> Response {
    answer(crate::sandboxes::problem(error))
}

/// Server functions answer every fault with 500, and what is none with a text for programmers. Here both become faults.
pub async fn of_functions(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let failed = response.headers().contains_key(FUNCTION_FAILED);
    if failed && !has_landed(response.headers()) {
        let body = axum::body::to_bytes(response.into_body(), super::guard::BODY_BYTES_MAX).await;
        return answer(body.ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or(Fault::BadRequest));
    }
    if !failed && response.status() == StatusCode::BAD_REQUEST {
        return (StatusCode::NOT_FOUND, answer(Fault::BadRequest)).into_response();
    }
    response
}

/// The function itself sent a form back to its page, with the fault; else Leptos did, with a word of its own.
fn has_landed(headers: &HeaderMap) -> bool {
    let to = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    to.is_some_and(|to| app::own_path(to) && !to.contains("__err="))
}

/// Puts faults into words, and the bare refusals of routes and extractors with them.
pub async fn in_words(request: Request, next: Next) -> Response {
    let reader = Reader::of(&request);
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind == "application/problem+json");
    let bare =
        matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED) && !is_problem;
    let fault = response.extensions().get().cloned();
    match fault.or(bare.then_some(Fault::BadRequest)) {
        Some(fault) => reader.tell(&fault, &response),
        None => response,
    }
}

/// Who reads the answer, and where.
struct Reader {
    html: bool,
    form: bool,
    lang: Lang,
    /// The page that a form was sent from.
    page: String,
}

impl Reader {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let lang = lang_of_page(request.uri(), headers);
        let page = referer(headers).and_then(|uri| Some(uri.path_and_query()?.as_str().to_owned()));
        let page = page.filter(|p| app::own_path(p)).unwrap_or_else(|| format!("/{lang}"));
        Self { html: accept.contains("text/html"), form: request.method() == Method::POST, lang, page }
    }

    fn tell(&self, fault: &Fault, bare: &Response) -> Response {
        let mut told = if self.html && self.form {
            Redirect::to(&app::with_problem(&self.page, &fault.to_query())).into_response()
        } else if self.html {
            (bare.status(), fault.say(self.lang)).into_response()
        } else {
            (bare.status(), axum::Json(fault)).into_response()
        };
        if let Some(allow) = bare.headers().get(header::ALLOW) {
            told.headers_mut().insert(header::ALLOW, allow.clone());
        }
        if bare.status() == StatusCode::SERVICE_UNAVAILABLE {
            told.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        told.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        told
    }
}

fn referer(headers: &HeaderMap) -> Option<Uri> {
    headers.get(header::REFERER)?.to_str().ok()?.parse().ok()
}

/// The language of the page that a request is for, or comes from; else the reader's.
pub fn lang_of_page(uri: &Uri, headers: &HeaderMap) -> Lang {
    let first = |uri: &Uri| uri.path().split('/').nth(1).and_then(|segment| segment.parse().ok());
    first(uri).or_else(|| first(&referer(headers)?)).unwrap_or_else(|| lang_of(headers))
}
