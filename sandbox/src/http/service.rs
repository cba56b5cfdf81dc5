//! HTTP to plain requests and back: a tower service that takes `http::Request`s as `kube::Client` sends them.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use ecow::EcoString;
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody, combinators::UnsyncBoxBody};

use super::{attached::Attached, live::Live, protobuf, watch};
use crate::{
    api::{is_for_eyes, pretty, unknown_format, wanted},
    request::{Body, Reply, Request},
    status::Status,
    user::User,
};

/// Largest request body, bytes. Models the API server's limit.
pub const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Longest warning, and longest all together, where they do not fit; characters.
const WARNING_CHARS_MAX: usize = 256;
const WARNINGS_CHARS_MAX: usize = 4096;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Body of an answer: whole, or a stream of watch events.
pub type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// The API of one live cluster, for one user.
#[derive(Clone)]
pub struct Service {
    live: Live,
    user: User,
}

impl Service {
    pub(super) fn new(live: Live, user: User) -> Self {
        Self { live, user }
    }

    async fn answer<B>(self, request: http::Request<B>) -> Response<ResponseBody>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let bytes = match Limited::new(body, BODY_BYTES_MAX).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(e) if e.is::<LengthLimitError>() => return self.fail(&Status::too_large(BODY_BYTES_MAX)),
            Err(e) => {
                return self.fail(&Status::bad_request(format!("the request body could not be read: {e}")));
            }
        };
        let request = match self.user(&parts.headers).and_then(|user| self.plain(user, &parts, bytes)) {
            Ok(request) => request,
            Err(status) => return self.fail(&status),
        };
        let known = text(&parts.headers, header::IF_NONE_MATCH);
        match self.live.handle(&request).await {
            Ok(Reply::Body(body)) if is_for_eyes(&request) => self.whole(pretty(body), &known),
            Ok(Reply::Body(body)) => self.whole(body, &known),
            Ok(Reply::Watch(w)) => {
                let warnings: Vec<String> = w.warning().into_iter().collect();
                let stream = StreamBody::new(watch::stream(self.live.clone(), *w));
                self.head(StatusCode::OK, "application/json", &warnings)
                    .body(BodyExt::boxed_unsync(stream))
                    .unwrap_or_default()
            }
            Ok(Reply::Exec(exec)) => {
                let mut head = self.head(StatusCode::SWITCHING_PROTOCOLS, "", &[]);
                if let Some(extensions) = head.extensions_mut() {
                    extensions.insert(Attached::new(self.live.clone(), &exec));
                }
                head.body(Full::default().map_err(|e: Infallible| match e {}).boxed_unsync())
                    .unwrap_or_default()
            }
            Err(e) => {
                tracing::error!(error = %e.0, "a request could not be recorded");
                self.fail(&Status::internal(&e.to_string()))
            }
        }
    }

    /// Who asks: the service's user, or whom it acts as.
    fn user(&self, headers: &HeaderMap) -> Result<User, Status> {
        let headers = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        wanted(headers)
            .map_or_else(|| Ok(self.user.clone()), |wanted| self.live.impersonate(&self.user, &wanted))
    }

    /// The request as the journal keeps it: its body as text.
    fn plain(&self, user: User, parts: &http::request::Parts, bytes: Bytes) -> Result<Request, Status> {
        let uri = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let mut request = Request {
            user,
            method: parts.method.as_str().to_owned(),
            uri,
            content_type: text(&parts.headers, header::CONTENT_TYPE),
            accept: text(&parts.headers, header::ACCEPT),
            user_agent: text(&parts.headers, header::USER_AGENT),
            body: String::new(),
        };
        if protobuf::is(&request.content_type)
            && let Some(json) = protobuf::to_json(&request.method, request.path(), &bytes)?
        {
            request.content_type = "application/json".into();
            request.body = json;
            return Ok(request);
        }
        request.body =
            String::from_utf8(bytes.into()).map_err(|_| unknown_format(&request.method, request.path()))?;
        Ok(request)
    }

    /// A whole answer; without its body if that is the one that the client says it knows.
    fn whole(&self, body: Body, known: &str) -> Response<ResponseBody> {
        let mut code = StatusCode::from_u16(body.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut bytes = body.bytes;
        let etag = format!("\"{}\"", body.etag);
        if !body.etag.is_empty() && known.split(',').any(|tag| tag.trim() == etag) {
            (code, bytes) = (StatusCode::NOT_MODIFIED, Bytes::new());
        }
        let mut head = self.head(code, body.content_type, &body.warnings);
        if !body.etag.is_empty() {
            head = head.header(header::ETAG, etag).header(header::VARY, "Accept");
        }
        let full = Full::new(bytes).map_err(|e: Infallible| match e {}).boxed_unsync();
        head.body(full).unwrap_or_default()
    }

    fn fail(&self, status: &Status) -> Response<ResponseBody> {
        let body = Body {
            code: status.code,
            content_type: "application/json",
            bytes: status.to_json().to_bytes().into(),
            etag: EcoString::new(),
            warnings: Vec::new(),
        };
        self.whole(body, "")
    }

    fn head(&self, code: StatusCode, content_type: &str, warnings: &[String]) -> http::response::Builder {
        let mut head = Response::builder()
            .status(code)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CACHE_CONTROL, "no-cache, private")
            .header(header::DATE, self.live.clock().now.http_date());
        for warning in bounded(warnings) {
            head = head.header(header::WARNING, format!("299 - {warning:?}"));
        }
        head
    }
}

/// Warnings, shortened where they are too many. Models the bounds of kube-apiserver's recorder of warnings.
fn bounded(warnings: &[String]) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    if warnings.iter().map(|w| length(w)).sum::<usize>() <= WARNINGS_CHARS_MAX {
        return warnings.to_vec();
    }
    let mut room = WARNINGS_CHARS_MAX;
    let mut kept = Vec::new();
    for warning in warnings.iter().map(|w| w.chars().take(WARNING_CHARS_MAX).collect::<String>()) {
        let Some(rest) = room.checked_sub(length(&warning)) else { break };
        room = rest;
        kept.push(warning);
    }
    kept
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

impl<B> tower::Service<http::Request<B>> for Service
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let me = self.clone();
        Box::pin(async move { Ok(me.answer(request).await) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_bounded() {
        for (count, chars, kept, kept_chars) in
            [(0, 9, 0, 9), (3, 9, 3, 9), (1, 4096, 1, 4096), (2, 3000, 2, 256), (100, 300, 16, 256)]
        {
            let got = bounded(&vec!["é".repeat(chars); count]);
            assert_eq!(got.len(), kept, "{count} of {chars}");
            assert!(got.iter().all(|w| w.chars().count() == kept_chars), "{count} of {chars}");
        }
    }
}
