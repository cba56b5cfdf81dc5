//! `kubectl auth can-i`: one action, or with `--list` all that are allowed.

use http::Method;
use serde_json::{Value, json};

use super::rules;
use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    output::{tabs, text},
    select,
    verb::parse,
};

const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
const URL_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

/// What is asked about.
#[derive(Debug, Default)]
struct About {
    group: String,
    resource: String,
    name: String,
    /// Whether the server knows the resource, and has no namespaces for it.
    is_global: bool,
}

/// Runs `auth can-i`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("auth can-i", words)?;
    if flags.on("list") {
        return all(cx, &flags).await;
    }
    let [verb, what] = flags.args.as_slice() else {
        return Err(Fail::error(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
        ));
    };
    let subresource = flags.text("subresource");
    let spec = if what.starts_with('/') {
        if !subresource.is_empty() {
            return Err(Fail::error("--subresource can not be used with NonResourceURL"));
        }
        known(cx, verb, URL_VERBS);
        json!({"nonResourceAttributes": {"verb": verb, "path": what}})
    } else {
        let about = about(cx, what).await?;
        if about.is_global && !flags.on("all-namespaces") {
            let group =
                if about.group.is_empty() { String::new() } else { format!(" in group '{}'", about.group) };
            warn(cx, &format!("resource '{}' is not namespace scoped{group}", about.resource));
        }
        known(cx, verb, VERBS);
        let namespace =
            if flags.on("all-namespaces") { String::new() } else { select::namespace(cx, &flags) };
        json!({"resourceAttributes": {
            "namespace": namespace, "verb": verb, "group": about.group, "resource": about.resource,
            "subresource": subresource, "name": about.name,
        }})
    };
    if flags.on("no-headers") {
        return Err(Fail::error("--no-headers cannot be set without --list specified"));
    }
    let status = review(cx, "SelfSubjectAccessReview", spec).await?;
    answer(cx, flags.on("quiet"), &status)
}

/// `yes`, or `no` and why; a no is a failure without words.
fn answer(cx: &mut Cx<'_>, quiet: bool, status: &Value) -> Done {
    let allowed = status["allowed"] == true;
    let reasons = [text(status, "/reason"), text(status, "/evaluationError")];
    let reasons = reasons.iter().filter(|it| !allowed && !it.is_empty()).map(|it| format!(" - {it}"));
    let line = format!("{}{}\n", if allowed { "yes" } else { "no" }, reasons.collect::<String>());
    if !quiet {
        cx.out(&line);
    }
    if allowed { Ok(()) } else { Err(Fail::Plain(String::new())) }
}

fn warn(cx: &mut Cx<'_>, words: &str) {
    cx.err(&format!("Warning: {words}\n\n"));
}

fn known(cx: &mut Cx<'_>, verb: &str, verbs: &[&str]) {
    if !verbs.contains(&verb) {
        warn(cx, &format!("verb '{verb}' is not a known verb"));
    }
}

/// Reads `pods`, `deploy.apps/web` or `*`; warns of what the server does not have.
async fn about(cx: &mut Cx<'_>, what: &str) -> Done<About> {
    let (kind, name) = what.split_once('/').unwrap_or((what, ""));
    let name = name.to_owned();
    if kind == "*" {
        return Ok(About { resource: kind.into(), name, ..About::default() });
    }
    if let Ok(found) = discovery::find(cx, &kind.to_lowercase()).await {
        let is_global = !found.namespaced;
        return Ok(About { group: found.group, resource: found.plural, name, is_global });
    }
    if !["users", "groups"].contains(&kind) {
        let words = match kind.to_lowercase().split_once('.') {
            None => format!("the server doesn't have a resource type '{}'", kind.to_lowercase()),
            Some((kind, group)) => {
                format!("the server doesn't have a resource type '{kind}' in group '{group}'")
            }
        };
        warn(cx, &words);
    }
    Ok(About { resource: kind.into(), name, ..About::default() })
}

/// Asks for a review; gives its status.
async fn review(cx: &mut Cx<'_>, kind: &str, spec: Value) -> Done<Value> {
    let api = "authorization.k8s.io/v1";
    let url = format!("/apis/{api}/{}s", kind.to_lowercase());
    let body =
        json!({"apiVersion": api, "kind": kind, "metadata": {"creationTimestamp": null}, "spec": spec});
    Ok(cx.send(Method::POST, &url, JSON, Some((JSON, &body))).await?["status"].take())
}

/// All that is allowed in a namespace.
async fn all(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    if !flags.args.is_empty() {
        return Err(Fail::error("list option must be specified with no arguments"));
    }
    if flags.on("quiet") || flags.on("all-namespaces") || !flags.text("subresource").is_empty() {
        return Err(Fail::error(
            "list option can't be specified with neither quiet, all-namespaces nor subresource options",
        ));
    }
    let namespace = select::namespace(cx, flags);
    let status = review(cx, "SelfSubjectRulesReview", json!({"namespace": namespace})).await?;
    if status["incomplete"] == true {
        let words = format!("the list may be incomplete: {}", text(&status, "/evaluationError"));
        cx.err(&format!("Warning: {words}\n"));
    }
    let mut rows = String::new();
    if !flags.on("no-headers") {
        rows.push_str("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
    }
    for rule in rules::compact(rules::of_review(&status)) {
        rows.push_str(&rule.row());
    }
    if !rows.is_empty() {
        cx.out(&tabs::align(&rows, 6, 3, None));
    }
    Ok(())
}
