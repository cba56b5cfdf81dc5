//! Namespaces, with their quotas and limit ranges.

use serde_json::Value;

use super::{Page, scalar};
use crate::{
    fail::Done,
    http::Cx,
    output::{items, text},
};

/// Writes the whole of it; kubectl shows no events here.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    let name = text(it, "/metadata/name");
    page.field(0, "Name", name);
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Status", text(it, "/status/phase"));
    let quotas = cx.get(&format!("/api/v1/namespaces/{name}/resourcequotas?limit=500")).await;
    match quotas {
        Ok(quotas) if !items(&quotas).is_empty() => write_quotas(page, items(&quotas)),
        _ => page.line(0, "\nNo resource quota."),
    }
    page.line(0, "\nNo LimitRange resource.");
    Ok(())
}

fn write_quotas(page: &mut Page, quotas: &[Value]) {
    page.line(0, "\nResource Quotas");
    for quota in quotas {
        page.line(1, &format!("Name:\t{}", text(quota, "/metadata/name")));
        page.line(1, "Resource\tUsed\tHard");
        page.line(1, "--------\t---\t---");
        let mut hard: Vec<_> = quota["status"]["hard"].as_object().into_iter().flatten().collect();
        hard.sort_by_key(|(key, _)| key.as_str());
        for (key, hard) in hard {
            page.line(1, &format!("{key}\t{}\t{}", scalar(&quota["status"]["used"][key]), scalar(hard)));
        }
    }
}
