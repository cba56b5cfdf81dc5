//! `kubectl set image`.
//!
//! Omits: `set env`, `set resources`, `set selector`, `set serviceaccount`, `set subject`.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, report};
use crate::{
    fail::{Done, Fail},
    http::{Cx, JSON, query},
    output::{list, text},
    patch, select,
};

const FLAGS: &str = "all:b all-namespaces/A:b selector/l:s filename/f:l output/o:s dry-run:s=unchanged local:b \
    field-manager:s recursive/R:b show-managed-fields:b template:s kustomize/k:s";

/// Runs `set image`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = crate::flags::verb_of(words);
    match subcommand {
        Some("image") => image(cx, &rest).await,
        Some(other) => Err(Fail::Error(format!(
            "set {other} is a command of kubectl that this console does not run yet"
        ))),
        None => Err(Fail::error(
            "set needs a subcommand, such as: kubectl set image deployment/web web=nginx:1.26",
        )),
    }
}

async fn image(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "set image", FLAGS, words)?;
    let dry = dry_run(cx, &flags)?;
    let (updates, targets): (Vec<String>, Vec<String>) =
        flags.args.iter().cloned().partition(|word| word.contains('='));
    if targets.is_empty() {
        return Err(Fail::error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if updates.is_empty() {
        return Err(Fail::error("at least one image update is required"));
    }
    let mut fails = Vec::new();
    for found in select::objects(cx, &flags, &targets).await? {
        let mut changed = found.object.clone();
        let Some(spec) = changed.pointer_mut(pod_spec(&found.object)) else {
            fails.push(Fail::Error(format!(
                "the object is not a pod or does not have a pod template: {}",
                found.title()
            )));
            continue;
        };
        let before = fails.len();
        for update in &updates {
            let (container, image) = update.split_once('=').unwrap_or((update, ""));
            if !update_image(spec, container, image) {
                fails.push(Fail::Error(format!("unable to find container named {container:?}")));
            }
        }
        if fails.len() > before {
            continue;
        }
        let change = patch::three_way(
            &Value::Null,
            &changed,
            &found.object,
            patch::is_built_in(&found.resource.group),
        );
        if change == json!({}) {
            continue;
        }
        let answer = if dry == DryRun::Client {
            changed
        } else {
            let mut pairs = vec![("fieldManager", "kubectl-set")];
            if dry == DryRun::Server {
                pairs.insert(0, ("dryRun", "All"));
            }
            let url = format!("{}{}", found.url(), query(&pairs));
            let content = "application/strategic-merge-patch+json";
            cx.send(Method::PATCH, &url, JSON, Some((content, &change))).await?
        };
        report(cx, &flags, &answer, &found.title(), "image updated")?;
    }
    Fail::all(fails)
}

/// Where the pod's spec is in an object.
fn pod_spec(object: &Value) -> &'static str {
    match text(object, "/kind") {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    }
}

/// Whether there was such a container; `*` is all of them.
fn update_image(spec: &mut Value, name: &str, image: &str) -> bool {
    let mut found = false;
    for field in ["initContainers", "containers"] {
        if list(spec, &format!("/{field}")).is_empty() {
            continue;
        }
        for container in spec[field].as_array_mut().into_iter().flatten() {
            if name == "*" || container["name"] == name {
                container["image"] = image.into();
                found = true;
            }
        }
    }
    found
}
