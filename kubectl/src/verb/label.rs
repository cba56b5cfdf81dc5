//! `kubectl label` and `kubectl annotate`.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value, json};

use super::{DryRun, dry_run, local, parse, print::Printer};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    names,
    output::pairs,
    patch,
    select::{self, Found},
};

/// What is to become of the labels or annotations.
struct Change {
    set: BTreeMap<String, String>,
    remove: Vec<String>,
}

/// What the two verbs differ in.
#[derive(Clone, Copy)]
struct Kind {
    noun: &'static str,
    /// Under `metadata`.
    field: &'static str,
    manager: &'static str,
}

const LABEL: Kind = Kind { noun: "label", field: "labels", manager: "kubectl-label" };
const ANNOTATION: Kind = Kind { noun: "annotation", field: "annotations", manager: "kubectl-annotate" };

impl Kind {
    fn is_label(self) -> bool {
        self.noun == "label"
    }
}

/// Runs `label` or `annotate`.
pub async fn run(cx: &mut Cx<'_>, verb: &str, words: &[String]) -> Done {
    let kind = if verb == "label" { LABEL } else { ANNOTATION };
    let flags = parse(verb, words)?;
    let dry = dry_run(cx, &flags)?;
    if flags.on("list") && !flags.text("output").is_empty() {
        return Err(Fail::error("--list and --output may not be specified together"));
    }
    let (targets, changes) = split(kind, &flags.args)?;
    let change = if kind.is_label() { labels(&changes)? } else { annotations(&changes)? };
    check(kind, &flags, dry, &targets, &change)?;
    let alone = select::is_single(&flags, &targets);
    if !alone && !flags.text("resource-version").is_empty() {
        return Err(Fail::error("--resource-version may only be used with a single resource"));
    }
    let found = local::objects(cx, &flags, &targets).await?;
    let mut fails = Vec::new();
    for found in found {
        let done = if flags.on("list") {
            list(cx, kind, alone, &found);
            Ok(())
        } else {
            one(cx, &flags, dry, kind, &change, found).await
        };
        fails.extend(done.err());
    }
    Fail::all(fails)
}

/// Resources first, changes behind them.
fn split(kind: Kind, args: &[String]) -> Done<(Vec<String>, Vec<String>)> {
    let is_change =
        |word: &str| (word.contains('=') && !word.starts_with('=')) || (word.ends_with('-') && word != "-");
    let at = args.iter().position(|word| is_change(word)).unwrap_or(args.len());
    let (targets, changes) = args.split_at(at);
    match changes.iter().find(|word| !is_change(word)) {
        Some(word) => {
            Err(Fail::Error(format!("all resources must be specified before {} changes: {word}", kind.noun)))
        }
        None => Ok((targets.to_vec(), changes.to_vec())),
    }
}

fn labels(words: &[String]) -> Done<Change> {
    let mut change = Change { set: BTreeMap::new(), remove: Vec::new() };
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            change.remove.push(word.trim_end_matches('-').to_owned());
            continue;
        };
        if value.contains('=') {
            return Err(Fail::Error(format!("invalid label spec: {word}")));
        }
        let wrong = names::label_value(value);
        if !wrong.is_empty() {
            return Err(Fail::Error(format!("invalid label value: {word:?}: {}", wrong.join(";"))));
        }
        change.set.insert(key.into(), value.into());
    }
    if change.remove.iter().any(|key| change.set.contains_key(key)) {
        return Err(Fail::error("can not both modify and remove a label in the same command"));
    }
    Ok(change)
}

fn annotations(words: &[String]) -> Done<Change> {
    let mut change = Change { set: BTreeMap::new(), remove: Vec::new() };
    for word in words {
        match word.split_once('=') {
            Some((key, value)) => drop(change.set.insert(key.into(), value.into())),
            None => change.remove.push(word.strip_suffix('-').unwrap_or(word).to_owned()),
        }
    }
    let both: Vec<&str> =
        change.remove.iter().filter(|key| change.set.contains_key(*key)).map(String::as_str).collect();
    if !both.is_empty() {
        return Err(Fail::Error(format!(
            "can not both modify and remove the following annotation(s) in the same command: {}",
            both.join(", ")
        )));
    }
    Ok(change)
}

fn check(kind: Kind, flags: &Flags, dry: DryRun, targets: &[String], change: &Change) -> Done {
    for flag in ["selector", "field-selector"] {
        if flags.on("all") && !flags.text(flag).is_empty() {
            return Err(Fail::Error(format!("cannot set --all and --{flag} at the same time")));
        }
    }
    local::check(flags, dry, targets)?;
    if change.set.is_empty() && change.remove.is_empty() && !flags.on("list") {
        return Err(Fail::Error(format!("at least one {} update is required", kind.noun)));
    }
    Ok(())
}

fn list(cx: &mut Cx<'_>, kind: Kind, alone: bool, found: &Found) {
    let mut text = String::new();
    let indent = if alone { "" } else { " " };
    if !alone {
        let (noun, resource) = (kind.field, &found.resource);
        text.push_str(&format!("Listing {noun} for {}.{}/{}:\n", resource.kind, resource.group, found.name));
    }
    for (key, value) in pairs(&found.object, &format!("/metadata/{}", kind.field)) {
        text.push_str(&format!("{indent}{key}={value}\n"));
    }
    cx.out(&text);
}

async fn one(
    cx: &mut Cx<'_>,
    flags: &Flags,
    dry: DryRun,
    kind: Kind,
    change: &Change,
    mut found: Found,
) -> Done {
    let pointer = format!("/metadata/{}", kind.field);
    let had: BTreeMap<String, String> =
        pairs(&found.object, &pointer).into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    let sends = dry != DryRun::Client && !flags.on("local");
    if !flags.on("overwrite") {
        refuse_overwrite(kind, change, &had)?;
    }
    let mut changes = Map::new();
    for (key, value) in change.set.iter().filter(|(key, value)| had.get(*key) != Some(value)) {
        changes.insert(key.clone(), value.as_str().into());
    }
    for key in &change.remove {
        if had.contains_key(key) {
            changes.insert(key.clone(), Value::Null);
        } else if kind.is_label() && sends {
            cx.out(&format!("label {key:?} not found.\n"));
        }
    }
    let done = match (kind.is_label(), changes.is_empty()) {
        (true, true) => "not labeled",
        (true, false) if changes.values().any(Value::is_null) => "unlabeled",
        (true, false) => "labeled",
        (false, _) => "annotated",
    };
    let mut body = json!({});
    if !changes.is_empty() {
        body["metadata"][kind.field] = Value::Object(changes);
    }
    let version = flags.text("resource-version");
    if !version.is_empty() {
        body["metadata"]["resourceVersion"] = version.into();
    }
    if sends {
        let mut more = vec![("fieldManager", flags.get("field-manager").unwrap_or(kind.manager))];
        if dry == DryRun::Server {
            more.insert(0, ("dryRun", "All"));
        }
        let url = format!("{}{}", found.url(), query(&more));
        found.object =
            cx.send(Method::PATCH, &url, JSON, Some(("application/merge-patch+json", &body))).await?;
    } else {
        patch::apply_merge(&mut found.object, &body);
    }
    Printer::read(cx, flags)?.print(cx, &found.object, &found.title(), done, dry)
}

fn refuse_overwrite(kind: Kind, change: &Change, had: &BTreeMap<String, String>) -> Done {
    let other = |(key, value): (&String, &String)| {
        let is = had.get(key).filter(|is| *is != value)?;
        Some(format!("'{key}' already has a value ({is})"))
    };
    let taken: Vec<String> = change.set.iter().filter_map(other).collect();
    if taken.is_empty() {
        return Ok(());
    }
    if !kind.is_label() {
        let text = "--overwrite is false but found the following declared annotation(s)";
        return Err(Fail::Error(format!("{text}: {}", taken.join(", "))));
    }
    let fails = taken.into_iter().map(|text| Fail::Error(format!("{text}, and --overwrite is false")));
    Fail::all(fails.collect())
}
