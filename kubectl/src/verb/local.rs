//! `--local`: a change made to files alone, which are printed and not sent. Verbs that know it share their checks.

use serde_json::{Value, json};

use super::DryRun;
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    manifest,
    output::text,
    select::{self, Found},
};

/// Refuses lines that name nothing, or files and the cluster's objects at once.
///
/// # Errors
/// kubectl's words.
pub fn check(flags: &Flags, dry: DryRun, targets: &[String]) -> Done {
    let files = flags.get("filename").is_some();
    let says = |text: &str| Err(Fail::error(text));
    if !flags.on("local") {
        return if targets.is_empty() && !files {
            says("one or more resources must be specified as <resource> <name> or <resource>/<name>")
        } else {
            Ok(())
        };
    }
    if dry == DryRun::Server {
        return says("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if !targets.is_empty() {
        return says(
            "can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set",
        );
    }
    if !files {
        return says("one or more files must be specified as -f when --local=true is set");
    }
    Ok(())
}

/// The objects that the line means: those of the files as they are, or as the cluster has them.
///
/// # Errors
/// What can't be read, found or asked for.
pub async fn objects(cx: &mut Cx<'_>, flags: &Flags, targets: &[String]) -> Done<Vec<Found>> {
    if !flags.on("local") {
        return select::objects(cx, flags, targets).await;
    }
    let read = manifest::read(cx, flags, "Ignore").await?;
    Fail::all(read.fails)?;
    Ok(read.found)
}

/// The same, but goes on where something is not there: what was found, and what failed.
///
/// # Errors
/// What makes the line as a whole impossible.
pub async fn each(cx: &mut Cx<'_>, flags: &Flags, targets: &[String]) -> Done<(Vec<Found>, Vec<Fail>)> {
    if flags.on("local") {
        let read = manifest::read(cx, flags, "Ignore").await?;
        return Ok((read.found, read.fails));
    }
    select::each(cx, flags, targets).await
}

/// Where the pod's spec is in an object; none for kinds without pods.
pub fn pod_spec(object: &Value) -> Option<&'static str> {
    match text(object, "/kind") {
        "Pod" => Some("/spec"),
        "CronJob" => Some("/spec/jobTemplate/spec/template/spec"),
        _ => object.pointer("/spec/template/spec").map(|_| "/spec/template/spec"),
    }
}

/// Gives an object of a file the empty fields that Kubernetes' types have, as kubectl prints what it has read into them.
pub fn fill(object: &mut Value) {
    let empty = |value: &mut Value, field: &str, with: Value| {
        if let Some(map) = value.as_object_mut() {
            map.entry(field).or_insert(with);
        }
    };
    let kind = text(object, "/kind").to_owned();
    let spec = pod_spec(object);
    empty(object, "metadata", json!({}));
    empty(&mut object["metadata"], "creationTimestamp", Value::Null);
    for path in spec.into_iter().filter(|path| *path != "/spec") {
        if let Some(template) = path.strip_suffix("/spec").and_then(|path| object.pointer_mut(path)) {
            empty(template, "metadata", json!({}));
            empty(&mut template["metadata"], "creationTimestamp", Value::Null);
        }
    }
    if let Some(pod) = spec.and_then(|path| object.pointer_mut(path)) {
        for field in ["containers", "initContainers"] {
            let listed = pod.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten();
            listed.for_each(|container| empty(container, "resources", json!({})));
        }
        empty(object, "status", json!({}));
    }
    match kind.as_str() {
        "Deployment" => empty(&mut object["spec"], "strategy", json!({})),
        "DaemonSet" | "StatefulSet" => empty(&mut object["spec"], "updateStrategy", json!({})),
        "Service" => {
            let ports = object["spec"]["ports"].as_array_mut().into_iter().flatten();
            ports.for_each(|port| empty(port, "targetPort", 0.into()));
            empty(object, "status", json!({"loadBalancer": {}}));
        }
        _ => {}
    }
}
