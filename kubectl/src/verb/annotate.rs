//! `kubectl label` and `kubectl annotate`.

use http::Method;
use serde_json::{Map, Value, json};

use super::{DryRun, dry_run, parse, report};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    output::pairs,
    select::{self, Found},
};

const FLAGS: &str = "overwrite:b list:b all:b all-namespaces/A:b selector/l:s field-selector:s resource-version:s \
    local:b dry-run:s=unchanged output/o:s filename/f:l recursive/R:b field-manager:s show-managed-fields:b \
    template:s kustomize/k:s";

const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// What is to become of the labels or annotations.
struct Change {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

/// Runs `label` or `annotate`.
pub async fn run(cx: &mut Cx<'_>, verb: &str, words: &[String]) -> Done {
    let flags = parse(cx, verb, FLAGS, words)?;
    let dry = dry_run(cx, &flags)?;
    let is_change = |word: &&String| word.contains('=') || (word.ends_with('-') && word.len() > 1);
    let split = flags.args.iter().position(|word| is_change(&word)).unwrap_or(flags.args.len());
    let (targets, changes) = flags.args.split_at(split);
    let field = if verb == "label" { "labels" } else { "annotations" };
    if targets.is_empty() {
        return Err(Fail::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let change = read(verb, changes)?;
    if changes.is_empty() && !flags.on("list") {
        return Err(Fail::Error(format!("at least one {} update is required", verb_noun(verb))));
    }
    let mut fails = Vec::new();
    for found in select::objects(cx, &flags, targets).await? {
        if let Err(fail) = one(cx, &flags, dry, verb, field, &change, &found).await {
            fails.push(fail);
        }
    }
    Fail::all(fails)
}

fn verb_noun(verb: &str) -> &str {
    if verb == "label" { "label" } else { "annotation" }
}

fn read(verb: &str, words: &[String]) -> Done<Change> {
    let noun = verb_noun(verb);
    let mut change = Change { set: Vec::new(), remove: Vec::new() };
    for word in words {
        match word.split_once('=') {
            Some((key, value)) if verb == "label" => {
                if value.contains('=') || key.is_empty() {
                    return Err(Fail::Error(format!("invalid label spec: {word}")));
                }
                if !is_label_value(value) {
                    return Err(Fail::Error(format!("invalid label value: {word:?}: {VALUE_RULE}")));
                }
                change.set.push((key.into(), value.into()));
            }
            Some((key, value)) => change.set.push((key.into(), value.into())),
            None => match word.strip_suffix('-') {
                Some(key) => change.remove.push(key.into()),
                None => return Err(Fail::Error(format!("unknown {noun} spec: {word}"))),
            },
        }
    }
    if let Some(both) = change.remove.iter().find(|key| change.set.iter().any(|(set, _)| set == *key)) {
        return Err(Fail::Error(format!(
            "can not both modify and remove {} {noun} in the same command",
            an(both)
        )));
    }
    Ok(change)
}

fn an(key: &str) -> String {
    format!("a \"{key}\"")
}

fn is_label_value(value: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inner = value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    value.is_empty()
        || (value.len() <= 63 && inner && edge(value.chars().next()) && edge(value.chars().last()))
}

async fn one(
    cx: &mut Cx<'_>,
    flags: &Flags,
    dry: DryRun,
    verb: &str,
    field: &str,
    change: &Change,
    found: &Found,
) -> Done {
    let pointer = format!("/metadata/{field}");
    let had: Vec<(String, String)> =
        pairs(&found.object, &pointer).into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    let value_of = |key: &str| had.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    if flags.on("list") {
        had.iter().for_each(|(key, value)| cx.out(&format!("{key}={value}\n")));
        return Ok(());
    }
    if !flags.on("overwrite") {
        refuse_overwrite(verb, change, &value_of)?;
    }
    let mut patch = Map::new();
    let mut unlabeled = false;
    for (key, value) in &change.set {
        if value_of(key) != Some(value) {
            patch.insert(key.clone(), value.as_str().into());
        }
    }
    for key in &change.remove {
        if value_of(key).is_some() {
            unlabeled = true;
            patch.insert(key.clone(), Value::Null);
        } else if verb == "label" {
            cx.out(&format!("label {key:?} not found.\n"));
        }
    }
    let done = match (verb, patch.is_empty(), unlabeled) {
        ("label", true, _) => "not labeled",
        ("label", false, true) => "unlabeled",
        ("label", false, false) => "labeled",
        _ => "annotated",
    };
    let body = if patch.is_empty() { json!({}) } else { json!({"metadata": {field: patch}}) };
    let answer = if dry == DryRun::Client {
        found.object.clone()
    } else {
        let mut more =
            vec![("fieldManager", if verb == "label" { "kubectl-label" } else { "kubectl-annotate" })];
        if dry == DryRun::Server {
            more.insert(0, ("dryRun", "All"));
        }
        let url = format!("{}{}", found.url(), query(&more));
        cx.send(Method::PATCH, &url, JSON, Some(("application/merge-patch+json", &body))).await?
    };
    report(cx, flags, &answer, &found.title(), done)
}

fn refuse_overwrite<'a>(verb: &str, change: &Change, value_of: &impl Fn(&str) -> Option<&'a str>) -> Done {
    let taken: Vec<String> = change
        .set
        .iter()
        .filter_map(|(key, value)| {
            let had = value_of(key)?;
            (verb != "label" || had != value).then(|| format!("'{key}' already has a value ({had})"))
        })
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    Err(Fail::Error(if verb == "label" {
        format!("{}, and --overwrite is false", taken.join(", "))
    } else {
        format!("--overwrite is false but found the following declared annotation(s): {}", taken.join(", "))
    }))
}
