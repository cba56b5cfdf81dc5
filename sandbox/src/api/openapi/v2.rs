//! OpenAPI v2: one document for everything.

use super::{
    TITLE,
    definitions::{Definitions, PREFIX},
    kind::Kind,
    operations::{Operation, paths},
    parameters::Parameter,
};
use crate::{json, json::Json, version::emulated};

/// The document.
pub(super) fn document(kinds: &[Kind], definitions: &Definitions) -> Json {
    let mut all_paths = Json::object();
    for path in kinds.iter().flat_map(paths).filter(|path| !path.path.contains("/watch/")) {
        let mut item = Json::object();
        for operation in &path.operations {
            item.set(operation.method, write(operation));
        }
        item.set("parameters", path.parameters.iter().map(parameter).collect::<Json>());
        all_paths.set(&path.path, item);
    }
    let definitions: Json = Json::Map(
        definitions.iter().map(|(name, schema)| (name.as_str().into(), without_defaults(schema))).collect(),
    );
    let token = json!({
        "description": "Bearer Token authentication", "type": "apiKey", "name": "authorization", "in": "header",
    });
    let mut out = json!({
        "swagger": "2.0", "info": {"title": TITLE, "version": emulated()}, "security": [{"BearerToken": []}],
    });
    out.set("paths", all_paths);
    out.set("definitions", definitions);
    out["securityDefinitions"].set("BearerToken", token);
    out
}

/// Defaults are v3's; a property of that name has a schema.
pub(super) fn without_defaults(json: &Json) -> Json {
    match json {
        Json::Map(map) => {
            let kept = map
                .iter()
                .filter(|(key, value)| *key != "default" || value.map().is_some_and(|m| !m.is_empty()));
            Json::Map(kept.map(|(key, value)| (key.clone(), without_defaults(value))).collect())
        }
        Json::List(list) => list.iter().map(without_defaults).collect(),
        other => other.clone(),
    }
}

fn parameter(parameter: &Parameter) -> Json {
    let mut out = parameter.schema();
    out.set("name", parameter.name);
    out.set("in", parameter.in_);
    out.set("description", parameter.description.as_str());
    if parameter.required() {
        out.set("required", true);
    }
    out
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("{PREFIX}{name}")})
}

fn strings<'a>(list: impl IntoIterator<Item = &'a str>) -> Json {
    list.into_iter().map(Json::from).collect()
}

fn write(operation: &Operation) -> Json {
    let (group, version, kind) = &operation.gvk;
    let mut out = json!({
        "tags": [operation.tag], "description": operation.description, "operationId": operation.id, "schemes": ["https"],
        "x-kubernetes-action": operation.action,
        "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind},
    });
    out.set("consumes", strings(operation.consumes.iter().copied()));
    out.set("produces", strings(operation.produces()));
    let body = operation.body.as_ref().map(|name| {
        let body = json!({"name": "body", "in": "body"}).with("schema", reference(name));
        if operation.body_required { body.with("required", true) } else { body }
    });
    let parameters: Json = body.into_iter().chain(operation.parameters.iter().map(parameter)).collect();
    if !parameters.is_empty() {
        out.set("parameters", parameters);
    }
    let answer = operation.answer.as_ref().map_or_else(|| json!({"type": "string"}), |name| reference(name));
    for (code, words) in operation.codes {
        out["responses"]
            .set(&code.to_string(), json!({"description": *words}).with("schema", answer.clone()));
    }
    out["responses"].set("401", json!({"description": "Unauthorized"}));
    out
}
