//! `kubectl rollout undo`.

use http::Method;
use serde_json::{Value, json};

use super::{
    history::dotted,
    revisions::{self, Revision},
};
use crate::{
    describe::pod_template,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    select::Found,
    verb::{DryRun, print::Printer},
};

/// Annotations that a Deployment keeps; the others are those of the revision.
const KEPT: &[&str] = &[
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.deployment.rollback.to",
];

/// Goes back to the revision of the line, or to the one before the last.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags, printer: &mut Printer, dry: DryRun, found: &Found) -> Done {
    let (kind, group) = (&found.resource.kind, &found.resource.group);
    match kind.as_str() {
        "Deployment" | "DaemonSet" | "StatefulSet" => {}
        "ReplicaSet" | "ReplicationController" | "Pod" | "Job" | "CronJob" => {
            let name = dotted(kind, group);
            return Err(Fail::Error(format!("no rollbacker has been implemented for {name:?}")));
        }
        _ => {
            return Err(Fail::Error(format!(
                "error retrieving rollbacker for {:?}, no visitor method exists for {{{group} {kind}}}",
                dotted(kind, group)
            )));
        }
    }
    let wanted = flags.number("to-revision").unwrap_or(0);
    let revisions = revisions::all(cx, found).await?;
    let target = target(&revisions, wanted, kind, &found.name)?;
    if dry == DryRun::Client {
        let done = match kind.as_str() {
            // The ReplicaSet's own: why it changed stands in the history alone.
            "Deployment" => pod_template(&target.object["spec"]["template"]),
            _ => format!("will roll back to {}", pod_template(&target.template)),
        };
        return printer.typed(cx, &found.object, &found.title(), &done, dry);
    }
    if found.object["spec"]["paused"] == true {
        return Err(Fail::error(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    if bare(&target.template) == bare(&found.object["spec"]["template"]) {
        let done = format!("skipped rollback (current template already matches revision {wanted})");
        return printer.typed(cx, &found.object, &found.title(), &done, dry);
    }
    let (content, patch) = match kind.as_str() {
        "Deployment" => ("application/json-patch+json", deployment_patch(found, target)),
        _ => ("application/strategic-merge-patch+json", target.object["data"].clone()),
    };
    let url = format!("{}{}", found.url(), if dry == DryRun::Server { "?dryRun=All" } else { "" });
    cx.send(Method::PATCH, &url, JSON, Some((content, &patch)))
        .await
        .map_err(|fail| Fail::Error(format!("failed restoring revision {wanted}: {}", fail.message())))?;
    printer.typed(cx, &found.object, &found.title(), "rolled back", dry)
}

/// The revision to go back to; 0 is the one before the last.
fn target<'a>(revisions: &'a [Revision], wanted: i64, kind: &str, name: &str) -> Done<&'a Revision> {
    if wanted != 0 {
        let found = revisions.iter().find(|revision| revision.number == wanted);
        return found
            .ok_or_else(|| Fail::Error(format!("unable to find specified revision {wanted} in history")));
    }
    match (revisions, kind) {
        ([.., previous, _], _) => Ok(previous),
        (_, "Deployment") => Err(Fail::Error(format!("no rollout history found for deployment {name:?}"))),
        _ => Err(Fail::error("no last revision to roll back to")),
    }
}

/// A template without what differs between a Deployment and its ReplicaSets.
fn bare(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(metadata) = template["metadata"].as_object_mut() {
        metadata.remove("creationTimestamp");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("kubernetes.io/change-cause");
        }
        metadata
            .retain(|key, value| key != "annotations" || value.as_object().is_some_and(|it| !it.is_empty()));
    }
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    template
}

fn deployment_patch(found: &Found, target: &Revision) -> Value {
    let mut annotations = json!({});
    for name in KEPT {
        if let Some(value) = found.object["metadata"]["annotations"].get(name) {
            annotations[name] = value.clone();
        }
    }
    for (name, value) in target.object["metadata"]["annotations"].as_object().into_iter().flatten() {
        if !KEPT.contains(&name.as_str()) {
            annotations[name] = value.clone();
        }
    }
    let mut template = target.object["spec"]["template"].clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ])
}
