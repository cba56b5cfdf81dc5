//! `apply view-last-applied` and `apply set-last-applied`: the annotation by itself.

use http::Method;
use serde_json::{Value, json};

use super::{Printer, dry_run, parse, place, usage};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    manifest,
    output::json as print,
    select::{self, Found},
    verb::{DryRun, last_applied},
};

/// Runs `apply view-last-applied`.
pub async fn view(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("apply view-last-applied", words)?;
    let output = flags.get("output").unwrap_or("yaml");
    if !["yaml", "json"].contains(&output) {
        let text = format!("Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json");
        return Err(usage("apply view-last-applied", &text));
    }
    for found in select::objects(cx, &flags, &flags.args).await? {
        let Some(annotation) = last_applied::text(&found.object) else { continue };
        let applied: Value = serde_json::from_str(annotation).unwrap_or(Value::Null);
        let printed =
            if output == "json" { print::print(&applied, "  ") } else { goyaml::document(&applied) };
        cx.out(&printed);
    }
    Ok(())
}

/// Runs `apply set-last-applied`.
pub async fn set(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("apply set-last-applied", words)?;
    let dry = dry_run(cx, &flags)?;
    let mut printer = Printer::read(cx, &flags)?;
    if flags.get("filename").is_none() {
        return Err(Fail::error(select::NOTHING_GIVEN));
    }
    let read = manifest::read(cx, &flags, "Ignore").await?;
    Fail::all(read.fails)?;
    let mut changes: Vec<(Found, Option<Value>)> = Vec::new();
    for target in read.found {
        changes.push(change(cx, &flags, target).await?);
    }
    for (mut target, patch) in changes {
        let Some(patch) = patch else {
            cx.out(&format!("set-last-applied {}: no changes required.\n", target.name));
            continue;
        };
        if dry != DryRun::Client {
            let query = if dry == DryRun::Server { "?dryRun=All" } else { "" };
            let url = format!("{}{query}", target.url());
            target.object =
                cx.send(Method::PATCH, &url, JSON, Some(("application/merge-patch+json", &patch))).await?;
        }
        printer.print(cx, &target.object, &target.title(), "configured", dry)?;
    }
    Ok(())
}

/// What must change for the annotation to say what the file does.
async fn change(cx: &mut Cx<'_>, flags: &Flags, mut target: Found) -> Done<(Found, Option<Value>)> {
    if target.name.is_empty() {
        return Err(Fail::Error(format!(
            "error when retrieving current configuration of:\n{}\nfrom server for: {:?}: resource name may not be empty",
            place(&target),
            target.source
        )));
    }
    let wanted = format!("{}\n", print::compact(&last_applied::without(&target.object)));
    let current = cx.get(&target.url()).await?;
    let had = last_applied::text(&current);
    if had.is_none() && !flags.on("create-annotation") {
        return Err(Fail::Error(format!(
            "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with --create-annotation",
            target.name
        )));
    }
    let patch = (had != Some(wanted.as_str()))
        .then(|| json!({"metadata": {"annotations": {last_applied::KEY: wanted}}}));
    target.object = current;
    Ok((target, patch))
}
