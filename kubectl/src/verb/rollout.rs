//! `kubectl rollout`: status, history, undo, restart, pause, resume.
//!
//! Omits: history and undo of DaemonSets and StatefulSets (their ControllerRevisions).

use futures::StreamExt;
use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, report};
use crate::{
    describe::pod_template,
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    http::{Cx, JSON, query},
    output::{items, list, number, tabs, text},
    select::{self, Found},
};

const FLAGS: &str = "watch/w:b revision:i to-revision:i timeout:s selector/l:s filename/f:l output/o:s \
    dry-run:s=unchanged recursive/R:b field-manager:s show-managed-fields:b template:s kustomize/k:s";

const REVISION: &str = "deployment.kubernetes.io/revision";

/// Runs a subcommand of `rollout`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    let Some(subcommand) = subcommand else {
        return Err(Fail::error(
            "rollout needs a subcommand: status, history, undo, restart, pause or resume",
        ));
    };
    if !["status", "history", "undo", "restart", "pause", "resume"].contains(&subcommand) {
        return Err(Fail::Error(format!("unknown command {subcommand:?} for \"kubectl rollout\"")));
    }
    let flags = parse(cx, &format!("rollout {subcommand}"), FLAGS, &rest)?;
    if flags.args.is_empty() {
        return Err(Fail::error("required resource not specified"));
    }
    let dry = dry_run(cx, &flags)?;
    let mut fails = Vec::new();
    for found in select::objects(cx, &flags, &flags.args).await? {
        let result = match subcommand {
            "status" => status(cx, &flags, &found).await,
            "history" => history(cx, &flags, &found).await,
            "undo" => undo(cx, &flags, dry, &found).await,
            other => change(cx, &flags, dry, &found, other).await,
        };
        if let Err(fail) = result {
            fails.push(fail);
        }
    }
    Fail::all(fails)
}

/// What a rollout's object says now, and whether that is the end.
fn viewed(object: &Value) -> Done<(String, bool)> {
    let name = text(object, "/metadata/name");
    let (spec, seen) = (number(object, "/metadata/generation"), number(object, "/status/observedGeneration"));
    match text(object, "/kind") {
        "Deployment" => view_deployment(object, name, spec > seen),
        "DaemonSet" => Ok(view_daemon_set(object, name, spec > seen)),
        "StatefulSet" => Ok(view_stateful_set(object, seen == 0 || spec > seen)),
        kind => Err(Fail::Error(format!("no status viewer has been implemented for {kind}"))),
    }
}

fn view_deployment(object: &Value, name: &str, unseen: bool) -> Done<(String, bool)> {
    if unseen {
        return Ok(("Waiting for deployment spec update to be observed...".into(), false));
    }
    let progressing = list(object, "/status/conditions").iter().find(|it| text(it, "/type") == "Progressing");
    if progressing.is_some_and(|it| text(it, "/reason") == "ProgressDeadlineExceeded") {
        return Err(Fail::Error(format!("deployment {name:?} exceeded its progress deadline")));
    }
    let wanted = number(object, "/spec/replicas");
    let [total, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"]
        .map(|it| number(object, &format!("/status/{it}")));
    let waiting =
        |what: String| (format!("Waiting for deployment {name:?} rollout to finish: {what}..."), false);
    Ok(if updated < wanted {
        waiting(format!("{updated} out of {wanted} new replicas have been updated"))
    } else if total > updated {
        waiting(format!("{} old replicas are pending termination", total - updated))
    } else if available < updated {
        waiting(format!("{available} of {updated} updated replicas are available"))
    } else {
        (format!("deployment {name:?} successfully rolled out"), true)
    })
}

fn view_daemon_set(object: &Value, name: &str, unseen: bool) -> (String, bool) {
    if unseen {
        return ("Waiting for daemon set spec update to be observed...".into(), false);
    }
    let [wanted, updated, available] =
        ["desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"]
            .map(|it| number(object, &format!("/status/{it}")));
    let waiting =
        |what: String| (format!("Waiting for daemon set {name:?} rollout to finish: {what}..."), false);
    if updated < wanted {
        waiting(format!("{updated} out of {wanted} new pods have been updated"))
    } else if available < wanted {
        waiting(format!("{available} of {wanted} updated pods are available"))
    } else {
        (format!("daemon set {name:?} successfully rolled out"), true)
    }
}

fn view_stateful_set(object: &Value, unseen: bool) -> (String, bool) {
    if unseen {
        return ("Waiting for statefulset spec update to be observed...".into(), false);
    }
    let wanted = number(object, "/spec/replicas");
    let [ready, updated, current] = ["readyReplicas", "updatedReplicas", "currentReplicas"]
        .map(|it| number(object, &format!("/status/{it}")));
    if ready < wanted {
        return (format!("Waiting for {} pods to be ready...", wanted - ready), false);
    }
    let rolling = &object["spec"]["updateStrategy"]["rollingUpdate"];
    if rolling.is_object() {
        let target = wanted - number(rolling, "/partition");
        return if updated < target {
            let counts = format!("{updated} out of {target} new pods have been updated");
            (format!("Waiting for partitioned roll out to finish: {counts}..."), false)
        } else {
            (format!("partitioned roll out complete: {updated} new pods have been updated..."), true)
        };
    }
    let revision = text(object, "/status/updateRevision");
    if revision != text(object, "/status/currentRevision") {
        return (
            format!(
                "waiting for statefulset rolling update to complete {updated} pods at revision {revision}..."
            ),
            false,
        );
    }
    (format!("statefulset rolling update complete {current} pods at revision {revision}..."), true)
}

/// A duration such as `90s` or `1m30s`, in seconds; at least one.
fn seconds(duration: &str) -> Option<i64> {
    let mut total = 0;
    let mut digits = String::new();
    for c in duration.chars() {
        match c {
            '0'..='9' => digits.push(c),
            'h' | 'm' | 's' => {
                let unit = match c {
                    'h' => 3600,
                    'm' => 60,
                    _ => 1,
                };
                total += digits.parse::<i64>().ok()? * unit;
                digits.clear();
            }
            _ => return None,
        }
    }
    (total > 0).then_some(total)
}

async fn status(cx: &mut Cx<'_>, flags: &Flags, found: &Found) -> Done {
    viewed(&found.object)?;
    if flags.get("watch").is_some() && !flags.on("watch") {
        let (words, _) = viewed(&found.object)?;
        cx.out(&format!("{words}\n"));
        return Ok(());
    }
    let collection = found.resource.url(found.namespace.as_deref(), "");
    let by_name = format!("metadata.name={}", found.name);
    let first = cx.get(&format!("{collection}{}", query(&[("fieldSelector", &by_name)]))).await?;
    for object in crate::output::typed_items(&first) {
        let (words, done) = viewed(&object)?;
        cx.out(&format!("{words}\n"));
        if done {
            return Ok(());
        }
    }
    let limit = seconds(flags.text("timeout")).map(|seconds| seconds.to_string());
    let mut version = text(&first, "/metadata/resourceVersion").to_owned();
    loop {
        let mut pairs = vec![("fieldSelector", by_name.as_str()), ("resourceVersion", version.as_str())];
        pairs.extend(limit.as_deref().map(|limit| ("timeoutSeconds", limit)));
        pairs.push(("watch", "true"));
        let mut events = cx.watch(&format!("{collection}{}", query(&pairs)), JSON).await?;
        let mut newest = String::new();
        while let Some(event) = events.next().await {
            let object = &event["object"];
            match text(&event, "/type") {
                "ADDED" | "MODIFIED" => {}
                "DELETED" => return Err(Fail::error("object has been deleted")),
                _ => continue,
            }
            newest = text(object, "/metadata/resourceVersion").to_owned();
            let (words, done) = viewed(object)?;
            cx.out(&format!("{words}\n"));
            if done {
                return Ok(());
            }
        }
        if limit.is_some() || newest.is_empty() {
            return Err(Fail::error("timed out waiting for the condition"));
        }
        version = newest;
    }
}

/// The revisions of a Deployment, ascending.
async fn revisions(cx: &mut Cx<'_>, found: &Found) -> Done<Vec<(i64, Value)>> {
    let namespace = found.namespace.as_deref().unwrap_or_default();
    let selector = crate::describe::selector(&found.object["spec"]["selector"]);
    let url =
        format!("/apis/apps/v1/namespaces/{namespace}/replicasets{}", query(&[("labelSelector", &selector)]));
    let answer = cx.get(&url).await?;
    let uid = text(&found.object, "/metadata/uid");
    let mut revisions = Vec::new();
    for set in items(&answer) {
        let owners = list(set, "/metadata/ownerReferences");
        let ours = owners.iter().any(|owner| owner["controller"] == true && text(owner, "/uid") == uid);
        let revision = set["metadata"]["annotations"][REVISION].as_str().and_then(|text| text.parse().ok());
        if let Some(revision) = revision.filter(|_| ours) {
            revisions.push((revision, set.clone()));
        }
    }
    revisions.sort_by_key(|(revision, _)| *revision);
    Ok(revisions)
}

async fn history(cx: &mut Cx<'_>, flags: &Flags, found: &Found) -> Done {
    if found.resource.kind != "Deployment" {
        let kind = &found.resource.kind;
        return Err(Fail::Error(format!(
            "error retrieving history for {kind:?}, no visitor method exists for {{{} {kind}}}",
            found.resource.group
        )));
    }
    let revisions = revisions(cx, found).await?;
    let cause = |set: &Value| {
        set["metadata"]["annotations"]["kubernetes.io/change-cause"].as_str().map(str::to_owned)
    };
    let printed = match flags.number("revision").filter(|revision| *revision > 0) {
        Some(wanted) => {
            let found_one = revisions.iter().find(|(revision, _)| *revision == wanted);
            let (_, set) = found_one.ok_or_else(|| Fail::error("unable to find the specified revision"))?;
            let mut template = set["spec"]["template"].clone();
            if let Some(cause) = cause(set) {
                template["metadata"]["annotations"]["kubernetes.io/change-cause"] = cause.into();
            }
            format!("{} with revision #{wanted}\n{}", found.title(), pod_template(&template))
        }
        None if revisions.is_empty() => "No rollout history found.\n".to_owned(),
        None => {
            let mut rows = String::from("REVISION\tCHANGE-CAUSE\n");
            for (revision, set) in &revisions {
                rows.push_str(&format!("{revision}\t{}\n", cause(set).unwrap_or_else(|| "<none>".into())));
            }
            format!("{} \n{}", found.title(), tabs::align(&rows, 0, 2, None))
        }
    };
    cx.out(&format!("{printed}\n"));
    Ok(())
}

async fn undo(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, found: &Found) -> Done {
    if found.resource.kind != "Deployment" {
        return Err(Fail::Error(format!("no rollbacker has been implemented for {:?}", found.resource.kind)));
    }
    if found.object["spec"]["paused"] == true {
        return Err(Fail::error(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    let revisions = revisions(cx, found).await?;
    let wanted = flags.number("to-revision").filter(|revision| *revision > 0);
    let set = match wanted {
        Some(wanted) => {
            revisions.iter().find(|(revision, _)| *revision == wanted).map(|(_, set)| set).ok_or_else(
                || Fail::Error(format!("unable to find specified revision {wanted} in history")),
            )?
        }
        None => match revisions.as_slice() {
            [.., (_, previous), _] => previous,
            _ => {
                return Err(Fail::Error(format!("no rollout history found for deployment {:?}", found.name)));
            }
        },
    };
    let mut template = set["spec"]["template"].clone();
    if dry == DryRun::Client {
        cx.out(&format!("{} {} (dry run)\n", found.title(), pod_template(&template)));
        return Ok(());
    }
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    let mut current = found.object["spec"]["template"].clone();
    for it in [&mut template, &mut current] {
        if let Some(metadata) = it["metadata"].as_object_mut() {
            metadata.remove("creationTimestamp");
        }
    }
    if template == current {
        let revision = text(&found.object, "/metadata/annotations/deployment.kubernetes.io~1revision");
        cx.out(&format!(
            "{} skipped rollback (current template already matches revision {})\n",
            found.title(),
            wanted.map_or(revision.to_owned(), |it| it.to_string())
        ));
        return Ok(());
    }
    let kept = [
        "deployment.kubernetes.io/revision",
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
    ];
    let mut annotations = json!({});
    for name in kept {
        if let Some(value) = found.object["metadata"]["annotations"].get(name) {
            annotations[name] = value.clone();
        }
    }
    for (name, value) in set["metadata"]["annotations"].as_object().into_iter().flatten() {
        if !kept.contains(&name.as_str()) {
            annotations[name] = value.clone();
        }
    }
    let patch = json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]);
    let url = format!("{}{}", found.url(), if dry == DryRun::Server { "?dryRun=All" } else { "" });
    let answer = cx.send(Method::PATCH, &url, JSON, Some(("application/json-patch+json", &patch))).await?;
    report(cx, flags, &answer, &found.title(), "rolled back")
}

async fn change(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, found: &Found, what: &str) -> Done {
    let name = format!("{} {:?}", found.resource.plural_group(), found.name);
    let paused = found.object["spec"]["paused"] == true;
    let (patch, done) = match what {
        "pause" if paused => return Err(Fail::Error(format!("{name} is already paused"))),
        "pause" => (json!({"spec": {"paused": true}}), "paused"),
        "resume" if !paused => return Err(Fail::Error(format!("{name} is not paused"))),
        "resume" => (json!({"spec": {"paused": null}}), "resumed"),
        _ if paused => {
            return Err(Fail::Error(format!(
                "{name} can't restart paused deployment (run rollout resume first)"
            )));
        }
        _ => {
            let now = cx.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let annotations = json!({"kubectl.kubernetes.io/restartedAt": now});
            (json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}), "restarted")
        }
    };
    if !found.object["spec"]["template"].is_object() {
        return Err(Fail::Error(format!("{name} {what}ing is not supported")));
    }
    if dry == DryRun::Client {
        return report(cx, flags, &found.object, &found.title(), done);
    }
    let mut pairs = vec![("fieldManager", "kubectl-rollout")];
    if dry == DryRun::Server {
        pairs.insert(0, ("dryRun", "All"));
    }
    let url = format!("{}{}", found.url(), query(&pairs));
    let content = "application/strategic-merge-patch+json";
    let answer = cx.send(Method::PATCH, &url, JSON, Some((content, &patch))).await?;
    report(cx, flags, &answer, &found.title(), done)
}
