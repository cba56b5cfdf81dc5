//! Plays the recorded HTTP requests of a scenario alone, for machines without kubectl: each is sent again in our words
//! at its recorded moment, and its answer compared. Streams are left to the replay with kubectl.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use server::alone::admin;
use tower::ServiceExt;

use crate::{
    compare,
    exchange::{self, Exchange},
    likeness::Likeness,
    play::Outcome,
    shell,
    stand::{self, Stand},
    timeline::Timeline,
    transcript,
};

/// Headers that are sent again.
const HEADERS: [&str; 7] = [
    "Accept",
    "Content-Type",
    "User-Agent",
    "Impersonate-User",
    "Impersonate-Group",
    "If-None-Match",
    "Kubectl-Command",
];

/// Plays a scenario.
///
/// # Errors
/// When a recording cannot be read.
pub async fn play(name: &str, recordings: &Path) -> Result<Vec<Outcome>> {
    let steps = transcript::read(recordings, name)?;
    let all = exchange::read(recordings, name)?;
    let stand = Stand::new(name, Path::new("kubectl"), stand::epoch(exchange::began_ms(&all))).await?;
    let mut exchanges: BTreeMap<usize, Vec<Exchange>> = BTreeMap::new();
    for exchange in all {
        exchanges.entry(exchange.step).or_default().push(exchange);
    }
    let timeline = Timeline::start(stand.alone.live.clone()).await;
    let mut likeness = Likeness::default();
    let mut outcomes = Vec::new();
    for step in &steps {
        if let Some(command) = step.cmd.as_deref().filter(|c| shell::is_deed(c)) {
            timeline.at(step.t).await;
            shell::run(command, &stand).await?;
        }
        let mut told: Option<Outcome> = None;
        for exchange in exchanges.get(&step.step).into_iter().flatten().filter(|e| !e.is_watch()) {
            timeline.at(exchange.t).await;
            let outcome = one(exchange, &stand, &mut likeness).await?;
            let worse = told.as_ref().is_none_or(|t| t.agrees);
            told = if worse { Some(outcome) } else { told };
        }
        outcomes.extend(told);
    }
    stand.alone.stop().await;
    Ok(outcomes)
}

async fn one(exchange: &Exchange, stand: &Stand, likeness: &mut Likeness) -> Result<Outcome> {
    let url = likeness.speak(&exchange.url);
    let mut request = http::Request::builder().method(exchange.method.as_str()).uri(&url);
    for (name, value) in exchange.req_headers.iter().filter(|(n, _)| HEADERS.contains(&n.as_str())) {
        let values = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
        for value in values.into_iter().filter_map(|v| v.as_str()) {
            request = request.header(name, value);
        }
    }
    let sent = exchange.sent();
    let sent = match String::from_utf8(sent) {
        Ok(text) => likeness.speak(&text).into_bytes(),
        Err(binary) => binary.into_bytes(),
    };
    let request = request.body(Full::new(Bytes::from(sent)))?;
    let response =
        stand.alone.live.service(admin()).oneshot(request).await.unwrap_or_else(|never| match never {});
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    let is = String::from_utf8_lossy(&body).into_owned();
    let expect = exchange.answer();
    if let Some(expect) = expect {
        likeness.learn(expect, &is);
    }
    let same = expect.is_none_or(|expect| compare::bodies(expect, &is));
    Ok(Outcome {
        step: exchange.step,
        what: exchange.what(),
        agrees: status == exchange.status && same,
        expect: format!("{} {}\n{}", exchange.status, exchange.answer_type(), expect.unwrap_or_default()),
        is: format!("{status}\n{is}"),
    })
}
