//! Namespaces, with their quotas and limit ranges.

use serde_json::Value;

use super::{Page, quota, small};
use crate::{
    fail::Done,
    http::Cx,
    output::{items, list, text},
};

/// Writes the whole of it; kubectl shows no events here.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    let name = text(it, "/metadata/name");
    let quotas = part(cx, name, "resourcequotas").await?;
    let ranges = part(cx, name, "limitranges").await?;
    page.field(0, "Name", name);
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Status", text(it, "/status/phase"));
    small::conditions(page, list(it, "/status/conditions"));
    if let Some(quotas) = quotas {
        page.line(0, "");
        quota::quotas(page, items(&quotas));
    }
    if let Some(ranges) = ranges {
        page.line(0, "");
        quota::limit_ranges(page, items(&ranges));
    }
    Ok(())
}

/// What the namespace holds of a kind; nothing where the server does not have the kind.
async fn part(cx: &mut Cx<'_>, namespace: &str, plural: &str) -> Done<Option<Value>> {
    match cx.list(&format!("/api/v1/namespaces/{namespace}/{plural}")).await {
        Ok(list) => Ok(Some(list)),
        Err(fail) if fail.is_not_found() => Ok(None),
        Err(fail) => Err(fail),
    }
}
