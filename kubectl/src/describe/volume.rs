//! Volumes of pods and pod templates.
//!
//! Omits: the sources of cloud providers, which are named without their fields.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{list, text};

/// Writes the volumes.
pub fn write(page: &mut Page, volumes: &[Value], nested: bool) {
    let space = if nested { "  " } else { "" };
    if volumes.is_empty() {
        return page.line(0, &format!("{space}Volumes:\t<none>"));
    }
    page.line(0, &format!("{space}Volumes:"));
    for volume in volumes {
        page.line(1, &format!("{}{}:", if nested { " " } else { "" }, text(volume, "/name")));
        source(page, volume);
    }
}

fn source(page: &mut Page, volume: &Value) {
    let optional = |it: &Value| it["optional"] == true;
    if let Some(it) = volume.get("emptyDir") {
        page.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
        page.field(2, "Medium", text(it, "/medium"));
        let limit = it.get("sizeLimit").map_or_else(|| "<unset>".into(), scalar);
        page.field(2, "SizeLimit", limit);
    } else if let Some(it) = volume.get("hostPath") {
        page.field(2, "Type", "HostPath (bare host directory volume)");
        page.field(2, "Path", text(it, "/path"));
        page.field(2, "HostPathType", text(it, "/type"));
    } else if let Some(it) = volume.get("secret") {
        page.field(2, "Type", "Secret (a volume populated by a Secret)");
        page.field(2, "SecretName", text(it, "/secretName"));
        page.field(2, "Optional", optional(it));
    } else if let Some(it) = volume.get("configMap") {
        page.field(2, "Type", "ConfigMap (a volume populated by a ConfigMap)");
        page.field(2, "Name", text(it, "/name"));
        page.field(2, "Optional", optional(it));
    } else if let Some(it) = volume.get("persistentVolumeClaim") {
        page.field(
            2,
            "Type",
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        );
        page.field(2, "ClaimName", text(it, "/claimName"));
        page.field(2, "ReadOnly", it["readOnly"] == true);
    } else if let Some(it) = volume.get("downwardAPI") {
        page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        page.line(2, "Items:");
        for item in list(it, "/items") {
            page.line(3, &format!("{} -> {}", text(item, "/fieldRef/fieldPath"), text(item, "/path")));
        }
    } else if let Some(it) = volume.get("projected") {
        page.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        list(it, "/sources").iter().for_each(|source| projected(page, source));
    } else {
        let kind = volume.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| *key != "name");
        page.line(2, kind.map_or("<unknown>", String::as_str));
    }
}

fn projected(page: &mut Page, source: &Value) {
    if let Some(it) = source.get("secret") {
        page.field(2, "SecretName", text(it, "/name"));
        page.field(2, "SecretOptionalName", it["optional"] == true);
    } else if source.get("downwardAPI").is_some() {
        page.field(2, "DownwardAPI", true);
    } else if let Some(it) = source.get("configMap") {
        page.field(2, "ConfigMapName", text(it, "/name"));
        page.field(2, "Optional", it["optional"] == true);
    } else if let Some(it) = source.get("serviceAccountToken") {
        page.field(2, "TokenExpirationSeconds", scalar(&it["expirationSeconds"]));
    }
}
