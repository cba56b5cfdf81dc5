//! `set subject`: adds who a binding is for.

use serde_json::{Value, json};

use super::{Order, of_object};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::text,
    select,
};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Runs `set subject`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "subject", words)?;
    (order.done, order.failing) = ("subjects updated", "failed to patch subjects to rolebinding: ");
    let targets = order.flags.args.clone();
    let (found, mut fails) = order.objects(cx, &targets).await?;
    let wanted = wanted(&order.flags, &select::namespace(cx, &order.flags))?;
    for target in found {
        if !["RoleBinding", "ClusterRoleBinding"].contains(&text(&target.object, "/kind")) {
            let why = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
            fails.push(of_object(&target, why));
            continue;
        }
        let mut changed = target.object.clone();
        let mut subjects = changed["subjects"].as_array().cloned().unwrap_or_default();
        for subject in &wanted {
            if !subjects.contains(subject) {
                subjects.push(subject.clone());
            }
        }
        changed["subjects"] = subjects.into();
        fails.extend(order.send(cx, &target, changed).await.err());
    }
    Fail::all(fails)
}

fn wanted(flags: &Flags, own: &str) -> Done<Vec<Value>> {
    let mut subjects = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let mut names = flags.raw_list(flag).to_vec();
        names.sort_unstable();
        names.dedup();
        subjects.extend(names.iter().map(|name| json!({"kind": kind, "apiGroup": GROUP, "name": name})));
    }
    let mut accounts = flags.raw_list("serviceaccount").to_vec();
    accounts.sort_unstable();
    for account in accounts {
        let parts: Vec<&str> = account.split(':').collect();
        let [namespace, name] = parts.as_slice() else {
            return Err(Fail::error("serviceaccount must be <namespace>:<name>"));
        };
        let namespace = if namespace.is_empty() { own } else { *namespace };
        subjects.push(json!({"kind": "ServiceAccount", "namespace": namespace, "name": name}));
    }
    if subjects.is_empty() {
        return Err(Fail::error("you must specify at least one value of user, group or serviceaccount"));
    }
    Ok(subjects)
}
