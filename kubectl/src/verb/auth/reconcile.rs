//! `kubectl auth reconcile`: roles and bindings get what they lack.
//!
//! Models component-helpers' reconciliation. Omits: what only one side aggregates.

use http::Method;
use serde_json::{Map, Value, json};

use super::rules::{self, Rule};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    manifest,
    output::{list, text},
    select::Found,
    verb::{DryRun, dry_run, parse, print::Printer},
};

const GROUP: &str = "rbac.authorization.k8s.io";
const AUTOUPDATE: &str = "rbac.authorization.kubernetes.io/autoupdate";

/// What has to be done to an object.
#[derive(Default)]
struct Plan {
    /// `create`, `update`, `recreate`; empty where nothing is.
    operation: &'static str,
    /// The object as it is to be.
    object: Value,
    /// Lines about what is added and removed.
    told: String,
    /// It asked not to be changed.
    protected: bool,
}

/// Runs `auth reconcile`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("auth reconcile", words)?;
    if flags.get("filename").is_none() {
        return Err(Fail::error("must specify one of -f and -k"));
    }
    if !flags.args.is_empty() {
        return Err(Fail::error("no arguments are allowed"));
    }
    let dry = dry_run(cx, &flags)?;
    if dry == DryRun::Server {
        return Err(Fail::error("--dry-run=server for command reconcile is not supported yet"));
    }
    let mut printer = Printer::read(cx, &flags)?;
    let read = manifest::read(cx, &flags, "Ignore").await?;
    let mut fails = read.fails;
    for target in read.found {
        if target.resource.group == GROUP {
            fails.extend(one(cx, &flags, &mut printer, dry, &target).await.err());
        }
    }
    Fail::all(fails)
}

async fn one(cx: &mut Cx<'_>, flags: &Flags, printer: &mut Printer, dry: DryRun, target: &Found) -> Done {
    let is_binding = target.resource.kind.ends_with("Binding");
    let existing = match cx.get(&target.url()).await {
        Ok(object) => Some(object),
        Err(fail) if fail.is_not_found() => None,
        Err(fail) => return Err(fail),
    };
    let mut plan = if is_binding {
        binding(&target.object, existing.as_ref(), flags.on("remove-extra-subjects"))
    } else {
        role(&target.object, existing.as_ref(), flags.on("remove-extra-permissions"))
    };
    if dry == DryRun::None && !plan.protected {
        plan.object = carry_out(cx, target, &plan).await?;
    }
    printer.typed(cx, &plan.object, &target.title(), "reconciled", dry)?;
    if !plan.operation.is_empty() {
        let caveat = if plan.protected {
            format!(", but object opted out ({AUTOUPDATE}: false)")
        } else {
            String::new()
        };
        cx.err(&format!("\treconciliation required {}{caveat}\n{}", plan.operation, plan.told));
    }
    Ok(())
}

async fn carry_out(cx: &mut Cx<'_>, target: &Found, plan: &Plan) -> Done<Value> {
    let collection = target.resource.url(target.namespace.as_deref(), "");
    match plan.operation {
        "" => return Ok(plan.object.clone()),
        "update" => return cx.send(Method::PUT, &target.url(), JSON, Some((JSON, &plan.object))).await,
        "recreate" => {
            cx.send(Method::DELETE, &target.url(), JSON, None).await?;
        }
        _ => ensure_namespace(cx, target).await?,
    }
    cx.send(Method::POST, &collection, JSON, Some((JSON, &plan.object))).await
}

/// Makes the namespace of an object, where there is none.
async fn ensure_namespace(cx: &mut Cx<'_>, target: &Found) -> Done {
    let Some(name) = &target.namespace else { return Ok(()) };
    match cx.get(&format!("/api/v1/namespaces/{name}")).await {
        Err(fail) if fail.is_not_found() => {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            cx.send(Method::POST, "/api/v1/namespaces", JSON, Some((JSON, &namespace))).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// What is there, with the labels and annotations that are wanted.
fn merged(expected: &Value, existing: &Value) -> (Value, &'static str) {
    let mut object = existing.clone();
    let mut operation = "";
    for field in ["annotations", "labels"] {
        let wanted = expected["metadata"][field].as_object().cloned().unwrap_or_default();
        let had = existing["metadata"][field].as_object().cloned().unwrap_or_default();
        let mut both: Map<String, Value> = wanted;
        both.extend(had.clone());
        if both != had {
            object["metadata"][field] = Value::Object(both);
            operation = "update";
        }
    }
    (object, operation)
}

fn is_protected(existing: &Value) -> bool {
    existing["metadata"]["annotations"][AUTOUPDATE] == "false"
}

fn told(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("\t\t{line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\t{title}:\n{lines}") }
}

fn role(expected: &Value, existing: Option<&Value>, removes: bool) -> Plan {
    let read = |object: &Value| list(object, "/rules").iter().map(Rule::read).collect::<Vec<_>>();
    let shown = |title, rules: &[Rule]| told(title, rules.iter().map(Rule::shown));
    let wanted = read(expected);
    let Some(existing) = existing else {
        let told = shown("missing rules added", &wanted);
        return Plan { operation: "create", object: expected.clone(), told, protected: false };
    };
    let had = read(existing);
    let (mut object, mut operation) = merged(expected, existing);
    let (missing, extra) = (rules::missing(&had, &wanted), rules::missing(&wanted, &had));
    if removes && !(missing.is_empty() && extra.is_empty()) {
        object["rules"] = expected["rules"].clone();
        operation = "update";
    } else if !missing.is_empty() {
        object["rules"] = had.iter().chain(&missing).map(Rule::json).collect::<Vec<_>>().into();
        operation = "update";
    }
    let mut told = shown("missing rules added", &missing);
    if removes {
        told += &shown("extra rules removed", &extra);
    }
    Plan { operation, object, told, protected: is_protected(existing) }
}

fn binding(expected: &Value, existing: Option<&Value>, removes: bool) -> Plan {
    let read = |object: &Value| list(object, "/subjects").iter().map(subject).collect::<Vec<_>>();
    let shown = |title, subjects: &[Value]| told(title, subjects.iter().map(show_subject));
    let wanted = read(expected);
    let Some(existing) = existing else {
        let told = shown("missing subjects added", &wanted);
        return Plan { operation: "create", object: expected.clone(), told, protected: false };
    };
    let protected = is_protected(existing);
    if expected["roleRef"] != existing["roleRef"] {
        return Plan { operation: "recreate", object: expected.clone(), told: String::new(), protected };
    }
    let had = read(existing);
    let (mut object, mut operation) = merged(expected, existing);
    let without = |of: &[Value], others: &[Value]| -> Vec<Value> {
        of.iter().filter(|it| !others.contains(it)).cloned().collect()
    };
    let (missing, extra) = (without(&wanted, &had), without(&had, &wanted));
    if removes && !(missing.is_empty() && extra.is_empty()) {
        object["subjects"] = wanted.into();
        operation = "update";
    } else if !missing.is_empty() {
        object["subjects"] = had.iter().chain(&missing).cloned().collect::<Vec<_>>().into();
        operation = "update";
    }
    let mut told = shown("missing subjects added", &missing);
    if removes {
        told += &shown("extra subjects removed", &extra);
    }
    Plan { operation, object, told, protected }
}

/// A subject with its group, as the API server defaults it.
fn subject(subject: &Value) -> Value {
    let mut subject = subject.clone();
    if text(&subject, "/apiGroup").is_empty() && text(&subject, "/kind") != "ServiceAccount" {
        subject["apiGroup"] = GROUP.into();
    }
    subject
}

/// `{Kind:User APIGroup:rbac.authorization.k8s.io Name:jane Namespace:}`.
fn show_subject(subject: &Value) -> String {
    let [kind, group, name, namespace] =
        ["/kind", "/apiGroup", "/name", "/namespace"].map(|pointer| text(subject, pointer));
    format!("{{Kind:{kind} APIGroup:{group} Name:{name} Namespace:{namespace}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role_with(verbs: &[&str]) -> Value {
        json!({"metadata": {}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": verbs}]})
    }

    #[test]
    fn roles() {
        let wanted = role_with(&["get", "list"]);
        for (existing, removes, operation, rules) in [
            (None, false, "create", 1),
            (Some(role_with(&["get", "list"])), false, "", 1),
            (Some(role_with(&["get"])), false, "update", 2),
            (Some(role_with(&["get", "list", "watch"])), false, "", 1),
            (Some(role_with(&["get", "list", "watch"])), true, "update", 1),
        ] {
            let plan = role(&wanted, existing.as_ref(), removes);
            assert_eq!(
                (plan.operation, list(&plan.object, "/rules").len()),
                (operation, rules),
                "{existing:?}"
            );
        }
    }

    #[test]
    fn bindings() {
        let binding_to = |role: &str, names: &[&str]| {
            let subjects: Vec<Value> =
                names.iter().map(|name| json!({"kind": "User", "name": name})).collect();
            json!({"roleRef": {"name": role}, "subjects": subjects})
        };
        let wanted = binding_to("r", &["a"]);
        for (existing, operation, told) in [
            (binding_to("r", &["a"]), "", ""),
            (
                binding_to("r", &["b"]),
                "update",
                "\tmissing subjects added:\n\t\t{Kind:User APIGroup:rbac.authorization.k8s.io Name:a Namespace:}\n",
            ),
            (binding_to("other", &["a"]), "recreate", ""),
        ] {
            let plan = binding(&wanted, Some(&existing), false);
            assert_eq!((plan.operation, plan.told.as_str()), (operation, told));
        }
    }
}
