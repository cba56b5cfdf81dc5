//! Requests: the only part that speaks to the cluster, and what a running command carries along.

use std::collections::BTreeSet;

use futures::{AsyncBufReadExt, Stream, StreamExt, stream};
use http::{Method, Request};
use jiff::Timestamp;
use kube::client::Connection;
use serde_json::Value;

use crate::{
    Kubectl, Sink,
    fail::{Done, Fail, Status},
    verb,
};

/// Plain objects.
pub const JSON: &str = "application/json";
/// Rows as the server prints them.
pub const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
/// All resources in two answers.
pub const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A running command: the cluster, the words in and out.
pub struct Cx<'a> {
    /// The settings.
    pub kubectl: &'a Kubectl,
    /// Standard input.
    pub stdin: Option<&'a str>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-group`.
    pub impersonate_groups: Vec<String>,
    /// `--as-uid`.
    pub impersonate_uid: Option<String>,
    /// What ends the command though nothing failed before, such as rows that can't be sorted.
    pub fatal: Option<Fail>,
    /// `--request-timeout`: a watch ends then.
    pub request_timeout_s: Option<i64>,
    /// How many objects of a list are asked for at once; 0 for all.
    pub chunk: i64,
    out: &'a mut (dyn Sink + Send),
    date: Option<Timestamp>,
    first_date: Option<Timestamp>,
    warned: BTreeSet<String>,
}

/// The query of a URL, escaped.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&escape(value));
    }
    text
}

/// Percent-encodes all but unreserved characters.
pub fn escape(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

impl<'a> Cx<'a> {
    /// A command about to run.
    pub fn new(kubectl: &'a Kubectl, stdin: Option<&'a str>, out: &'a mut (dyn Sink + Send)) -> Self {
        Self {
            kubectl,
            stdin,
            impersonate: None,
            impersonate_groups: Vec::new(),
            impersonate_uid: None,
            fatal: None,
            request_timeout_s: None,
            chunk: 500,
            out,
            date: None,
            first_date: None,
            warned: BTreeSet::new(),
        }
    }

    /// Writes to standard output.
    pub fn out(&mut self, text: &str) {
        if !text.is_empty() {
            self.out.stdout(text);
        }
    }

    /// Writes to standard error.
    pub fn err(&mut self, text: &str) {
        self.out.stderr(text);
    }

    /// A line of kubectl's own log, as klog writes it; `place` is the line of kubectl's source that says it.
    pub fn klog(&mut self, level: char, place: &str, text: &str) {
        let time = self.now().strftime("%m%d %H:%M:%S%.6f");
        self.err(&format!("{level}{time}       1 {place}] {text}\n"));
    }

    /// Writes a warning, once a command.
    pub fn warn(&mut self, text: &str) {
        if self.warned.insert(text.to_owned()) {
            self.err(&format!("Warning: {text}\n"));
        }
    }

    /// The cluster's time: the caller's clock, else the newest `Date`, else this machine's.
    pub fn now(&self) -> Timestamp {
        self.cluster_now().unwrap_or_else(Timestamp::now)
    }

    /// The cluster's time, as far as it is known.
    pub fn cluster_now(&self) -> Option<Timestamp> {
        self.kubectl.clock.as_ref().map(|clock| clock()).or(self.date)
    }

    /// When the cluster's time was first known, if that is by what it answered.
    pub fn first_date(&self) -> Option<Timestamp> {
        self.first_date
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        accept: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Done<Request<Vec<u8>>> {
        let request = Request::builder().method(method).uri(url).header("Accept", accept);
        // the API server reads the name of a field's manager from it where none is given
        let mut request = request.header("User-Agent", format!("kubectl/{}", verb::version::CLIENT));
        if let Some(user) = &self.impersonate {
            request = request.header("Impersonate-User", user);
        }
        if let Some(uid) = &self.impersonate_uid {
            request = request.header("Impersonate-Uid", uid);
        }
        for group in &self.impersonate_groups {
            request = request.header("Impersonate-Group", group);
        }
        let bytes = match body {
            None => Vec::new(),
            Some((content_type, bytes)) => {
                request = request.header("Content-Type", content_type);
                bytes
            }
        };
        request.body(bytes).map_err(|why| Fail::Error(format!("{url} is not a URL: {why}")))
    }

    /// One request; an answer that is not a success becomes [`Fail::Status`].
    pub async fn send(
        &mut self,
        method: Method,
        url: &str,
        accept: &str,
        body: Option<(&str, &Value)>,
    ) -> Done<Value> {
        let body = body.map(|(content, value)| (content, value.to_string().into_bytes()));
        let request = self.request(method, url, accept, body)?;
        Ok(value(&self.answer(request).await?))
    }

    /// GET as the server wrote it.
    pub async fn text(&mut self, url: &str) -> Done<String> {
        let request = self.request(Method::GET, url, "application/json, */*", None)?;
        let bytes = self.answer(request).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The same with a text that need not be JSON.
    pub async fn send_text(
        &mut self,
        method: Method,
        url: &str,
        accept: &str,
        (content, text): (&str, &str),
    ) -> Done<Value> {
        let request = self.request(method, url, accept, Some((content, text.as_bytes().to_vec())))?;
        Ok(value(&self.answer(request).await?))
    }

    async fn answer(&mut self, request: Request<Vec<u8>>) -> Done<Vec<u8>> {
        let answer = self.kubectl.client.send(request.map(Into::into)).await?;
        let code = answer.status();
        if let Some(date) = answer.headers().get("Date").and_then(|date| date.to_str().ok()) {
            self.date = jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp()).or(self.date);
            self.first_date = self.first_date.or(self.date);
        }
        let headers = answer.headers().get_all("Warning").iter();
        let warnings: Vec<String> =
            headers.filter_map(|value| value.to_str().ok()).flat_map(warnings).collect();
        warnings.iter().for_each(|text| self.warn(text));
        let bytes = answer.into_body().collect_bytes().await?;
        if code.is_success() {
            Ok(bytes.to_vec())
        } else {
            Err(Fail::Status(Box::new(Status::read(code.as_u16(), &value(&bytes)))))
        }
    }

    /// A whole list, fetched in chunks of the line's `--chunk-size` (500; 0 is one answer).
    pub async fn list(&mut self, url: &str) -> Done<Value> {
        self.list_as(url, JSON).await
    }

    /// A whole list or table in chunks, as `accept` says.
    pub async fn list_as(&mut self, url: &str, accept: &str) -> Done<Value> {
        let join = if url.contains('?') { '&' } else { '?' };
        let first = match self.chunk {
            ..=0 => url.to_owned(),
            chunk => format!("{url}{join}limit={chunk}"),
        };
        let mut whole = self.send(Method::GET, &first, accept, None).await?;
        loop {
            let next = crate::output::text(&whole, "/metadata/continue").to_owned();
            if next.is_empty() {
                return Ok(whole);
            }
            let url = format!("{url}{join}continue={}&limit={}", escape(&next), self.chunk);
            let mut more = self.send(Method::GET, &url, accept, None).await?;
            for rows in ["items", "rows"] {
                if let (Some(whole), Some(more)) = (whole[rows].as_array_mut(), more[rows].as_array_mut()) {
                    whole.append(more);
                }
            }
            whole["metadata"] = more["metadata"].take();
        }
    }

    /// GET as JSON.
    pub async fn get(&mut self, url: &str) -> Done<Value> {
        self.send(Method::GET, url, JSON, None).await
    }

    /// Waits for the next event of a watch, or until the server ends it.
    pub async fn next_event(&mut self, url: &str) -> Done<Option<Value>> {
        Ok(self.watch(url, JSON).await?.next().await)
    }

    /// The text of an answer as it comes, line by line, each with its end.
    pub async fn lines(&mut self, url: &str) -> Done<impl Stream<Item = String> + Unpin + Send + use<>> {
        let request = self.request(Method::GET, url, "application/json, */*", None)?;
        let body = Box::pin(self.kubectl.client.request_stream(request).await?);
        Ok(Box::pin(stream::unfold(body, async |mut body| {
            let mut line = Vec::new();
            let read = body.read_until(b'\n', &mut line).await.unwrap_or(0);
            (read > 0).then(|| (String::from_utf8_lossy(&line).into_owned(), body))
        })))
    }

    /// Prints the text of an answer as it comes, each line behind `prefix`.
    pub async fn print_lines(&mut self, url: &str, prefix: &str) -> Done {
        let mut lines = self.lines(url).await?;
        while let Some(line) = lines.next().await {
            self.out(&format!("{prefix}{line}"));
        }
        Ok(())
    }

    /// A WebSocket.
    pub async fn connect(&mut self, url: &str) -> Done<Connection> {
        let request = self.request(Method::GET, url, "*/*", None)?;
        Ok(self.kubectl.client.connect(request).await?)
    }

    /// The lines of a watch, each an event. Ends when the server ends it.
    pub async fn watch(
        &mut self,
        url: &str,
        accept: &str,
    ) -> Done<impl Stream<Item = Value> + Unpin + use<>> {
        let timeout = self.request_timeout_s.filter(|_| !url.contains("timeoutSeconds="));
        let url = timeout.map_or_else(|| url.to_owned(), |seconds| format!("{url}&timeoutSeconds={seconds}"));
        let request = self.request(Method::GET, &url, accept, None)?;
        let body = self.kubectl.client.request_stream(request).await?;
        let lines = Box::pin(body).lines();
        Ok(Box::pin(lines.filter_map(async |line| serde_json::from_str(&line.ok()?).ok())))
    }
}

/// JSON, or text as it is.
fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// The texts of `299 - "text", 299 - "text"`.
fn warnings(header: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = header;
    while let Some(start) = rest.find('"') {
        let mut text = String::new();
        let mut chars = rest[start + 1..].char_indices();
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                '"' => {
                    end = start + 2 + at;
                    break;
                }
                c => text.push(c),
            }
        }
        texts.push(text);
        rest = &rest[end..];
    }
    texts
}
