//! Deployments.

use serde_json::Value;

use super::{Page, replicaset::conditions, scalar, selector, template};
use crate::{
    fail::Done,
    http::{Cx, query},
    output::{items, number, text, time::rfc1123z},
};

/// Writes all but the events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.field(0, "CreationTimestamp", rfc1123z(text(it, "/metadata/creationTimestamp")));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Selector", selector(&it["spec"]["selector"]));
    page.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(it, "/spec/replicas"),
            number(it, "/status/updatedReplicas"),
            number(it, "/status/replicas"),
            number(it, "/status/availableReplicas"),
            number(it, "/status/unavailableReplicas"),
        ),
    );
    page.field(0, "StrategyType", text(it, "/spec/strategy/type"));
    page.field(0, "MinReadySeconds", number(it, "/spec/minReadySeconds"));
    let rolling = &it["spec"]["strategy"]["rollingUpdate"];
    if rolling.is_object() {
        let (down, up) = (scalar(&rolling["maxUnavailable"]), scalar(&rolling["maxSurge"]));
        page.field(0, "RollingUpdateStrategy", format!("{down} max unavailable, {up} max surge"));
    }
    template::write(page, &it["spec"]["template"]);
    conditions(page, it);
    let mut sets = replica_sets(cx, it).await?;
    sets.sort_by(|a, b| {
        let made = |set| text(set, "/metadata/creationTimestamp");
        made(a).cmp(made(b)).then_with(|| text(a, "/metadata/name").cmp(text(b, "/metadata/name")))
    });
    let (new, old): (Vec<&Value>, Vec<&Value>) = sets.iter().partition(|set| is_newest(set, it, &sets));
    if !sets.is_empty() {
        page.field(0, "OldReplicaSets", counts(&old));
        page.field(0, "NewReplicaSet", counts(&new));
    }
    Ok(())
}

/// The ReplicaSets that a Deployment controls, by name.
pub async fn replica_sets(cx: &mut Cx<'_>, it: &Value) -> Done<Vec<Value>> {
    let selector = selector(&it["spec"]["selector"]);
    let namespace = text(it, "/metadata/namespace");
    let pairs = [("labelSelector", selector.as_str())];
    let url = format!("/apis/apps/v1/namespaces/{namespace}/replicasets{}", query(&pairs));
    let answer = cx.get(&url).await?;
    let uid = text(it, "/metadata/uid");
    let ours = |set: &&Value| {
        let owners = set["metadata"]["ownerReferences"].as_array();
        owners.into_iter().flatten().any(|owner| owner["controller"] == true && text(owner, "/uid") == uid)
    };
    Ok(items(&answer).iter().filter(ours).cloned().collect())
}

/// The template without the hash that the controller adds.
fn bare(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    if let Some(metadata) = template["metadata"].as_object_mut() {
        metadata.remove("creationTimestamp");
    }
    template
}

/// Whether a set runs the Deployment's template; the oldest of several does.
fn is_newest(set: &Value, it: &Value, sets: &[Value]) -> bool {
    let wanted = bare(&it["spec"]["template"]);
    let mut same: Vec<&Value> = sets.iter().filter(|set| bare(&set["spec"]["template"]) == wanted).collect();
    same.sort_by_key(|set| text(set, "/metadata/creationTimestamp"));
    same.first().is_some_and(|first| first["metadata"]["uid"] == set["metadata"]["uid"])
}

fn counts(sets: &[&Value]) -> String {
    let words: Vec<String> = sets
        .iter()
        .map(|set| {
            let (is, wanted) = (number(set, "/status/replicas"), number(set, "/spec/replicas"));
            format!("{} ({is}/{wanted} replicas created)", text(set, "/metadata/name"))
        })
        .collect();
    if words.is_empty() { "<none>".into() } else { words.join(", ") }
}
