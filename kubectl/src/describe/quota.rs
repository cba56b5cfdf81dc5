//! ResourceQuotas and LimitRanges, alone and as a part of their namespace.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{list, quantity::Quantity, text};

/// Writes a ResourceQuota; kubectl shows no events here.
pub fn quota(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    scopes(page, 0, it, " * ");
    page.line(0, "Resource\tUsed\tHard");
    page.line(0, "--------\t----\t----");
    for (key, used, hard) in amounts(it) {
        let used = match (Quantity::parse(&used), Quantity::parse(&hard)) {
            (is, limit) if is.is_binary() != limit.is_binary() => is.in_form_of(limit).to_string(),
            _ => used,
        };
        page.line(0, &format!("{key}\t{used}\t{hard}"));
    }
}

/// Writes the quotas of a namespace.
pub fn quotas(page: &mut Page, quotas: &[Value]) {
    if quotas.is_empty() {
        return page.line(0, "No resource quota.");
    }
    let mut quotas: Vec<&Value> = quotas.iter().collect();
    quotas.sort_by_key(|quota| text(quota, "/metadata/name"));
    page.line(0, "Resource Quotas");
    for quota in quotas {
        page.field(1, "Name", text(quota, "/metadata/name"));
        scopes(page, 1, quota, "* ");
        page.line(1, "Resource\tUsed\tHard");
        page.line(1, "--------\t---\t---");
        for (key, used, hard) in amounts(quota) {
            page.line(1, &format!("{key}\t{used}\t{hard}"));
        }
    }
}

fn amounts(quota: &Value) -> Vec<(&str, String, String)> {
    let mut hard: Vec<_> = quota["status"]["hard"].as_object().into_iter().flatten().collect();
    hard.sort_by_key(|(key, _)| key.as_str());
    let used = |key: &str| quota["status"]["used"].get(key).map_or_else(|| "0".into(), scalar);
    hard.into_iter().map(|(key, hard)| (key.as_str(), used(key), scalar(hard))).collect()
}

fn scopes(page: &mut Page, level: usize, quota: &Value, bullet: &str) {
    let mut scopes: Vec<String> = list(quota, "/spec/scopes").iter().map(scalar).collect();
    if scopes.is_empty() {
        return;
    }
    scopes.sort();
    page.field(level, "Scopes", scopes.join(", "));
    for help in scopes.iter().filter_map(|scope| help(scope)) {
        page.line(level, &format!("{bullet}{help}"));
    }
}

fn help(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "Terminating" => {
            "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
        }
        "NotTerminating" => {
            "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
        }
        "BestEffort" => {
            "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
        }
        "NotBestEffort" => {
            "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
        }
        _ => return None,
    })
}

/// Writes a LimitRange; kubectl shows no events here.
pub fn limit_range(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    page.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    limits(page, it, "");
}

/// Writes the limit ranges of a namespace.
pub fn limit_ranges(page: &mut Page, ranges: &[Value]) {
    if ranges.is_empty() {
        return page.line(0, "No LimitRange resource.");
    }
    page.line(0, "Resource Limits");
    page.line(0, " Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    page.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    ranges.iter().for_each(|range| limits(page, range, " "));
}

fn limits(page: &mut Page, range: &Value, lead: &str) {
    const COLUMNS: &[&str] = &["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in list(range, "/spec/limits") {
        let mut resources: Vec<&str> = COLUMNS
            .iter()
            .flat_map(|column| item[*column].as_object().into_iter().flatten())
            .map(|(key, _)| key.as_str())
            .collect();
        resources.sort_unstable();
        resources.dedup();
        for resource in resources {
            let cells: Vec<String> = COLUMNS
                .iter()
                .map(|column| item[*column].get(resource).map_or_else(|| "-".into(), scalar))
                .collect();
            page.line(0, &format!("{lead}{}\t{resource}\t{}", text(item, "/type"), cells.join("\t")));
        }
    }
}
