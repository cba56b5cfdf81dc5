//! Raw requests of a scenario.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Map, Value};

use crate::{scenario::Raw, variables::Variables};

/// Longest that an answer which is no stream may take.
const LONGEST_S: f64 = 10.0;

/// An answer.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: Value,
    /// Body, or what came of a stream.
    pub body: String,
}

/// The request with its variables filled in and the headers that a client would add.
///
/// # Errors
/// When it is no request.
pub fn request(raw: &Raw, base: &str, variables: &Variables) -> Result<http::Request<Full<Bytes>>> {
    let uri = format!("{base}{}", variables.fill(&raw.path));
    let mut request = http::Request::builder().method(raw.method.as_str()).uri(uri);
    let has = |name: &str| raw.headers.iter().any(|(k, _)| k.eq_ignore_ascii_case(name));
    if !has("Accept") {
        request = request.header("Accept", "application/json");
    }
    if raw.body.is_some() && !has("Content-Type") {
        request = request.header("Content-Type", "application/json");
    }
    for (name, value) in &raw.headers {
        request = request.header(name, value);
    }
    let body = raw.body.as_ref().map(|b| variables.fill(b)).unwrap_or_default();
    Ok(request.body(Full::new(Bytes::from(body)))?)
}

/// How long its answer is read.
pub fn patience(raw: &Raw) -> Duration {
    Duration::from_secs_f64(raw.stream_s.unwrap_or(LONGEST_S))
}

/// Asks a server over plain HTTP.
///
/// # Errors
/// When it does not answer.
pub async fn ask(addr: SocketAddr, raw: &Raw, variables: &Variables) -> Result<Answer> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request(raw, &format!("http://{addr}"), variables)?).await?;
    let (head, mut body) = response.into_parts();
    let mut headers = Map::new();
    if let Some(type_) = head.headers.get("content-type").and_then(|v| v.to_str().ok()) {
        headers.insert("Content-Type".into(), type_.into());
    }
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(patience(raw), async {
        while let Some(Ok(frame)) = body.frame().await {
            bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
        }
    })
    .await;
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer { status: head.status.as_u16(), headers: headers.into(), body })
}

/// A field of a JSON answer by its path: `metadata.continue`.
pub fn field(answer: &str, path: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let field = path.split('.').fold(&answer, |v, key| &v[key]);
    field.as_str().map_or_else(|| field.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_path() {
        for (path, expect) in [("metadata.continue", "x"), ("n", "5"), ("nosuch.y", "null")] {
            assert_eq!(field(r#"{"metadata":{"continue":"x"},"n":5}"#, path), expect);
        }
    }

    #[test]
    fn what_a_client_would_add_is_added() {
        let raw = Raw { method: "POST".into(), path: "/x".into(), body: Some("{}".into()), ..Raw::default() };
        let request = request(&raw, "http://127.0.0.1:1", &Variables::new()).unwrap();
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(request.headers()["content-type"], "application/json");
    }
}
