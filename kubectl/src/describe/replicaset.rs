//! ReplicaSets, and the count of pods by phase that workloads share.

use serde_json::Value;

use super::{Page, controller, selector, template};
use crate::{
    fail::Done,
    http::{Cx, query},
    output::{items, labels_text, number, pairs, text},
};

/// Writes all but the events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, set: &Value) -> Done {
    page.field(0, "Name", text(set, "/metadata/name"));
    page.field(0, "Namespace", text(set, "/metadata/namespace"));
    page.field(0, "Selector", selector(&set["spec"]["selector"]));
    page.labels("Labels", set, "/metadata/labels");
    page.annotations(set, "/metadata/annotations");
    if let Some(owner) = controller(set) {
        page.field(0, "Controlled By", owner);
    }
    let (current, desired) = (number(set, "/status/replicas"), number(set, "/spec/replicas"));
    page.field(0, "Replicas", format!("{current} current / {desired} desired"));
    let status = pods_status(cx, set).await;
    match status {
        Ok(words) => page.field(0, "Pods Status", words),
        Err(fail) => page.field(0, "Pods Status", format!("error in fetching pods: {}", fail.message())),
    }
    template::write(page, &set["spec"]["template"]);
    conditions(page, set);
    Ok(())
}

/// Writes a ReplicationController but for its events.
pub async fn replication_controller(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    let chosen = pairs(it, "/spec/selector");
    let counts = count_pods(cx, it, &labels_text(&chosen)).await?;
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.field(0, "Selector", labels_text(&chosen));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    let (current, desired) = (number(it, "/status/replicas"), number(it, "/spec/replicas"));
    page.field(0, "Replicas", format!("{current} current / {desired} desired"));
    page.field(0, "Pods Status", counts);
    template::write(page, &it["spec"]["template"]);
    conditions(page, it);
    Ok(())
}

/// `3 Running / 0 Waiting / 0 Succeeded / 0 Failed` of the pods that the object controls.
pub async fn pods_status(cx: &mut Cx<'_>, owner: &Value) -> Done<String> {
    count_pods(cx, owner, &selector(&owner["spec"]["selector"])).await
}

async fn count_pods(cx: &mut Cx<'_>, owner: &Value, selector: &str) -> Done<String> {
    let namespace = text(owner, "/metadata/namespace");
    let url = format!("/api/v1/namespaces/{namespace}/pods{}", query(&[("labelSelector", selector)]));
    let pods = cx.list(&url).await?;
    let mut counts = [0; 4];
    for pod in items(&pods) {
        let owners = pod["metadata"]["ownerReferences"].as_array();
        let ours = owners
            .into_iter()
            .flatten()
            .any(|it| it["controller"] == true && text(it, "/uid") == text(owner, "/metadata/uid"));
        let slot = ["Running", "Pending", "Succeeded", "Failed"];
        if let Some(at) = slot.iter().position(|phase| ours && *phase == text(pod, "/status/phase")) {
            counts[at] += 1;
        }
    }
    let [running, waiting, succeeded, failed] = counts;
    Ok(format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"))
}

/// Writes the conditions with their reasons, if there are any.
pub fn conditions(page: &mut Page, object: &Value) {
    let conditions = crate::output::list(object, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tReason");
    page.line(1, "----\t------\t------");
    for it in conditions {
        page.line(1, &format!("{} \t{}\t{}", text(it, "/type"), text(it, "/status"), text(it, "/reason")));
    }
}
