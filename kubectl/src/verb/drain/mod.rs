//! `kubectl drain`: cordons nodes, then evicts or deletes their pods and waits until they are gone.
//!
//! Models kubectl's drain helper. Pods are asked for in the order of the list; kubectl's own order is a matter of chance.

pub mod cordon;
mod evict;
mod filter;

use serde_json::Value;

use self::{
    evict::Plan,
    filter::{Fate, Rules},
};
use super::{DryRun, dry_run, parse};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    output::{list, text, typed_items},
    select::Found,
    selector,
};

/// Runs `drain`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("drain", words)?;
    let plan = Plan {
        dry: dry_run(cx, &flags)?,
        rules: Rules {
            force: flags.on("force"),
            ignore_daemonsets: flags.on("ignore-daemonsets"),
            delete_emptydir_data: flags.on("delete-emptydir-data"),
            skip_deleted_s: flags.number("skip-wait-for-delete-timeout").unwrap_or(0),
        },
        deletes: flags.on("disable-eviction"),
        grace_s: flags.number("grace-period").filter(|seconds| *seconds >= 0),
        timeout_ns: flags.duration("timeout", "0"),
    };
    if selector::parse(flags.text("pod-selector")).is_err() {
        return Err(Fail::error("--pod-selector=<pod_selector> must be a valid label selector"));
    }
    let nodes = cordon::nodes(cx, "drain", &flags).await?;
    for node in &nodes {
        cordon::mark(cx, plan.dry, true, node).await;
    }
    let (mut reasons, mut remaining) = (Vec::new(), String::new());
    for node in &nodes {
        let failed = one(cx, &flags, &plan, node).await?;
        if failed.is_empty() {
            cx.out(&format!("{} drained{}\n", node.title(), plan.dry.suffix()));
            continue;
        }
        cx.err(&format!(
            "error: unable to drain node {:?} due to error: {}, continuing command...\n",
            node.name,
            together(&failed)
        ));
        remaining.push_str(&format!(" {}\n", node.name));
        reasons.extend(failed);
    }
    if reasons.is_empty() {
        return Ok(());
    }
    cx.err(&format!("There are pending nodes to be drained:\n{remaining}"));
    Err(Fail::Plain(reasons.join("\n")))
}

/// Several errors in one sentence, as Go's aggregate prints them.
fn together(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

/// Empties a node; gives what went wrong.
async fn one(cx: &mut Cx<'_>, flags: &Flags, plan: &Plan, node: &Found) -> Done<Vec<String>> {
    let fates = match fates(cx, flags, plan.rules, &node.name).await {
        Ok(fates) => fates,
        Err(fail) => return Ok(vec![fail.message()]),
    };
    let forbidden = filter::errors(&fates);
    if !forbidden.is_empty() {
        return Ok(forbidden);
    }
    if let Some(warnings) = filter::warnings(&fates) {
        cx.err(&format!("Warning: {warnings}\n"));
    }
    let pods = going(fates);
    if plan.dry == DryRun::Client {
        for pod in &pods {
            cx.out(&format!("evicting pod {}{}\n", filter::place(pod), plan.dry.suffix()));
        }
        return Ok(Vec::new());
    }
    let errors = plan.remove(cx, &node.name, pods).await?;
    if !errors.is_empty() {
        pending(cx, flags, plan.rules, &node.name, &errors).await?;
    }
    Ok(errors)
}

fn going(fates: Vec<(Value, Fate)>) -> Vec<Value> {
    fates.into_iter().filter(|(_, fate)| matches!(fate, Fate::Goes(_))).map(|(pod, _)| pod).collect()
}

/// What becomes of each pod of a node.
async fn fates(cx: &mut Cx<'_>, flags: &Flags, rules: Rules, node: &str) -> Done<Vec<(Value, Fate)>> {
    let on_node = format!("spec.nodeName={node}");
    let mut pairs = vec![("fieldSelector", on_node.as_str())];
    if let Some(selector) = flags.get("pod-selector").filter(|text| !text.is_empty()) {
        pairs.push(("labelSelector", selector));
    }
    let pods = cx.get(&format!("/api/v1/pods{}", query(&pairs))).await?;
    let now_s = cx.now().as_second();
    let mut fates = Vec::new();
    for pod in typed_items(&pods) {
        let owner = daemon_set(cx, &pod).await;
        let fate = filter::fate(&pod, rules, owner.as_ref().map(|_| ()).map_err(String::as_str), now_s);
        fates.push((pod, fate));
    }
    Ok(fates)
}

/// Whether the DaemonSet that owns a pod is there; what asking for it answered otherwise.
async fn daemon_set(cx: &mut Cx<'_>, pod: &Value) -> Result<(), String> {
    let mut owners = list(pod, "/metadata/ownerReferences").iter();
    let owner = owners.find(|it| it["controller"] == true && text(it, "/kind") == "DaemonSet");
    let Some(owner) = owner else { return Ok(()) };
    let (namespace, name) = (text(pod, "/metadata/namespace"), text(owner, "/name"));
    let answer = cx.get(&format!("/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}")).await;
    answer.map(|_| ()).map_err(|fail| fail.message())
}

/// Says which pods are still there after an error.
async fn pending(cx: &mut Cx<'_>, flags: &Flags, rules: Rules, node: &str, errors: &[String]) -> Done {
    let pods = going(fates(cx, flags, rules, node).await?);
    if !pods.is_empty() {
        let why = together(errors);
        cx.err(&format!("There are pending pods in node {node:?} when an error occurred: {why}\n"));
        pods.iter().for_each(|pod| cx.err(&format!("pod/{}\n", text(pod, "/metadata/name"))));
    }
    Ok(())
}
