//! DaemonSets and StatefulSets.

use serde_json::Value;

use super::{Page, claim, replicaset::pods_status, scalar, selector, template};
use crate::{
    fail::Done,
    http::Cx,
    output::{list, number, pairs, text, time::rfc1123z},
};

/// Writes a DaemonSet but for its events.
pub async fn daemon_set(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.field(0, "Selector", selector(&it["spec"]["selector"]));
    page.field(
        0,
        "Node-Selector",
        crate::output::labels_text(&pairs(it, "/spec/template/spec/nodeSelector")),
    );
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    for (title, key) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        page.line(0, &format!("{title}: {}", number(it, &format!("/status/{key}"))));
    }
    page.field(0, "Pods Status", pods_status(cx, it).await?);
    template::write(page, &it["spec"]["template"]);
    Ok(())
}

/// Writes a StatefulSet but for its events.
pub async fn stateful_set(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.field(0, "CreationTimestamp", rfc1123z(text(it, "/metadata/creationTimestamp")));
    page.field(0, "Selector", selector(&it["spec"]["selector"]));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    let (wanted, total) = (number(it, "/spec/replicas"), number(it, "/status/replicas"));
    page.field(0, "Replicas", format!("{wanted} desired | {total} total"));
    page.field(0, "Update Strategy", text(it, "/spec/updateStrategy/type"));
    let rolling = &it["spec"]["updateStrategy"]["rollingUpdate"];
    if let Some(partition) = rolling.get("partition") {
        page.field(1, "Partition", scalar(partition));
        if let Some(most) = rolling.get("maxUnavailable") {
            page.field(1, "MaxUnavailable", scalar(most));
        }
    }
    page.field(0, "Pods Status", pods_status(cx, it).await?);
    template::write(page, &it["spec"]["template"]);
    claim::templates(page, list(it, "/spec/volumeClaimTemplates"));
    Ok(())
}
