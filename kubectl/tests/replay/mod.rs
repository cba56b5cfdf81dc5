//! A server that answers with recorded exchanges of a real cluster, step by step.

pub mod protobuf;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;

/// One recorded exchange.
#[derive(Clone)]
pub struct Exchange {
    method: String,
    path: String,
    query: Vec<String>,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Body,
}

#[derive(Clone)]
enum Body {
    Here(Vec<u8>),
    File(PathBuf),
}

/// The exchanges of a scenario by step, and the discovery documents by the step they were read at.
#[derive(Default)]
pub struct Recording {
    steps: BTreeMap<i64, Vec<Exchange>>,
    discovery: Vec<(i64, Exchange)>,
}

impl Recording {
    /// Reads `NAME.http.jsonl`.
    pub fn read(file: &Path) -> Self {
        let mut recording = Self::default();
        let folder = file.parent().unwrap();
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let step = record["step"].as_i64().unwrap_or(0);
            let exchange = exchange(&record, folder);
            let aggregated =
                record["respHeaders"]["Content-Type"].as_str().unwrap_or("").contains("apidiscovery");
            if aggregated && exchange.status == 200 && (exchange.path == "/api" || exchange.path == "/apis") {
                recording.discovery.push((step, exchange.clone()));
            }
            recording.steps.entry(step).or_default().push(exchange);
        }
        recording
    }

    /// The client of one step; `spare` is where discovery comes from if this scenario never asked for it.
    pub fn client(&self, step: i64, spare: &Recording) -> kube::Client {
        let mut known = BTreeMap::new();
        for source in [spare, self] {
            for (at, exchange) in &source.discovery {
                if !std::ptr::eq(source, self) || *at <= step || !known.contains_key(&exchange.path) {
                    known.insert(exchange.path.clone(), exchange.clone());
                }
            }
        }
        let exchanges = self.steps.get(&step).cloned().unwrap_or_default();
        let used = vec![0; exchanges.len()];
        let state = Arc::new(Mutex::new(State { exchanges, used, known }));
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let answer = state.lock().unwrap().answer(&request);
            async move { Ok::<_, std::convert::Infallible>(answer) }
        });
        kube::Client::new(service, "default")
    }
}

fn exchange(record: &Value, folder: &Path) -> Exchange {
    let url = record["url"].as_str().unwrap();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let headers = record["respHeaders"].as_object().into_iter().flatten();
    let headers = headers.map(|(key, value)| {
        let value = value.as_str().map_or_else(|| value[0].as_str().unwrap_or("").to_owned(), str::to_owned);
        (key.to_lowercase(), value)
    });
    let text = record["respBody"].as_str().unwrap_or("");
    let body = match record["respBodyFile"].as_str() {
        Some(file) => Body::File(folder.join(file)),
        None if record["respBodyBase64"] == true => Body::Here(protobuf::base64(text)),
        None => Body::Here(text.as_bytes().to_vec()),
    };
    Exchange {
        method: record["method"].as_str().unwrap().to_owned(),
        path: path.to_owned(),
        query: parameters(query),
        status: record["status"].as_u64().unwrap_or(500) as u16,
        headers: headers.collect(),
        body,
    }
}

/// The parameters that say what is asked for, sorted.
fn parameters(query: &str) -> Vec<String> {
    const DULL: &[&str] = &["timeoutSeconds", "allowWatchBookmarks", "resourceVersion", "limit", "timeout"];
    let mut all: Vec<String> = query
        .split('&')
        .filter(|part| !part.is_empty() && !DULL.contains(&part.split('=').next().unwrap_or("")))
        .map(|part| part.replace('+', "%20"))
        .collect();
    all.sort();
    all
}

struct State {
    exchanges: Vec<Exchange>,
    used: Vec<usize>,
    known: BTreeMap<String, Exchange>,
}

impl State {
    fn answer(&mut self, request: &Request<kube::client::Body>) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        let query = parameters(request.uri().query().unwrap_or(""));
        let fits =
            |it: &Exchange| it.method == request.method().as_str() && it.path == path && it.status != 304;
        let exact = |it: &Exchange| fits(it) && it.query == query;
        let watch = query.iter().any(|part| part == "watch=true");
        let asks_watch = |it: &Exchange| it.query.iter().any(|part| part == "watch=true") == watch;
        let candidates: Vec<usize> = (0..self.exchanges.len())
            .filter(|at| exact(&self.exchanges[*at]))
            .chain(
                (0..self.exchanges.len())
                    .filter(|at| fits(&self.exchanges[*at]) && asks_watch(&self.exchanges[*at])),
            )
            .collect();
        let fresh = candidates.iter().find(|at| self.used[**at] == 0);
        let again = candidates.first().filter(|at| !watch && self.used[**at] < 4);
        if let Some(at) = fresh.or(again) {
            self.used[*at] += 1;
            return respond(&self.exchanges[*at]);
        }
        match self.known.get(path) {
            Some(known) => respond(known),
            None => Response::builder().status(599).body(Full::from("not recorded")).unwrap(),
        }
    }
}

fn respond(exchange: &Exchange) -> Response<Full<Bytes>> {
    let mut bytes = match &exchange.body {
        Body::Here(bytes) => bytes.clone(),
        Body::File(file) => std::process::Command::new("gzip").arg("-dc").arg(file).output().unwrap().stdout,
    };
    if exchange.headers.get("content-type").is_some_and(|it| it.contains("protobuf")) {
        bytes = protobuf::to_json(&bytes).to_string().into_bytes();
    }
    let mut response = Response::builder().status(exchange.status);
    for name in ["date", "warning", "content-type"] {
        if let Some(value) = exchange.headers.get(name) {
            response = response.header(name, value);
        }
    }
    response.body(Full::from(bytes)).unwrap()
}
