//! The recorded HTTP exchanges of a scenario: `NAME.http.jsonl`.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

/// One request and its answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Exchange {
    /// Step it belongs to.
    pub step: usize,
    /// Seconds since the scenario's start.
    pub t: f64,
    /// Method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// Headers; a value is a string or a list of them.
    pub req_headers: BTreeMap<String, Value>,
    req_body: Option<String>,
    req_body_base64: bool,
    /// Status code.
    pub status: u16,
    resp_headers: BTreeMap<String, Value>,
    resp_body: Option<String>,
    resp_body_base64: bool,
    resp_body_file: Option<String>,
    chunks: Option<Value>,
}

impl Exchange {
    /// Is it a stream of changes?
    pub fn is_watch(&self) -> bool {
        self.chunks.is_some() || ["watch=", "/watch/", "follow="].iter().any(|mark| self.url.contains(mark))
    }

    /// The body that was sent.
    pub fn sent(&self) -> Vec<u8> {
        decoded(self.req_body.as_deref().unwrap_or_default(), self.req_body_base64)
    }

    /// The body that came, where it is text: long ones and protobuf are left out.
    pub fn answer(&self) -> Option<&str> {
        let binary = self.resp_body_base64 || self.resp_body_file.is_some();
        self.resp_body.as_deref().filter(|_| !binary)
    }

    /// `Content-Type` of the answer.
    pub fn answer_type(&self) -> &str {
        self.resp_headers.get("Content-Type").and_then(Value::as_str).unwrap_or_default()
    }

    /// In one line.
    pub fn what(&self) -> String {
        format!("{} {}", self.method, self.url)
    }
}

fn decoded(text: &str, base64: bool) -> Vec<u8> {
    if base64 { STANDARD.decode(text).unwrap_or_default() } else { text.as_bytes().to_vec() }
}

/// Reads a scenario's exchanges.
///
/// # Errors
/// A file that is missing or a line that is no exchange.
pub fn read(folder: &Path, scenario: &str) -> Result<Vec<Exchange>> {
    let file = folder.join(format!("{scenario}.http.jsonl"));
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = |(at, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", file.display(), at + 1))
    };
    text.lines().enumerate().map(line).collect()
}
