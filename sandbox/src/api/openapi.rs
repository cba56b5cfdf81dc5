//! OpenAPI documents, true but small: paths with the parameters and bodies of PATCH, by which kubectl finds out what
//! the server checks. Omits: schemas, all other operations; they come with k8s-openapi's `schemars` feature.

use super::discovery::group_versions;
use crate::{json, json::Json, resources::Resource, version::KUBERNETES_VERSION};

/// `/openapi/v3`.
pub fn index() -> Json {
    let mut paths = Json::object();
    for (group, version) in group_versions() {
        let name =
            if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
        let url = format!("/openapi/v3/{name}?hash={KUBERNETES_VERSION}");
        paths.set(&name, json!({"serverRelativeURL": url}));
    }
    let mut out = Json::object();
    out.set("paths", paths);
    out
}

fn path(resource: Resource) -> String {
    let def = resource.def();
    let base = if def.group.is_empty() {
        format!("/api/{}", def.version)
    } else {
        format!("/apis/{}/{}", def.group, def.version)
    };
    let namespace = if def.namespaced { "/namespaces/{namespace}" } else { "" };
    format!("{base}{namespace}/{}/{{name}}", def.plural)
}

const PARAMETERS: [&str; 4] = ["dryRun", "fieldManager", "fieldValidation", "force"];

fn kind_of(resource: Resource) -> Json {
    let def = resource.def();
    json!({"group": def.group, "version": def.version, "kind": def.kind})
}

fn patch_types(resource: Resource) -> Vec<&'static str> {
    let mut types = vec!["application/json-patch+json", "application/merge-patch+json"];
    if !resource.def().is_ours() {
        types.push("application/strategic-merge-patch+json");
    }
    types
}

/// The document of a group version, if there is one.
pub fn v3(group: &str, version: &str) -> Option<Json> {
    let mut paths = Json::object();
    for resource in Resource::all().filter(|r| r.def().group == group && r.def().version == version) {
        let parameters: Json = PARAMETERS
            .iter()
            .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}}))
            .collect();
        let mut content = Json::object();
        for type_ in patch_types(resource) {
            content.set(type_, json!({"schema": {"type": "object"}}));
        }
        let mut patch = json!({"x-kubernetes-action": "patch", "responses": {"200": {"description": "OK"}}});
        patch.set("parameters", parameters);
        // Without a schema to read merge keys from, kubectl falls back to its own; it asks the body's content for that.
        if resource.def().is_ours() {
            patch["requestBody"].set("content", content);
        }
        patch.set("x-kubernetes-group-version-kind", kind_of(resource));
        let mut operations = Json::object();
        operations.set("patch", patch);
        paths.set(&path(resource), operations);
    }
    (!paths.is_empty()).then(|| {
        let mut out = json!({
            "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": crate::version::KUBERNETES_VERSION}, "components": {"schemas": {}},
        });
        out.set("paths", paths);
        out
    })
}

/// `/openapi/v2`.
pub fn v2() -> Json {
    let mut paths = Json::object();
    for resource in Resource::all() {
        let parameters: Json = PARAMETERS
            .iter()
            .map(|name| json!({"name": name, "in": "query", "type": "string", "uniqueItems": true}))
            .collect();
        let mut patch = json!({"responses": {"200": {"description": "OK"}}});
        patch.set("consumes", patch_types(resource).into_iter().map(Json::from).collect::<Json>());
        patch.set("parameters", parameters);
        patch.set("x-kubernetes-group-version-kind", kind_of(resource));
        let mut operations = Json::object();
        operations.set("patch", patch);
        paths.set(&path(resource), operations);
    }
    let mut out = json!({"swagger": "2.0", "info": {"title": "Kubernetes", "version": crate::version::KUBERNETES_VERSION}, "definitions": {}});
    out.set("paths", paths);
    out
}
