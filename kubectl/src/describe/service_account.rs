//! ServiceAccounts, with the Secrets that hold their tokens.

use serde_json::Value;

use super::Page;
use crate::{
    http::Cx,
    output::{items, list, text},
};

/// Writes all but the events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    let url = format!("/api/v1/namespaces/{}/secrets", text(it, "/metadata/namespace"));
    // the account is described where its Secrets may not be read, too
    let secrets = cx.list(&url).await.ok();
    let known: Option<Vec<&str>> = secrets
        .as_ref()
        .map(|secrets| items(secrets).iter().map(|secret| text(secret, "/metadata/name")).collect());
    let named = |pointer| list(it, pointer).iter().map(|secret| text(secret, "/name")).collect::<Vec<_>>();
    let tokens: Vec<&str> = secrets
        .iter()
        .flat_map(items)
        .filter(|secret| is_token_of(secret, it))
        .map(|secret| text(secret, "/metadata/name"))
        .collect();
    for (title, names) in [
        ("Image pull secrets:", named("/imagePullSecrets")),
        ("Mountable secrets: ", named("/secrets")),
        ("Tokens:            ", tokens),
    ] {
        if names.is_empty() {
            page.line(0, &format!("{title}\t<none>"));
        }
        for (at, name) in names.iter().enumerate() {
            let missing = known.as_ref().is_some_and(|known| !known.contains(name));
            let lead = if at == 0 { title } else { "                   " };
            page.line(0, &format!("{lead}\t{name}{}", if missing { " (not found)" } else { "" }));
        }
    }
}

fn is_token_of(secret: &Value, account: &Value) -> bool {
    let annotation = |key: &str| secret["metadata"]["annotations"][key].as_str().unwrap_or_default();
    text(secret, "/type") == "kubernetes.io/service-account-token"
        && annotation("kubernetes.io/service-account.name") == text(account, "/metadata/name")
        && annotation("kubernetes.io/service-account.uid") == text(account, "/metadata/uid")
}
