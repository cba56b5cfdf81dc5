//! `kubectl scale`: the number of replicas, through the scale subresource.

use http::Method;
use serde_json::json;

use super::{DryRun, dry_run, parse, report};
use crate::{
    fail::{Done, Fail},
    http::{Cx, JSON},
    output::number,
    select::{self, Ask},
};

const FLAGS: &str = "replicas:i current-replicas:i resource-version:s timeout:s all:b selector/l:s filename/f:l \
    output/o:s dry-run:s=unchanged recursive/R:b show-managed-fields:b template:s kustomize/k:s";

/// Runs `scale`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "scale", FLAGS, words)?;
    let replicas =
        flags.number("replicas").ok_or_else(|| Fail::error("required flag(s) \"replicas\" not set"))?;
    if replicas < 0 {
        return Err(Fail::error(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    let dry = dry_run(cx, &flags)?;
    let asks = select::asks(cx, &flags.args).await?;
    if asks.is_empty() {
        return Err(Fail::error(select::NOTHING_GIVEN));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for ask in &asks {
        match (select::fetch(cx, &flags, ask).await, ask) {
            (Ok(more), _) => found.extend(more),
            (Err(Fail::Status(status)), Ask::Named(..)) => missing.push(status),
            (Err(fail), _) => return Err(fail),
        }
    }
    if found.is_empty() && !missing.is_empty() {
        let words: Vec<String> = missing.iter().map(|status| status.message.clone()).collect();
        return Err(Fail::Error(format!("no objects passed to scale {}", words.join(", "))));
    }
    let mut fails: Vec<Fail> = missing.into_iter().map(Fail::Status).collect();
    for it in found {
        let url = format!("{}/scale", it.url());
        if let Some(expected) = flags.number("current-replicas").filter(|expected| *expected >= 0) {
            let mut scale = cx.get(&url).await?;
            let actual = number(&scale, "/spec/replicas");
            if actual != expected {
                fails.push(Fail::Error(format!("Expected replicas to be {expected}, was {actual}")));
                continue;
            }
            if dry == DryRun::None {
                scale["spec"]["replicas"] = replicas.into();
                match cx.send(Method::PUT, &url, JSON, Some((JSON, &scale))).await {
                    Ok(_) => report(cx, &flags, &it.object, &it.title(), "scaled")?,
                    Err(fail) => fails.push(fail),
                }
                continue;
            }
        }
        let patch = json!({"spec": {"replicas": replicas}});
        let answer = match dry {
            DryRun::Client => Ok(it.object.clone()),
            DryRun::Server => {
                let url = format!("{url}?dryRun=All");
                cx.send(Method::PATCH, &url, JSON, Some(("application/merge-patch+json", &patch))).await
            }
            DryRun::None => {
                cx.send(Method::PATCH, &url, JSON, Some(("application/merge-patch+json", &patch))).await
            }
        };
        match answer {
            Ok(_) => report(cx, &flags, &it.object, &it.title(), "scaled")?,
            Err(fail) => fails.push(fail),
        }
    }
    Fail::all(fails)
}
