//! PersistentVolumeClaims, and the templates of claims.

use jiff::Timestamp;
use serde_json::Value;

use super::{Page, access_modes, scalar};
use crate::{
    fail::Done,
    http::Cx,
    output::{
        items, list, pairs, text,
        time::{rfc1123z, since},
    },
};

/// Writes a claim but for its events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    fields(page, it, Some(cx.now()));
    let pods = cx.list(&format!("/api/v1/namespaces/{}/pods", text(it, "/metadata/namespace"))).await?;
    used_by(page, it, items(&pods));
    let conditions = list(it, "/status/conditions");
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    }
    for condition in conditions {
        let part = |key| text(condition, key);
        page.line(
            1,
            &format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                part("/type"),
                part("/status"),
                rfc1123z(part("/lastProbeTime")),
                rfc1123z(part("/lastTransitionTime")),
                part("/reason"),
                part("/message"),
            ),
        );
    }
    Ok(())
}

/// Writes the fields of a claim; a template (no `now`) has no name, status or finalizers.
pub fn fields(page: &mut Page, it: &Value, now: Option<Timestamp>) {
    if now.is_some() {
        page.field(0, "Name", text(it, "/metadata/name"));
        page.field(0, "Namespace", text(it, "/metadata/namespace"));
    }
    page.field(0, "StorageClass", class(it));
    if let Some(now) = now {
        page.field(0, "Status", status(it, now));
    }
    let volume = text(it, "/spec/volumeName");
    page.field(0, "Volume", volume);
    if now.is_some() {
        page.labels("Labels", it, "/metadata/labels");
        page.annotations(it, "/metadata/annotations");
        page.field(0, "Finalizers", finalizers(it));
    } else {
        inner_maps(page, it);
    }
    let bound = !volume.is_empty();
    let capacity = it.pointer("/status/capacity/storage").map_or_else(|| "0".into(), scalar);
    page.field(0, "Capacity", if bound { &capacity } else { "" });
    let modes = access_modes(list(it, "/status/accessModes"));
    page.field(0, "Access Modes", if bound { &modes } else { "" });
    super::optional(page, "VolumeMode", text(it, "/spec/volumeMode"));
    if let Some(source) = it.pointer("/spec/dataSource").filter(|source| source.is_object()) {
        page.line(0, "DataSource:");
        if let Some(group) = source.get("apiGroup") {
            page.field(1, "APIGroup", scalar(group));
        }
        page.field(1, "Kind", text(source, "/kind"));
        page.field(1, "Name", text(source, "/name"));
    }
}

/// The maps of a template inside a volume: each piece that kubectl writes is indented, values too.
fn inner_maps(page: &mut Page, it: &Value) {
    let labels = pairs(it, "/metadata/labels");
    let annotations = pairs(it, "/metadata/annotations");
    for (title, later, between, pairs) in
        [("Labels", "    \t", "=", labels), ("Annotations", "\t", ": ", annotations)]
    {
        if pairs.is_empty() {
            page.line(0, &format!("{title}:\t    <none>"));
        }
        for (at, (key, value)) in pairs.iter().enumerate() {
            let lead = if at == 0 { format!("{title}:\t") } else { later.to_owned() };
            page.line(0, &format!("{lead}    {key}{between}{value}"));
        }
    }
}

/// The phase, or how long it has been terminating.
pub fn status(it: &Value, now: Timestamp) -> String {
    match text(it, "/metadata/deletionTimestamp") {
        "" => text(it, "/status/phase").to_owned(),
        deleted => format!("Terminating (lasts {})", since(now, deleted)),
    }
}

/// The finalizers as Go prints a list.
pub fn finalizers(it: &Value) -> String {
    let names: Vec<String> = list(it, "/metadata/finalizers").iter().map(scalar).collect();
    format!("[{}]", names.join(" "))
}

/// The class that a claim names, in its field or in the old annotation.
pub fn class(it: &Value) -> &str {
    let old = it["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].as_str();
    old.unwrap_or_else(|| text(it, "/spec/storageClassName"))
}

fn used_by(page: &mut Page, it: &Value, pods: &[Value]) {
    let name = text(it, "/metadata/name");
    let owners = list(it, "/metadata/ownerReferences");
    let mut names: Vec<&str> = Vec::new();
    for pod in pods {
        let mounts = list(pod, "/spec/volumes")
            .iter()
            .filter(|volume| text(volume, "/persistentVolumeClaim/claimName") == name);
        let owns = owners
            .iter()
            .any(|owner| owner["kind"] == "Pod" && text(owner, "/uid") == text(pod, "/metadata/uid"));
        let times = mounts.count().max(usize::from(owns));
        names.extend(std::iter::repeat_n(text(pod, "/metadata/name"), times));
    }
    names.sort_unstable();
    page.column("Used By", &names);
}

/// Writes the claim templates of a StatefulSet.
pub fn templates(page: &mut Page, templates: &[Value]) {
    if templates.is_empty() {
        return page.field(0, "Volume Claims", "<none>");
    }
    page.line(0, "Volume Claims:");
    for it in templates {
        page.field(1, "Name", text(it, "/metadata/name"));
        page.field(1, "StorageClass", class(it));
        template_map(page, "Labels", &pairs(it, "/metadata/labels"));
        template_map(page, "Annotations", &pairs(it, "/metadata/annotations"));
        let capacity = it.pointer("/spec/resources/requests/storage").map(scalar);
        page.field(1, "Capacity", capacity.unwrap_or_else(|| "<default>".into()));
        page.field(1, "Access Modes", scalar(&it["spec"]["accessModes"]));
    }
}

fn template_map(page: &mut Page, title: &str, pairs: &[(&str, &str)]) {
    if pairs.is_empty() {
        return page.field(1, title, "<none>");
    }
    for (at, (key, value)) in pairs.iter().enumerate() {
        let lead = if at == 0 { format!("{title}:") } else { String::new() };
        page.line(1, &format!("{lead}\t{key}={value}"));
    }
}
