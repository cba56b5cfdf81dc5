//! PersistentVolumes.

use jiff::Timestamp;
use serde_json::Value;

use super::{Page, access_modes, claim, scalar, volume};
use crate::output::{list, text};

/// Writes all but the events.
pub fn describe(page: &mut Page, it: &Value, now: Timestamp) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Finalizers", claim::finalizers(it));
    page.field(0, "StorageClass", claim::class(it));
    page.field(0, "Status", claim::status(it, now));
    let claim = match it.pointer("/spec/claimRef") {
        Some(claim) => format!("{}/{}", text(claim, "/namespace"), text(claim, "/name")),
        None => String::new(),
    };
    page.field(0, "Claim", claim);
    page.field(0, "Reclaim Policy", text(it, "/spec/persistentVolumeReclaimPolicy"));
    page.field(0, "Access Modes", access_modes(list(it, "/spec/accessModes")));
    super::optional(page, "VolumeMode", text(it, "/spec/volumeMode"));
    page.field(0, "Capacity", it.pointer("/spec/capacity/storage").map_or_else(|| "0".into(), scalar));
    affinity(page, it);
    page.field(0, "Message", text(it, "/status/message"));
    page.line(0, "Source:");
    volume::source(page, &it["spec"], true);
}

fn affinity(page: &mut Page, it: &Value) {
    let Some(required) = it.pointer("/spec/nodeAffinity/required") else {
        return page.field(0, "Node Affinity", "<none>");
    };
    page.field(0, "Node Affinity", "");
    let terms = list(required, "/nodeSelectorTerms");
    if terms.is_empty() {
        return page.field(1, "Required Terms", "<none>");
    }
    page.field(1, "Required Terms", "");
    for (at, term) in terms.iter().enumerate() {
        let rows = list(term, "/matchExpressions").iter().map(|it| {
            let operator = text(it, "/operator").to_lowercase();
            requirement(text(it, "/key"), &operator, list(it, "/values"))
        });
        terms_column(page, 2, &format!("Term {at}"), &rows.collect::<Vec<_>>());
    }
}

/// `zone in [a, b]`.
pub fn requirement(key: &str, operator: &str, values: &[Value]) -> String {
    let values: Vec<String> = values.iter().map(scalar).collect();
    match values.len() {
        0 => format!("{key} {operator}"),
        _ => format!("{key} {operator} [{}]", values.join(", ")),
    }
}

/// A term's requirements, a line each; later lines are indented too.
pub fn terms_column(page: &mut Page, level: usize, title: &str, rows: &[String]) {
    if rows.is_empty() {
        return page.field(level, title, "<none>");
    }
    for (at, row) in rows.iter().enumerate() {
        let lead = if at == 0 { format!("{title}:") } else { String::new() };
        page.line(level, &format!("{lead}\t{row}"));
    }
}
