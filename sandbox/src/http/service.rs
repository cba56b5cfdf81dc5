//! HTTP to plain requests and back: a tower service that takes `http::Request`s as `kube::Client` sends them.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody, combinators::UnsyncBoxBody};

use super::{
    attached::Attached,
    follow,
    headers::{audit_id, bounded},
    live::Live,
    metrics, protobuf, watch,
};
use crate::{
    api::{failure, is_for_eyes, pretty, unknown_format, wanted, wants_protobuf},
    request::{Body, Reply, Request},
    status::Status,
    user::User,
};

/// Largest request body, bytes. Models the API server's limit.
pub const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;

/// How long a document lives that never changes.
const YEAR_MS: i64 = 365 * 24 * 3_600_000;

/// Longest answer that says its length. A real API server does not know it of one that does not fit its buffer.
const COUNTED_BYTES_MAX: usize = 4096;

/// What a cluster's owner is told while it is held to its share.
const SLOWED: &str = "this cluster does more than its share of the machine (half a core), so its time flows slower than asked: \
                      delete what restarts or writes without end, or choose a lower speed";

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
        let known = Known::of(&parts.headers);
        match self.live.handle(&request).await {
            Ok(Reply::Body(body)) => self.whole(self.edged(&request, body), &known, &request),
            Ok(Reply::Watch(w)) => {
                let Some(counted) = self.live.0.counts.watch() else { return self.fail(&too_many_watches()) };
                self.live.0.counts.count(metrics::verb(&request.method, true), 200);
                let warnings: Vec<String> = w.warning().into_iter().collect();
                let stream = StreamBody::new(watch::stream(self.live.clone(), *w, counted));
                self.head(StatusCode::OK, "application/json", &warnings)
                    .body(BodyExt::boxed_unsync(stream))
                    .unwrap_or_default()
            }
            Ok(Reply::Log(log)) => {
                let Some(counted) = self.live.0.counts.watch() else { return self.fail(&too_many_watches()) };
                self.live.0.counts.count(metrics::verb(&request.method, false), 200);
                let stream = StreamBody::new(follow::stream(self.live.clone(), *log, counted));
                self.head(StatusCode::OK, "text/plain", &[])
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

    /// The answer as this client takes it, with what only the edge knows.
    fn edged(&self, request: &Request, body: Body) -> Body {
        if request.path() == "/metrics" && body.code == 200 {
            let bytes = [body.bytes.as_ref(), self.live.0.counts.text().as_bytes()].concat().into();
            return Body { bytes, ..body };
        }
        if request.method == "HEAD" {
            return Body { bytes: Bytes::new(), ..body };
        }
        let body = if is_for_eyes(request) { pretty(body) } else { body };
        if wants_protobuf(&request.accept) { protobuf::answer(body) } else { body }
    }

    /// A whole answer; without its body if that is the one that the client says it knows.
    fn whole(&self, body: Body, known: &Known, request: &Request) -> Response<ResponseBody> {
        self.live.0.counts.count(metrics::verb(&request.method, false), body.code);
        let mut code = StatusCode::from_u16(body.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut bytes = body.bytes;
        let etag = format!("\"{}\"", body.etag);
        let now = self.live.clock().now.http_date();
        let is_file = code == StatusCode::OK && request.path().starts_with("/openapi/");
        if (!body.etag.is_empty() && known.tags.split(',').any(|tag| tag.trim() == etag))
            || (is_file && known.tags.is_empty() && known.since == now)
        {
            (code, bytes) = (StatusCode::NOT_MODIFIED, Bytes::new());
        }
        let mut head = self.head(code, body.content_type, &body.warnings);
        if !body.etag.is_empty() {
            head = head.header(header::ETAG, etag).header(header::VARY, "Accept");
        }
        if code == StatusCode::NOT_MODIFIED {
            return unchanged(head, is_file.then_some(now).filter(|_| body.etag.is_empty()));
        }
        // As a file server gives files.
        if is_file {
            head = head.header(header::ACCEPT_RANGES, "bytes").header(header::LAST_MODIFIED, now);
            // What is asked for by its hash never changes.
            let by_hash =
                request.query().split('&').any(|part| part.strip_prefix("hash=") == Some(&body.etag));
            if let Some(headers) = head.headers_mut().filter(|_| by_hash && !body.etag.is_empty()) {
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, immutable"));
                let expires = self.live.clock().now.plus_ms(YEAR_MS).http_date().replace("GMT", "UTC");
                headers.extend(HeaderValue::from_str(&expires).ok().map(|value| (header::EXPIRES, value)));
            }
        } else if body.content_type.starts_with("text/plain; charset") {
            head = head.header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        }
        let counted = is_file || bytes.len() <= COUNTED_BYTES_MAX;
        if counted {
            head = head.header(header::CONTENT_LENGTH, bytes.len());
        }
        let content = if counted {
            Full::new(bytes).map_err(|e: Infallible| match e {}).boxed_unsync()
        } else {
            StreamBody::new(futures::stream::iter([Ok(Frame::data(bytes))])).boxed_unsync()
        };
        head.body(content).unwrap_or_default()
    }

    fn fail(&self, status: &Status) -> Response<ResponseBody> {
        match failure(status) {
            Reply::Body(body) => self.whole(body, &Known::default(), &Request::default()),
            Reply::Watch(_) | Reply::Exec(_) | Reply::Log(_) => Response::default(),
        }
    }

    fn head(&self, code: StatusCode, content_type: &str, warnings: &[String]) -> http::response::Builder {
        let mut head = Response::builder()
            .status(code)
            .header(header::CONTENT_TYPE, content_type)
            .header("audit-id", audit_id(self.live.epoch().0, self.live.0.counts.total()))
            .header(header::CACHE_CONTROL, "no-cache, private")
            .header(header::DATE, self.live.clock().now.http_date());
        let slowed = self.live.is_held_back().then(|| SLOWED.to_owned());
        let warnings: Vec<String> = warnings.iter().cloned().chain(slowed).collect();
        for warning in bounded(&warnings) {
            head = head.header(header::WARNING, format!("299 - {warning:?}"));
        }
        head
    }
}

/// Models `NewTooManyRequestsError` of the API server, without its advice to try again soon.
fn too_many_watches() -> Status {
    let max = metrics::WATCHES_MAX;
    Status::too_many_requests(format!(
        "this cluster has {max} open watches, at most {max} at once: close some (each `kubectl get --watch`, k9s, dashboard or \
         controller holds some), or read them to their end"
    ))
}

/// The body for whoever is not let in, as this client takes it: JSON.
pub fn unauthorized(uri: &http::Uri, headers: &HeaderMap) -> Bytes {
    let request = Request {
        uri: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        user_agent: text(headers, header::USER_AGENT),
        ..Request::default()
    };
    match failure(&Status::unauthorized()) {
        Reply::Body(body) if is_for_eyes(&request) => pretty(body).bytes,
        Reply::Body(body) => body.bytes,
        Reply::Watch(_) | Reply::Exec(_) | Reply::Log(_) => Bytes::new(),
    }
}

/// What a client knows already.
#[derive(Default)]
struct Known {
    /// `If-None-Match`.
    tags: String,
    /// `If-Modified-Since`.
    since: String,
}

impl Known {
    fn of(headers: &HeaderMap) -> Self {
        Self { tags: text(headers, header::IF_NONE_MATCH), since: text(headers, header::IF_MODIFIED_SINCE) }
    }
}

/// An answer that sends nothing again, without headers that would describe a body.
fn unchanged(mut head: http::response::Builder, modified: Option<String>) -> Response<ResponseBody> {
    if let Some(headers) = head.headers_mut() {
        headers.remove(header::CONTENT_TYPE);
        let modified = modified.and_then(|moment| HeaderValue::from_str(&moment).ok());
        headers.extend(modified.map(|value| (header::LAST_MODIFIED, value)));
    }
    head.body(Full::default().map_err(|e: Infallible| match e {}).boxed_unsync()).unwrap_or_default()
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
