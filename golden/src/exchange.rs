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

    /// `Date` of the answer, in seconds since its midnight.
    fn date_s(&self) -> Option<f64> {
        let date = self.resp_headers.get("Date")?.as_str()?;
        let parts = date.split(' ').nth(4)?.split(':').map(|part| part.parse::<f64>().ok());
        parts.collect::<Option<Vec<f64>>>().map(|all| all.iter().fold(0.0, |sum, part| sum * 60.0 + part))
    }

    /// In one line.
    pub fn what(&self) -> String {
        format!("{} {}", self.method, self.url)
    }
}

/// When a scenario began, in milliseconds since a minute's beginning: as late as the dates of its answers allow. What
/// happens within the same second is told by them, and CronJobs wait for the minute.
pub fn began_ms(exchanges: &[Exchange]) -> i64 {
    let latest = exchanges.iter().filter_map(|e| Some(e.date_s()? + 1.0 - e.t)).reduce(f64::min);
    latest.map_or(0, |seconds| (seconds * 1000.0).ceil() as i64 - 1).rem_euclid(60_000)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_tell_when_a_scenario_began() {
        let exchange = |t: f64, date: &str| Exchange {
            t,
            resp_headers: BTreeMap::from([("Date".to_owned(), date.into())]),
            ..Exchange::default()
        };
        for (exchanges, expect) in [
            (vec![], 0),
            (vec![exchange(0.0, "Mon, 23 Nov 2026 18:15:14 GMT")], 14_999),
            (
                vec![
                    exchange(0.25, "Mon, 23 Nov 2026 18:15:14 GMT"),
                    exchange(1.5, "Mon, 23 Nov 2026 18:15:15 GMT"),
                    exchange(1.0, "no date"),
                ],
                14_499,
            ),
        ] {
            assert_eq!(began_ms(&exchanges), expect);
        }
    }
}
