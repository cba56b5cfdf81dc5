//! `kubectl top node`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{super::parse, METRICS, check_available, check_sort, name, rows::Usage, unread};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    output::{gosort, items, tabs, text},
};

/// Runs it.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("top node", words)?;
    let name = name(&flags, "node")?;
    check_sort(&flags)?;
    if name.is_some() && !flags.text("selector").is_empty() {
        return Err(Fail::error("only one of NAME or --selector can be provided"));
    }
    check_available(cx).await?;
    let mut metrics = fetch(cx, &flags, &format!("{METRICS}/nodes"), name.as_deref()).await?;
    if metrics.is_empty() {
        return Err(Fail::error("metrics not available yet"));
    }
    let nodes = fetch(cx, &flags, "/api/v1/nodes", name.as_deref()).await?;
    let key = if flags.on("show-capacity") { "capacity" } else { "allocatable" };
    let mut whole: BTreeMap<&str, Usage> =
        nodes.iter().map(|node| (text(node, "/metadata/name"), Usage::read(&node["status"][key]))).collect();
    let sort_by = flags.text("sort-by");
    gosort::sort(&mut metrics, |a, b| {
        let by_usage = Usage::read(&a["usage"]).before(Usage::read(&b["usage"]), sort_by);
        by_usage.unwrap_or_else(|| text(a, "/metadata/name") < text(b, "/metadata/name"))
    });
    let mut out = String::new();
    if !flags.on("no-headers") {
        out.push_str("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n");
    }
    for metric in &metrics {
        let name = text(metric, "/metadata/name");
        out.push_str(&format!("{name}\t{}\n", Usage::read(&metric["usage"]).cells(whole.remove(name))));
    }
    for name in whole.keys() {
        out.push_str(&format!("{name}\t<unknown>\t<unknown>\t<unknown>\t<unknown>\t\n"));
    }
    cx.out(&tabs::align(&out, 6, 3, None));
    Ok(())
}

/// The one object of that name, or all that the selector lets through.
async fn fetch(cx: &mut Cx<'_>, flags: &Flags, base: &str, name: Option<&str>) -> Done<Vec<Value>> {
    if let Some(name) = name {
        return Ok(vec![cx.get(&format!("{base}/{name}")).await?]);
    }
    let selector = flags.text("selector");
    let pairs = [("labelSelector", selector)];
    let url = format!("{base}{}", query(if selector.is_empty() { &[] } else { &pairs }));
    let answer = cx.get(&url).await.map_err(unread)?;
    Ok(items(&answer).to_vec())
}
