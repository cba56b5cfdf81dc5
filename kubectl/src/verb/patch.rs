//! `kubectl patch`: strategic, merge and JSON patches; without the cluster for `--local` and `--dry-run=client`.

use http::Method;
use serde_json::Value;

use super::{DryRun, dry_run, local, parse, print::Printer};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest, patch,
    select::Found,
};

/// The kinds of patches, with what their bodies are called.
const TYPES: &[(&str, &str)] = &[
    ("json", "application/json-patch+json"),
    ("merge", "application/merge-patch+json"),
    ("strategic", "application/strategic-merge-patch+json"),
];

/// Runs `patch`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("patch", words)?;
    let dry = dry_run(cx, &flags)?;
    Printer::read(cx, &flags)?;
    let content = check(&flags)?;
    let body = body(cx, &flags)?;
    let (found, mut fails) = local::each(cx, &flags, &flags.args).await?;
    if found.is_empty() && fails.is_empty() {
        return Err(Fail::error("no objects passed to patch"));
    }
    for target in found {
        fails.extend(one(cx, &flags, dry, content, &body, target).await.err());
    }
    Fail::all(fails)
}

/// The kind of the patch as its body's type.
fn check(flags: &Flags) -> Done<&'static str> {
    let (text, file) = (flags.text("patch"), flags.text("patch-file"));
    if text.is_empty() && file.is_empty() {
        return Err(Fail::error("must specify --patch or --patch-file containing the contents of the patch"));
    }
    if !text.is_empty() && !file.is_empty() {
        return Err(Fail::error("cannot specify --patch and --patch-file together"));
    }
    if flags.on("local") && !flags.args.is_empty() {
        return Err(Fail::error("cannot specify --local and server resources"));
    }
    let asked = flags.get("type").unwrap_or("strategic");
    let found = TYPES.iter().find(|(name, _)| asked.eq_ignore_ascii_case(name));
    found
        .map(|(_, content)| *content)
        .ok_or_else(|| Fail::Error(format!("--type must be one of [json merge strategic], not {asked:?}")))
}

/// The patch as JSON; what begins like JSON is left to the server to judge.
fn body(cx: &Cx<'_>, flags: &Flags) -> Done<String> {
    let text = match flags.text("patch-file") {
        "" => flags.text("patch").to_owned(),
        file => manifest::text_of(cx, file).map_err(|fail| fail.when("unable to read patch file"))?,
    };
    if text.trim_start().starts_with('{') {
        return Ok(text);
    }
    let value = goyaml::read(&text)
        .map_err(|why| Fail::Error(format!("unable to parse {:?}: {why}", flags.text("patch"))))?;
    Ok(value.to_string())
}

async fn one(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, content: &str, body: &str, target: Found) -> Done {
    let mut title = target.title();
    let patched = if dry == DryRun::Client || flags.on("local") {
        let patch: Value = serde_json::from_str(body).map_err(|why| Fail::Error(why.to_string()))?;
        let mut object = target.object.clone();
        match content {
            "application/json-patch+json" => patch::apply_json(&mut object, &patch).map_err(Fail::Error)?,
            "application/merge-patch+json" => patch::apply_merge(&mut object, &patch),
            _ => patch::apply_strategic(&mut object, &patch),
        }
        object
    } else {
        let mut pairs = vec![("fieldManager", flags.get("field-manager").unwrap_or("kubectl-patch"))];
        if dry == DryRun::Server {
            pairs.insert(0, ("dryRun", "All"));
        }
        let sub = flags.text("subresource");
        let path = if sub.is_empty() { target.url() } else { format!("{}/{sub}", target.url()) };
        let url = format!("{path}{}", query(&pairs));
        cx.send_text(Method::PATCH, &url, JSON, (content, body)).await?
    };
    if patched["kind"] == "Scale" {
        title = format!("scale.autoscaling/{}", target.name);
    }
    let done = if patched == target.object { "patched (no change)" } else { "patched" };
    Printer::read(cx, flags)?.print(cx, &patched, &title, done, DryRun::None)
}
