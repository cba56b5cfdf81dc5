//! `create namespace` and `create serviceaccount`.

use serde_json::json;

use super::{made, metadata, order, post};
use crate::{discovery::Resource, fail::Done, http::Cx};

/// Runs `create namespace`.
pub async fn namespace(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "namespace", &[], words).await?;
    let object = json!({
        "kind": "Namespace", "apiVersion": "v1", "metadata": metadata(&order.name), "spec": {}, "status": {},
    });
    post(cx, &order, made(Resource::cluster("", "v1", "namespaces", "Namespace"), object, "")).await
}

/// Runs `create serviceaccount`.
pub async fn service_account(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "serviceaccount", &[], words).await?;
    let object = json!({"kind": "ServiceAccount", "apiVersion": "v1", "metadata": metadata(&order.name)});
    let resource = Resource::namespaced("", "v1", "serviceaccounts", "ServiceAccount");
    post(cx, &order, made(resource, object, "failed to create serviceaccount: ")).await
}
