//! `kubectl cordon` and `kubectl uncordon`, and the nodes that they and `drain` are about.

use http::Method;
use serde_json::json;

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    select::{self, Found},
    verb::{DryRun, dry_run, parse, usage},
};

/// Runs `cordon` or `uncordon`.
pub async fn run(cx: &mut Cx<'_>, verb: &str, words: &[String]) -> Done {
    let flags = parse(verb, words)?;
    let dry = dry_run(cx, &flags)?;
    for node in nodes(cx, verb, &flags).await? {
        mark(cx, dry, verb == "cordon", &node).await;
    }
    Ok(())
}

/// The nodes of the line; of `node/a` only the name counts.
pub async fn nodes(cx: &mut Cx<'_>, verb: &str, flags: &Flags) -> Done<Vec<Found>> {
    if flags.args.is_empty() && flags.get("selector").is_none() {
        return Err(usage(verb, &format!("USAGE: {verb} NODE [flags]")));
    }
    if !flags.args.is_empty() && !flags.text("selector").is_empty() {
        return Err(usage(verb, "cannot specify both a node name and a --selector option"));
    }
    let args = match flags.text("selector") {
        "" => select::of_type("nodes", &flags.args),
        _ => vec!["nodes".to_owned()],
    };
    let (found, fails) = select::each(cx, flags, &args).await?;
    // kubectl looks no further than the first that is not there
    if let Some(first) = fails.into_iter().next() {
        return Err(first);
    }
    if let Some(other) = found.iter().find(|it| it.resource.plural != "nodes") {
        let (group, version, plural) =
            (&other.resource.group, &other.resource.version, &other.resource.plural);
        return Err(Fail::Error(format!(
            "expected resource of type node, got \"{group}/{version}, Resource={plural}\""
        )));
    }
    Ok(found)
}

/// Marks a node and says so; what the server refuses is told, and stops nothing.
pub async fn mark(cx: &mut Cx<'_>, dry: DryRun, stop: bool, node: &Found) {
    let verb = if stop { "cordon" } else { "uncordon" };
    let is = node.object["spec"]["unschedulable"] == true;
    let mut done = format!("already {verb}ed");
    if is != stop {
        done = format!("{verb}ed");
        if dry != DryRun::Client {
            let patch = json!({"spec": {"unschedulable": if stop { json!(true) } else { json!(null) }}});
            let url = format!("{}{}", node.url(), if dry == DryRun::Server { "?dryRun=All" } else { "" });
            let content = "application/strategic-merge-patch+json";
            if let Err(fail) = cx.send(Method::PATCH, &url, JSON, Some((content, &patch))).await {
                cx.err(&format!("error: unable to {verb} node {:?}: {}\n", node.name, fail.message()));
                return;
            }
        }
    }
    cx.out(&format!("{} {done}{}\n", node.title(), dry.suffix()));
}
