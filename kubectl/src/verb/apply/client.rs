//! Client-side apply: what is there, what was applied last and what is wanted make a patch.
//!
//! Models kubectl's Patcher.

use http::Method;
use serde_json::{Value, json};

use super::{Order, place, warn_if_deleting};
use crate::{
    fail::{Done, Fail},
    http::{Cx, JSON},
    output::json,
    patch,
    select::Found,
    verb::{
        DryRun,
        delete::{self, Deletion},
        last_applied,
    },
};

const MANAGER: &str = "kubectl-client-side-apply";

/// Applies one object.
pub async fn apply(cx: &mut Cx<'_>, order: &mut Order, target: &Found) -> Done {
    let modified = last_applied::annotated(&target.object);
    let retrieving = format!(
        "error when retrieving current configuration of:\n{}\nfrom server for: {:?}",
        place(target),
        target.source
    );
    if target.name.is_empty() {
        return Err(Fail::Error(format!("{retrieving}: resource name may not be empty")));
    }
    let current = match cx.get(&target.url()).await {
        Ok(current) => current,
        Err(fail) if fail.is_not_found() => return create(cx, order, target, modified).await,
        Err(fail) => return Err(fail.when(&retrieving)),
    };
    if order.dry == DryRun::Client {
        return order.tell(cx, target, current, "configured");
    }
    if last_applied::text(&current).is_none() {
        cx.err(&format!(
            "Warning: resource {}/{} is missing the {} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n",
            target.resource.plural, target.name, last_applied::KEY
        ));
    }
    let original = last_applied::of(&current).unwrap_or(Value::Null);
    let strategic = patch::is_built_in(&target.resource.group);
    let change = patch::three_way(&original, &modified, &current, strategic);
    if change == json!({}) {
        warn_if_deleting(cx, &current, target);
        return order.tell(cx, target, current, "unchanged");
    }
    let content =
        if strategic { "application/strategic-merge-patch+json" } else { "application/merge-patch+json" };
    let url = format!("{}{}", target.url(), order.parameters(MANAGER, &[]));
    let mut tried = json::compact(&change);
    let answer = match cx.send(Method::PATCH, &url, JSON, Some((content, &change))).await {
        Err(Fail::Status(status))
            if order.flags.on("force") && matches!(status.reason.as_str(), "Invalid" | "Conflict") =>
        {
            tried = format!("{}\n", json::compact(&modified));
            recreate(cx, order, target, &modified, &current).await
        }
        answer => answer,
    };
    let answer = answer.map_err(|fail| {
        fail.when(&format!(
            "error when applying patch:\n{}\nto:\n{}\nfor: {:?}",
            tried,
            place(target),
            target.source
        ))
    })?;
    warn_if_deleting(cx, &answer, target);
    order.tell(cx, target, answer, "configured")
}

async fn create(cx: &mut Cx<'_>, order: &mut Order, target: &Found, mut object: Value) -> Done {
    drop_nulls(&mut object);
    if order.dry != DryRun::Client {
        object = post(cx, order, target, &object)
            .await
            .map_err(|fail| fail.when(&format!("error when creating {:?}", target.source)))?;
    }
    order.tell(cx, target, object, "created")
}

async fn post(cx: &mut Cx<'_>, order: &Order, target: &Found, object: &Value) -> Done<Value> {
    let collection = target.resource.url(target.namespace.as_deref(), "");
    let url = format!("{collection}{}", order.parameters(MANAGER, &[]));
    cx.send(Method::POST, &url, JSON, Some((JSON, object))).await
}

/// Nulls in maps, which a patch would take as what is to go.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// `--force`: deletes what can't be patched, and makes it anew; where that fails, puts back what was there.
async fn recreate(
    cx: &mut Cx<'_>,
    order: &Order,
    target: &Found,
    modified: &Value,
    current: &Value,
) -> Done<Value> {
    let deletion = Deletion::plain(cx, &order.flags, DryRun::None)?;
    deletion.send(cx, target).await?;
    delete::wait_gone(cx, target, "", delete::limit_s(&order.flags)).await?;
    let failed = match post(cx, order, target, modified).await {
        Ok(made) => return Ok(made),
        Err(fail) => fail,
    };
    let mut before = current.clone();
    if let Some(metadata) = before["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
    match post(cx, order, target, &before).await {
        Ok(_) => Err(failed),
        Err(worse) => Err(Fail::Error(format!(
            "An error occurred force-replacing the existing object with the newly provided one:\n\n{}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n{}",
            failed.message(),
            worse.message()
        ))),
    }
}
