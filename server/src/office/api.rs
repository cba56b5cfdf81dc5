//! `/api`: the page on which `/api/v1` can be read, made from its OpenAPI document.

use app::office::{ApiSheet, Operation, Sheet};
use axum::response::Response;
use serde_json::Value;

use super::caller::Caller;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The name behind `#/components/schemas/`, else the type.
fn form(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match schema["type"].as_str() {
        Some("array") => format!("[{}]", form(&schema["items"])),
        Some(kind) => kind.to_owned(),
        None => {
            let kinds = schema["type"]
                .as_array()
                .into_iter()
                .flatten()
                .chain(schema["oneOf"].as_array().into_iter().flatten());
            let kinds = kinds.map(|k| k.as_str().map_or_else(|| form(k), str::to_owned));
            kinds.filter(|k| k != "null" && !k.is_empty()).collect::<Vec<_>>().join(" | ")
        }
    }
}

fn operation(method: &str, path: &str, told: &Value) -> Operation {
    let of_content = |value: &Value| {
        let content = value["content"].as_object().and_then(|c| c.values().next());
        content.map(|c| form(&c["schema"])).unwrap_or_default()
    };
    let parameters = told["parameters"].as_array().into_iter().flatten();
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&told["summary"]),
        parameters: parameters.map(|p| [text(&p["name"]), text(&p["in"]), text(&p["description"])]).collect(),
        takes: told["requestBody"].is_object().then(|| of_content(&told["requestBody"])),
        answers: told["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(status, answer)| (status.clone(), of_content(answer)))
            .collect(),
    }
}

fn sheet(document: &Value) -> ApiSheet {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods
            .filter(|(_, told)| told["responses"].is_object())
            .map(|(method, told)| operation(method, path, told))
    });
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let forms = schemas.map(|(name, schema)| {
        let fields = schema["properties"].as_object().into_iter().flatten();
        let fields = fields.map(|(name, field)| [name.clone(), form(field), text(&field["description"])]);
        (name.clone(), text(&schema["description"]), fields.collect())
    });
    ApiSheet { operations: operations.collect(), forms: forms.collect() }
}

pub async fn show(caller: Caller) -> Response {
    let document = serde_json::to_value(crate::rest::document()).unwrap_or_default();
    caller.page(Sheet::Api(sheet(&document))).await
}
