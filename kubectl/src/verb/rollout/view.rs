//! What `rollout status` says of an object, and whether that is the end.

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    output::{list, number, text},
};

const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

/// What a rollout's object says now, and whether that is the end. `revision`, where given, must be the newest.
pub fn viewed(object: &Value, revision: Option<i64>) -> Done<(String, bool)> {
    let name = text(object, "/metadata/name");
    let (spec, seen) = (number(object, "/metadata/generation"), number(object, "/status/observedGeneration"));
    match text(object, "/kind") {
        "Deployment" => view_deployment(object, name, spec > seen, revision.filter(|it| *it > 0)),
        "DaemonSet" => Ok(view_daemon_set(object, name, spec > seen)),
        "StatefulSet" => Ok(view_stateful_set(object, seen == 0 || spec > seen)),
        _ => Err(Fail::Error(format!("no status viewer has been implemented for {}", dotted_kind(object)))),
    }
}

/// `Pod` or `ReplicaSet.apps`.
fn dotted_kind(object: &Value) -> String {
    let kind = text(object, "/kind");
    match text(object, "/apiVersion").split_once('/') {
        Some((group, _)) => format!("{kind}.{group}"),
        None => kind.to_owned(),
    }
}

fn view_deployment(object: &Value, name: &str, unseen: bool, revision: Option<i64>) -> Done<(String, bool)> {
    if let Some(wanted) = revision {
        let newest: Option<i64> = text(object, REVISION).parse().ok();
        if newest != Some(wanted) {
            let newest = newest.unwrap_or(0);
            return Err(Fail::Error(format!(
                "desired revision ({wanted}) is different from the running revision ({newest})"
            )));
        }
    }
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
