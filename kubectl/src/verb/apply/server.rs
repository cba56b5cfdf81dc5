//! `apply --server-side`, and the step over from client-side apply: its fields become ours.
//!
//! Models client-go's csaupgrade.

use http::Method;
use serde_json::{Value, json};

use super::{Order, warn_if_deleting};
use crate::{
    fail::{Done, Fail},
    http::{Cx, JSON},
    output::{list, text},
    select::Found,
    verb::{DryRun, last_applied},
};

const CONTENT: &str = "application/apply-patch+yaml";
const MANAGER: &str = "kubectl";
const CLIENT_SIDE: &str = "kubectl-client-side-apply";

const CONFLICT_HELP: &str = "Please review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the `--force-conflicts` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// A conflict with what can be done about it.
pub fn with_help(fail: Fail) -> Fail {
    match fail {
        Fail::Status(status) if status.reason == "Conflict" => {
            Fail::Error(format!("{}\n{CONFLICT_HELP}", status.message))
        }
        fail => fail,
    }
}

/// Applies one object.
pub async fn apply(cx: &mut Cx<'_>, order: &mut Order, target: &Found) -> Done {
    let mut answer = send(cx, order, target, &target.object, MANAGER).await.map_err(with_help)?;
    let ours = order.flags.text("field-manager");
    if order.dry == DryRun::None && (ours.is_empty() || ours == MANAGER) {
        answer = keep_annotation(cx, order, target, answer).await?;
        if take_over(cx, target, &answer).await? {
            answer = send(cx, order, target, &target.object, MANAGER).await?;
        }
    }
    warn_if_deleting(cx, &answer, target);
    order.tell(cx, target, answer, "serverside-applied")
}

async fn send(cx: &mut Cx<'_>, order: &Order, target: &Found, object: &Value, manager: &str) -> Done<Value> {
    let force = if order.flags.on("force-conflicts") { "true" } else { "false" };
    let sub = order.flags.text("subresource");
    let path = if sub.is_empty() { target.url() } else { format!("{}/{sub}", target.url()) };
    let url = format!("{path}{}", order.parameters(manager, &[("force", force)]));
    cx.send(Method::PATCH, &url, JSON, Some((CONTENT, object))).await
}

fn managers(object: &Value) -> &[Value] {
    list(object, "/metadata/managedFields")
}

/// Gives the annotation of a client-side apply a manager of its own, so that it stays.
async fn keep_annotation(cx: &mut Cx<'_>, order: &Order, target: &Found, object: Value) -> Done<Value> {
    let Some(annotation) = last_applied::text(&object) else { return Ok(object) };
    let field = format!("/fieldsV1/f:metadata/f:annotations/f:{}", last_applied::KEY.replace('/', "~1"));
    let owned =
        managers(&object).iter().any(|it| text(it, "/operation") == "Apply" && it.pointer(&field).is_some());
    if owned {
        return Ok(object);
    }
    let just = json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": target.name, "namespace": target.namespace, "annotations": {last_applied::KEY: annotation}},
    });
    send(cx, order, target, &just, "kubectl-last-applied").await
}

/// Makes the fields of client-side apply fields of ours; says whether there were any.
async fn take_over(cx: &mut Cx<'_>, target: &Found, object: &Value) -> Done<bool> {
    let is_old = |it: &Value| text(it, "/manager") == CLIENT_SIDE && text(it, "/operation") == "Update";
    let Some(old) = managers(object).iter().find(|it| is_old(it)) else { return Ok(false) };
    let mut entries: Vec<Value> = managers(object).iter().filter(|it| !is_old(it)).cloned().collect();
    let ours =
        entries.iter_mut().find(|it| text(it, "/manager") == MANAGER && text(it, "/operation") == "Apply");
    match ours {
        Some(ours) => join(&mut ours["fieldsV1"], &old["fieldsV1"]),
        None => return Ok(false),
    }
    let patch = json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": entries},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": text(object, "/metadata/resourceVersion")},
    ]);
    cx.send(Method::PATCH, &target.url(), JSON, Some(("application/json-patch+json", &patch))).await?;
    Ok(true)
}

/// Adds the fields of one set to another.
fn join(into: &mut Value, other: &Value) {
    for (field, inner) in other.as_object().into_iter().flatten() {
        match into.get_mut(field) {
            Some(had) => join(had, inner),
            None => into[field.as_str()] = inner.clone(),
        }
    }
}
