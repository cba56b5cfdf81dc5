//! `kubectl diff`: what `apply` would change, as `diff -u -N` shows it. No program is run for it.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value};

use super::{apply, last_applied, parse, usage};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest,
    output::{text, unified, without_managed_fields},
    patch,
    select::Found,
};

/// An object as it is and as it would be.
type Pair = (Option<Value>, Option<Value>);

/// Runs `diff`. Exit code 1 is a difference, 2 a failure.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    match compare(cx, words).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(Fail::Exit(1, String::new())),
        Err(fail) => Err(Fail::Exit(
            2,
            fail.to_string().replace("diff --help' for usage.", "diff -h' for help and examples"),
        )),
    }
}

async fn compare(cx: &mut Cx<'_>, words: &[String]) -> Done<bool> {
    let flags = parse("diff", words)?;
    if !flags.args.is_empty() {
        return Err(usage("diff", &format!("Unexpected args: [{}]", flags.args.join(" "))));
    }
    manifest::needs_files(&flags)?;
    if flags.on("force-conflicts") && !flags.on("server-side") {
        return Err(Fail::error("--force-conflicts only works with --server-side"));
    }
    let pruned = if flags.on("prune") { Some(apply::Kinds::read(cx, &flags).await?) } else { None };
    let read = manifest::read(cx, &flags, "Ignore").await?;
    let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
    let (mut uids, mut namespaces) = (Vec::new(), Vec::new());
    for target in read.found {
        let (live, merged) = both(cx, &flags, &target).await?;
        if let Some(live) = &live {
            apply::warn_if_deleting(cx, live, &target);
            uids.push(text(live, "/metadata/uid").to_owned());
        }
        namespaces.extend(target.namespace.clone());
        pairs.insert(file_name(&target), (live, Some(merged)));
    }
    Fail::all(read.fails)?;
    if let Some(kinds) = pruned {
        for gone in kinds.leftovers(cx, &flags, &namespaces, &uids).await? {
            pairs.insert(file_name(&gone), (Some(gone.object), None));
        }
    }
    Ok(print(cx, &flags, pairs))
}

/// `apps.v1.Deployment.default.web`.
fn file_name(target: &Found) -> String {
    let resource = &target.resource;
    let group = if resource.group.is_empty() { String::new() } else { format!("{}.", resource.group) };
    let namespace = target.namespace.as_deref().unwrap_or_default();
    format!("{group}{}.{}.{namespace}.{}", resource.version, resource.kind, target.name)
}

/// What is there, and what the server would make of it.
async fn both(cx: &mut Cx<'_>, flags: &Flags, target: &Found) -> Done<(Option<Value>, Value)> {
    if target.name.is_empty() {
        return Err(Fail::error("resource name may not be empty"));
    }
    let live = match cx.get(&target.url()).await {
        Ok(live) => Some(live),
        Err(fail) if fail.is_not_found() => None,
        Err(fail) => return Err(fail),
    };
    let server_side = flags.on("server-side");
    let manager = if server_side { "kubectl" } else { "kubectl-client-side-apply" };
    let mut pairs = vec![("dryRun", "All"), ("fieldManager", flags.get("field-manager").unwrap_or(manager))];
    let merged = match &live {
        _ if server_side => {
            pairs.push(("force", if flags.on("force-conflicts") { "true" } else { "false" }));
            let url = format!("{}{}", target.url(), query(&pairs));
            let sent = cx
                .send(Method::PATCH, &url, JSON, Some(("application/apply-patch+yaml", &target.object)))
                .await;
            sent.map_err(apply::with_help)?
        }
        None => {
            let url = target.resource.url(target.namespace.as_deref(), "");
            cx.send(Method::POST, &format!("{url}{}", query(&pairs)), JSON, Some((JSON, &target.object)))
                .await?
        }
        Some(live) => {
            let original = last_applied::of(live).unwrap_or(Value::Null);
            let strategic = patch::is_built_in(&target.resource.group);
            let change = patch::three_way(&original, &last_applied::bare(&target.object), live, strategic);
            let kind = if strategic {
                "application/strategic-merge-patch+json"
            } else {
                "application/merge-patch+json"
            };
            let url = format!("{}{}", target.url(), query(&pairs));
            cx.send(Method::PATCH, &url, JSON, Some((kind, &change))).await?
        }
    };
    Ok((live, merged))
}

/// Prints what differs; says whether anything does.
fn print(cx: &mut Cx<'_>, flags: &Flags, pairs: BTreeMap<String, Pair>) -> bool {
    let time = cx.now().strftime("%Y-%m-%d %H:%M:%S%.9f +0000").to_string();
    let mut differs = false;
    for (name, (mut live, mut merged)) in pairs {
        if name.starts_with("v1.Secret.") {
            mask(&mut live, &mut merged);
        }
        let whole = flags.on("show-managed-fields") || merged.is_none();
        let shown = |object: Option<Value>| {
            let object = object.map(|it| if whole { it } else { without_managed_fields(it) });
            object.map(|object| goyaml::document(&object)).unwrap_or_default()
        };
        let hunks = unified::hunks(&shown(live), &shown(merged));
        if !hunks.is_empty() {
            differs = true;
            let folder = |state: &str| format!("{}/{state}-1/{name}", std::env::temp_dir().display());
            let (from, to) = (folder("LIVE"), folder("MERGED"));
            cx.out(&format!("diff -u -N {from} {to}\n--- {from}\t{time}\n+++ {to}\t{time}\n{hunks}"));
        }
    }
    differs
}

/// Hides what a secret holds, and shows which of its keys change.
fn mask(live: &mut Option<Value>, merged: &mut Option<Value>) {
    let data = |object: &Option<Value>| -> Map<String, Value> {
        let data = object.as_ref().and_then(|object| object["data"].as_object());
        data.cloned().unwrap_or_default()
    };
    let (before, after) = (data(live), data(merged));
    for (object, other, word) in [(live, &after, "*** (before)"), (merged, &before, "*** (after)")] {
        let data = object.as_mut().and_then(|object| object["data"].as_object_mut());
        for (key, value) in data.into_iter().flatten() {
            let differs = other.get(key).is_some_and(|other| other != value);
            *value = if differs { word.into() } else { "***".into() };
        }
    }
}
