//! `kubectl scale`: the number of replicas, through the scale subresource.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, print::Printer};
use crate::{
    fail::{Done, Fail},
    follow::{Deadline, Seen, TIMED_OUT, follow},
    http::{Cx, JSON},
    output::{number, text},
    select::{self, Found},
};

/// How an object is scaled.
struct Plan {
    replicas: i64,
    /// What must be so before; -1 is anything.
    current: i64,
    /// What must be so before; empty is anything.
    version: String,
    dry: DryRun,
    timeout_ns: i64,
}

/// Runs `scale`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("scale", words)?;
    let replicas =
        flags.number("replicas").ok_or_else(|| Fail::error("required flag(s) \"replicas\" not set"))?;
    if replicas < 0 {
        return Err(Fail::error(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    let current = flags.number("current-replicas").unwrap_or(-1);
    if current < -1 {
        return Err(Fail::error("The --current-replicas must specify an integer of -1 or greater"));
    }
    let plan = Plan {
        replicas,
        current,
        version: flags.text("resource-version").to_owned(),
        dry: dry_run(cx, &flags)?,
        timeout_ns: flags.duration("timeout", "0"),
    };
    let mut printer = Printer::read(cx, &flags)?;
    let (found, mut fails) = select::each(cx, &flags, &flags.args).await?;
    if found.is_empty() {
        let words: Vec<String> = fails.iter().map(Fail::message).collect();
        let words = match words.as_slice() {
            [] => String::new(),
            [one] => format!(" {one}"),
            many => format!(" [{}]", many.join(", ")),
        };
        return Err(Fail::Error(format!("no objects passed to scale{words}")));
    }
    for target in found {
        fails.extend(one(cx, &mut printer, &plan, &target).await.err());
    }
    Fail::all(fails)
}

async fn one(cx: &mut Cx<'_>, printer: &mut Printer, plan: &Plan, target: &Found) -> Done {
    if plan.dry != DryRun::Client {
        scale(cx, plan, target).await?;
    }
    if plan.timeout_ns > 0 && plan.dry == DryRun::None {
        wait(cx, plan, target).await?;
    }
    printer.print(cx, &target.object, &target.title(), "scaled", plan.dry)
}

async fn scale(cx: &mut Cx<'_>, plan: &Plan, target: &Found) -> Done {
    let url = format!("{}/scale", target.url());
    let dry = if plan.dry == DryRun::Server { "?dryRun=All" } else { "" };
    if plan.current < 0 && plan.version.is_empty() {
        let patch = json!({"spec": {"replicas": plan.replicas}});
        let content = "application/merge-patch+json";
        return cx
            .send(Method::PATCH, &format!("{url}{dry}"), JSON, Some((content, &patch)))
            .await
            .map(|_| ());
    }
    let mut scale = cx.get(&url).await?;
    expect(plan, &scale)?;
    scale["spec"]["replicas"] = plan.replicas.into();
    cx.send(Method::PUT, &format!("{url}{dry}"), JSON, Some((JSON, &scale))).await.map(|_| ())
}

/// Whether a scale is as the line says that it must be.
fn expect(plan: &Plan, scale: &Value) -> Done {
    let (replicas, version) = (number(scale, "/spec/replicas"), text(scale, "/metadata/resourceVersion"));
    if plan.current >= 0 && plan.current != replicas {
        return Err(Fail::Error(format!("Expected replicas to be {}, was {replicas}", plan.current)));
    }
    if !plan.version.is_empty() && plan.version != version {
        return Err(Fail::Error(format!("Expected resource version to be {}, was {version}", plan.version)));
    }
    Ok(())
}

/// Waits until the object has as many replicas as it should.
async fn wait(cx: &mut Cx<'_>, plan: &Plan, target: &Found) -> Done {
    let deadline = Deadline::new(cx, Some(plan.timeout_ns));
    let end = follow(cx, target, &deadline, |_, seen| {
        let Seen::There(object) = seen else { return Ok(None) };
        let seen = number(object, "/status/observedGeneration") >= number(object, "/metadata/generation");
        Ok((seen && number(object, "/status/replicas") == number(object, "/spec/replicas")).then_some(()))
    });
    end.await?.ok_or_else(|| Fail::error(TIMED_OUT))
}
