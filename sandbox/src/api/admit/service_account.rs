//! Models the admission plugin ServiceAccount. Omits: the annotation that enforces mountable secrets; the wait for an
//! account that is about to come (the account of a new namespace comes at once).

use std::sync::LazyLock;

use crate::{
    api::Api,
    json,
    json::Json,
    object::{Key, Object},
    resources::{POD, SERVICE_ACCOUNT},
    status::Status,
};

/// Where the token is mounted.
const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const PREFIX: &str = "kube-api-access-";

/// A pod runs as an account of its namespace, and its containers see that account's token.
pub(super) fn fill(api: &mut Api, pod: &mut Object, dry_run: bool) -> Result<(), Status> {
    if pod.annotation("kubernetes.io/config.mirror").is_some() {
        return Ok(());
    }
    pod["spec"].default_to("serviceAccountName", "default");
    let name = pod["spec"]["serviceAccountName"].clone();
    pod["spec"].set("serviceAccount", name.clone());
    let key = Key::new(pod.namespace().clone(), name.text());
    let Some(account) = api.find(SERVICE_ACCOUNT, &key).cloned() else {
        let why = format!("error looking up service account {key}: serviceaccount {:?} not found", key.name);
        return Err(Status::forbidden(POD.def(), pod.name(), &why));
    };
    if pod["spec"]["imagePullSecrets"].is_empty() {
        pod["spec"].set("imagePullSecrets", account["imagePullSecrets"].clone());
    }
    let said = |o: &Json| o["automountServiceAccountToken"].bool();
    if said(&pod["spec"]).or_else(|| said(&account)).unwrap_or(true) {
        mount(api, pod, dry_run);
    }
    Ok(())
}

fn mount(api: &mut Api, pod: &mut Object, dry_run: bool) {
    let volumes = pod["spec"]["volumes"].list();
    let existing = volumes.iter().find(|v| v["name"].text().starts_with(PREFIX));
    let is_new = existing.is_none();
    let name = existing.map_or_else(|| fresh_name(api, dry_run), |v| v["name"].text().to_owned());
    let mut is_needed = false;
    for list in ["initContainers", "containers"] {
        if pod["spec"][list].is_empty() {
            continue;
        }
        for container in pod["spec"][list].list_mut().make_mut() {
            let has = container["volumeMounts"].list().iter().any(|m| m["mountPath"] == *PATH);
            if !has {
                let mount = json!({"name": name, "mountPath": PATH, "readOnly": true});
                container["volumeMounts"].list_mut().push(mount);
                is_needed = true;
            }
        }
    }
    if is_new && is_needed {
        pod["spec"]["volumes"].list_mut().push(volume(&name));
    }
}

fn fresh_name(api: &mut Api, dry_run: bool) -> String {
    let stream = "kube-api-access";
    let suffix =
        if dry_run { api.rng.clone().stream(stream).suffix(5) } else { api.rng.stream(stream).suffix(5) };
    format!("{PREFIX}{suffix}")
}

fn volume(name: &str) -> Json {
    /// One for all pods of all clusters.
    static PROJECTED: LazyLock<Json> = LazyLock::new(|| {
        json!({"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [
                {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}},
            ]}},
        ]})
    });
    json!({"name": name}).with("projected", PROJECTED.clone())
}
