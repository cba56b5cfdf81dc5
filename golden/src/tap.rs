//! A tap between kubectl and a real cluster: passes every request on and keeps the exchange, streams chunk by chunk.
//! What it passes on to is `kubectl proxy`, which holds the credentials.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// Headers that belong to one connection.
const HOP_BY_HOP: [header::HeaderName; 3] = [header::CONNECTION, header::TRANSFER_ENCODING, header::HOST];

/// A running tap.
#[derive(Clone)]
pub struct Tap {
    /// Where clients reach it.
    pub addr: SocketAddr,
    kept: Arc<Kept>,
}

struct Kept {
    to: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    scenario: Mutex<Scenario>,
}

struct Scenario {
    step: usize,
    began: Instant,
    exchanges: Vec<Value>,
}

impl Tap {
    /// Starts to pass on to `to`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(to: SocketAddr) -> Result<Self> {
        let tcp = TcpListener::bind("127.0.0.1:0").await.context("no port is free for the tap")?;
        let addr = tcp.local_addr()?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let scenario = Scenario { step: 0, began: Instant::now(), exchanges: Vec::new() };
        let kept = Arc::new(Kept { to, client, scenario: Mutex::new(scenario) });
        let router = Router::new().fallback(pass).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(tcp, router).await });
        Ok(Self { addr, kept })
    }

    /// A scenario begins now.
    pub fn begin(&self) {
        *self.kept.lock() = Scenario { step: 0, began: Instant::now(), exchanges: Vec::new() };
    }

    /// From here on, requests belong to this step.
    pub fn step(&self, step: usize) {
        self.kept.lock().step = step;
    }

    /// Seconds since the scenario began.
    pub fn seconds(&self) -> f64 {
        self.kept.lock().began.elapsed().as_secs_f64()
    }

    /// Its exchanges so far, one JSON object a line.
    pub fn lines(&self) -> String {
        self.kept.lock().exchanges.iter().map(|e| format!("{e}\n")).collect()
    }
}

impl Kept {
    fn lock(&self) -> std::sync::MutexGuard<'_, Scenario> {
        // Whole values are pushed: nothing is half done after a panic.
        self.scenario.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn pass(State(kept): State<Arc<Kept>>, request: Request) -> Response {
    match try_pass(kept, request).await {
        Ok(response) => response,
        Err(why) => (StatusCode::BAD_GATEWAY, format!("{why:#}\n")).into_response(),
    }
}

async fn try_pass(kept: Arc<Kept>, request: Request) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let sent = body.collect().await.context("the request broke off")?.to_bytes();
    let (method, url) = (parts.method.to_string(), parts.uri.to_string());
    parts.uri = format!("http://{}{url}", kept.to).parse::<Uri>()?;
    let headers = as_json(&parts.headers);
    HOP_BY_HOP.iter().for_each(|h| drop(parts.headers.remove(h)));
    // Answers are kept as they are meant, not as they are packed.
    parts.headers.remove(header::ACCEPT_ENCODING);
    let mut exchange = {
        let scenario = kept.lock();
        json!({"step": scenario.step, "t": scenario.began.elapsed().as_secs_f64(), "method": method, "url": url,
            "reqHeaders": headers})
    };
    if !sent.is_empty() {
        keep_body(&mut exchange, "reqBody", &sent);
    }
    let response = kept.client.request(http::Request::from_parts(parts, Full::new(sent))).await?;
    let (mut head, body) = response.into_parts();
    exchange["status"] = head.status.as_u16().into();
    exchange["respHeaders"] = as_json(&head.headers);
    HOP_BY_HOP.iter().for_each(|h| drop(head.headers.remove(h)));
    let streams = url.contains("watch=") || url.contains("/watch/") || url.contains("follow=");
    let open =
        Open { kept, exchange, bytes: Vec::new(), chunks: streams.then(Vec::new), began: Instant::now() };
    let frames = body.into_data_stream().scan(open, |open, frame| {
        if let Ok(bytes) = &frame {
            open.take(bytes);
        }
        std::future::ready(Some(frame))
    });
    Ok(Response::from_parts(head, Body::from_stream(frames)))
}

/// An answer under way; it is kept when it ends or its reader goes.
struct Open {
    kept: Arc<Kept>,
    exchange: Value,
    bytes: Vec<u8>,
    chunks: Option<Vec<Value>>,
    began: Instant,
}

impl Open {
    fn take(&mut self, bytes: &Bytes) {
        self.bytes.extend_from_slice(bytes);
        let t = self.ms();
        if let Some(chunks) = &mut self.chunks {
            chunks.push(json!({"t": t, "n": bytes.len()}));
        }
    }

    fn ms(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1000.0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut exchange = self.exchange.take();
        exchange["ms"] = self.ms().into();
        keep_body(&mut exchange, "respBody", &self.bytes);
        if let Some(chunks) = self.chunks.take() {
            exchange["chunks"] = chunks.into();
        }
        let mut scenario = self.kept.lock();
        exchange["seq"] = (scenario.exchanges.len() + 1).into();
        scenario.exchanges.push(exchange);
    }
}

fn keep_body(exchange: &mut Value, name: &str, bytes: &[u8]) {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    match std::str::from_utf8(bytes) {
        Ok(text) => exchange[name] = text.into(),
        Err(_) => {
            exchange[name] = STANDARD.encode(bytes).into();
            exchange[format!("{name}Base64")] = true.into();
        }
    }
}

/// Tokens are secrets: they are not kept.
fn as_json(headers: &HeaderMap) -> Value {
    let mut out = Map::new();
    for (name, value) in headers.iter().filter(|(n, _)| *n != header::AUTHORIZATION) {
        // As Go writes them, and so the reference.
        let name: Vec<String> = name.as_str().split('-').map(capital).collect();
        out.insert(name.join("-"), String::from_utf8_lossy(value.as_bytes()).into());
    }
    Value::Object(out)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
