//! OpenAPI v3: one document a group version, with the schemas that it needs.

use std::collections::BTreeSet;

use super::{
    TITLE,
    definitions::{Definitions, PREFIX},
    kind::Kind,
    operations::{META, Operation, paths},
    parameters::Parameter,
    plain,
};
use crate::{json, json::Json, version::emulated};

const COMPONENTS: &str = "#/components/schemas/";

/// The document of kinds that share a group version.
pub(super) fn document(kinds: &[&Kind], definitions: &Definitions) -> Json {
    let (mut all_paths, mut needed) = (Json::object(), BTreeSet::new());
    for path in kinds.iter().flat_map(|kind| paths(kind)) {
        let mut item = Json::object();
        for operation in &path.operations {
            needed.extend(operation.body.iter().chain(&operation.answer).cloned());
            item.set(operation.method, write(operation));
        }
        item.set("parameters", path.parameters.iter().map(parameter).collect::<Json>());
        all_paths.set(&path.path, item);
    }
    if let Some(kind) = kinds.first() {
        let list = format!("{META}.APIResourceList");
        let (path, item) = plain::resources(kind, &list);
        all_paths.set(&path, item);
        needed.insert(list);
    }
    finish(all_paths, needed, definitions)
}

/// The document of paths, with the schemas of these names and of all that they refer to.
pub(super) fn finish(paths: Json, needed: BTreeSet<String>, definitions: &Definitions) -> Json {
    let mut schemas = Json::object();
    for name in reachable(needed, definitions) {
        schemas.set(&name, definitions.get(&name).map(schema));
    }
    let mut out = json!({"openapi": "3.0.0", "info": {"title": TITLE, "version": emulated()}});
    out.set("paths", paths);
    if !schemas.is_empty() {
        out["components"].set("schemas", schemas);
    }
    out["components"]["securitySchemes"].set(
        "BearerToken",
        json!({
            "description": "Bearer Token authentication", "type": "apiKey", "name": "authorization", "in": "header",
        }),
    );
    out
}

/// The names, and those that their schemas refer to.
fn reachable(names: BTreeSet<String>, definitions: &Definitions) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = names.into_iter().collect();
    while let Some(name) = open.pop() {
        if let Some(schema) = definitions.get(&name)
            && seen.insert(name)
        {
            references(schema, &mut open);
        }
    }
    seen
}

fn references(json: &Json, out: &mut Vec<String>) {
    if let Some(name) = json["$ref"].text().strip_prefix(PREFIX) {
        out.push(name.into());
    }
    json.entries().for_each(|(_, value)| references(value, out));
    json.list().iter().for_each(|item| references(item, out));
}

/// A schema in v3's words: a reference has no neighbours there, and a value may be one of several types.
fn schema(json: &Json) -> Json {
    if let Some(name) = json["$ref"].str() {
        let reference = json!({"$ref": name.replacen(PREFIX, COMPONENTS, 1)});
        let mut out = json.clone();
        out.remove("$ref");
        if out.is_empty() {
            return reference;
        }
        out.set("allOf", vec![reference]);
        return out;
    }
    let mut out = match json {
        Json::Map(map) => Json::Map(map.iter().map(|(key, value)| (key.clone(), schema(value))).collect()),
        Json::List(list) => list.iter().map(schema).collect(),
        other => return other.clone(),
    };
    let either = |types: [&str; 2]| types.iter().map(|t| json!({"type": *t})).collect::<Json>();
    if json["format"] == "int-or-string" {
        out.remove("type");
        out.set("oneOf", either(["integer", "string"]));
    } else if json["type"] == "string" && json["description"].text().starts_with("Quantity is ") {
        out.remove("type");
        out.set("oneOf", either(["string", "number"]));
    }
    out
}

fn parameter(parameter: &Parameter) -> Json {
    let mut out = json!({"name": parameter.name, "in": parameter.in_, "description": parameter.description});
    if parameter.required() {
        out.set("required", true);
    }
    out.set("schema", parameter.schema());
    out
}

pub(super) fn content<'a>(types: impl IntoIterator<Item = &'a str>, schema: &Json) -> Json {
    types
        .into_iter()
        .fold(Json::object(), |all, type_| all.with(type_, Json::object().with("schema", schema.clone())))
}

pub(super) fn reference(name: &str) -> Json {
    json!({"$ref": format!("{COMPONENTS}{name}")})
}

fn write(operation: &Operation) -> Json {
    let (group, version, kind) = &operation.gvk;
    let mut out = json!({
        "tags": [operation.tag], "description": operation.description, "operationId": operation.id,
        "x-kubernetes-action": operation.action,
        "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind},
    });
    if !operation.parameters.is_empty() {
        out.set("parameters", operation.parameters.iter().map(parameter).collect::<Json>());
    }
    if let Some(body) = &operation.body {
        let mut request =
            Json::object().with("content", content(operation.consumes.iter().copied(), &reference(body)));
        if operation.body_required {
            request.set("required", true);
        }
        out.set("requestBody", request);
    }
    let answer = operation.answer.as_ref().map_or_else(|| json!({"type": "string"}), |name| reference(name));
    let answers = content(operation.produces(), &answer);
    for (code, words) in operation.codes {
        let answer = json!({"description": *words}).with("content", answers.clone());
        out["responses"].set(&code.to_string(), answer);
    }
    out["responses"].set("401", json!({"description": "Unauthorized"}));
    out
}
