//! OpenAPI, as far as clients need it to talk to us: which kinds and verbs there are, and that `fieldValidation` and
//! `dryRun` are taken. Omits: schemas of the kinds (the next issue brings them from k8s-openapi).

use super::{body, discovery};
use crate::{
    json,
    json::Json,
    request::{Body, Reply},
    resources::{Resource, ResourceDef},
    status::Status,
};

pub(super) fn answer(parts: &[&str]) -> Result<Reply, Status> {
    match parts {
        ["openapi", "v2"] => Ok(body(200, &v2())),
        ["openapi", "v3"] => Ok(body(200, &index())),
        ["openapi", "v3", "api", "v1"] => Ok(document("")),
        ["openapi", "v3", "apis", group, "v1"] if discovery::groups().contains(group) => Ok(document(group)),
        _ => Err(Status::no_such_path()),
    }
}

fn index() -> Json {
    let mut paths = Json::object();
    let url = |path: &str| json!({"serverRelativeURL": format!("/openapi/v3/{path}")});
    paths.set("api/v1", url("api/v1"));
    for group in discovery::groups() {
        let path = format!("apis/{group}/v1");
        paths.set(&path, url(&path));
    }
    let mut index = Json::object();
    index.set("paths", paths);
    index
}

fn defs(group: &str) -> impl Iterator<Item = &'static ResourceDef> {
    Resource::all().map(Resource::def).filter(move |d| d.group == group)
}

fn document(group: &str) -> Reply {
    let mut doc = json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": crate::version::KUBERNETES_VERSION}});
    doc.set("paths", paths(group, true));
    let mut schemas = Json::object();
    for def in defs(group) {
        let kind = json!({"group": def.group, "version": def.version, "kind": def.kind});
        let mut schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        schema.set("x-kubernetes-group-version-kind", vec![kind]);
        schemas.set(&model(def), schema);
    }
    doc["components"].set("schemas", schemas);
    Reply::Body(Body { code: 200, content_type: "application/json", bytes: doc.to_bytes(), warnings: Vec::new() })
}

fn v2() -> Json {
    let mut doc = json!({"swagger": "2.0", "info": {"title": "Kubernetes", "version": crate::version::KUBERNETES_VERSION}});
    let mut all = paths("", false);
    for group in discovery::groups() {
        for (path, item) in paths(group, false).entries() {
            all.set(path, item.clone());
        }
    }
    doc.set("paths", all);
    let mut definitions = Json::object();
    for def in Resource::all().map(Resource::def) {
        let kind = json!({"group": def.group, "version": def.version, "kind": def.kind});
        let mut schema = json!({"type": "object"});
        schema.set("x-kubernetes-group-version-kind", vec![kind]);
        definitions.set(&model(def), schema);
    }
    doc.set("definitions", definitions);
    doc
}

fn model(def: &ResourceDef) -> String {
    match def.group.split_once('.') {
        None if def.group.is_empty() => format!("io.k8s.api.core.v1.{}", def.kind),
        None => format!("io.k8s.api.{}.v1.{}", def.group, def.kind),
        Some((first, "k8s.io")) => format!("io.k8s.api.{first}.v1.{}", def.kind),
        Some(_) => format!("dev.pilothouse.sim.v1.{}", def.kind),
    }
}

fn paths(group: &str, v3: bool) -> Json {
    let mut paths = Json::object();
    for def in defs(group) {
        let root = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
        let base = if def.namespaced { format!("{root}/namespaces/{{namespace}}") } else { root };
        let collection = format!("{base}/{}", def.plural);
        let mut item = Json::object();
        item.set("post", operation(def, "post", v3));
        paths.set(&collection, item);
        let mut item = Json::object();
        for verb in ["get", "put", "patch", "delete"] {
            item.set(verb, operation(def, verb, v3));
        }
        paths.set(&format!("{collection}/{{name}}"), item);
    }
    paths
}

fn operation(def: &ResourceDef, verb: &str, v3: bool) -> Json {
    let parameter = |name: &str| {
        let mut p = json!({"name": name, "in": "query"});
        if v3 {
            p.set("schema", json!({"type": "string", "uniqueItems": true}));
        } else {
            p.set("type", "string");
        }
        p
    };
    let mut op = json!({"x-kubernetes-action": verb, "responses": {"200": {"description": "OK"}}});
    if verb != "get" {
        let names = ["dryRun", "fieldManager", "fieldValidation"];
        op.set("parameters", names.map(parameter).to_vec());
    }
    op.set("x-kubernetes-group-version-kind", json!({"group": def.group, "version": def.version, "kind": def.kind}));
    op
}
