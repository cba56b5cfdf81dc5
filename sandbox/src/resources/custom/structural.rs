//! What a schema must be so that objects can be pruned and defaulted by it. Models apiextensions' `ValidateStructural`, the
//! rules of JSON schemas of apiextensions v1, and those of defaults and list types.
//! Omits: that what is validated inside of `allOf`, `anyOf`, `oneOf` and `not` must be specified outside of them too.

use super::{
    rules,
    schema::{EMBEDDED, INT_OR_STRING, PRESERVE, is},
    validate,
};
use crate::{json, json::Json, object::Object, status::FieldError};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
const LIST_TYPES: [&str; 3] = ["atomic", "map", "set"];

/// Where a schema stands in its parent.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Root,
    Item,
    Field,
}

/// What is wrong with a schema.
pub fn check(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let mut found = Vec::new();
    forbidden(schema, at, &mut found);
    if found.is_empty() {
        structure(schema, Level::Root, at, &mut found);
        found.sort_by_key(|e| format!("{}: {}", e.field, e.detail));
    }
    if found.is_empty() {
        defaults(schema, at, &mut found);
        rules::problems(schema, at, &mut found);
    }
    errors.extend(found);
}

/// The schemas inside of a schema, with their places.
fn parts<'a>(schema: &'a Json, at: &str) -> Vec<(String, &'a Json)> {
    let mut all: Vec<(String, &Json)> =
        schema["properties"].entries().map(|(key, s)| (format!("{at}.properties[{key}]"), s)).collect();
    for field in ["items", "additionalProperties", "not"] {
        if schema[field].map().is_some() {
            all.push((format!("{at}.{field}"), &schema[field]));
        }
    }
    for field in ["allOf", "oneOf", "anyOf"] {
        all.extend(schema[field].list().iter().enumerate().map(|(i, s)| (format!("{at}.{field}[{i}]"), s)));
    }
    all
}

/// What apiextensions does not take of JSON schema, anywhere.
fn forbidden(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let mut forbid =
        |field: &str, why: &str| errors.push(FieldError::forbidden(format!("{at}.{field}"), why));
    for field in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
        if !schema[field].is_null() {
            forbid(field, &format!("{field} is not supported"));
        }
    }
    if is(schema, "uniqueItems") {
        forbid(
            "uniqueItems",
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
        );
    }
    let both = !schema["properties"].is_empty() && !schema["additionalProperties"].is_null();
    if both && schema["additionalProperties"].bool() != Some(true) {
        forbid("additionalProperties", "additionalProperties and properties are mutual exclusive");
    }
    if matches!(schema["items"], Json::List(_)) {
        forbid("items", "items must be a schema object and not an array");
    }
    match schema["type"].text() {
        "null" => forbid("type", "type cannot be set to null, use nullable as an alternative"),
        "" => {}
        type_ if TYPES.contains(&type_) => {}
        type_ => errors.push(FieldError::unsupported(format!("{at}.type"), &type_.into(), &TYPES)),
    }
    list_type(schema, at, errors);
    for (at, inner) in parts(schema, at) {
        forbidden(inner, &at, errors);
    }
}

fn list_type(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let (wanted, keys) =
        (schema["x-kubernetes-list-type"].text(), schema["x-kubernetes-list-map-keys"].list());
    let keys_at = format!("{at}.x-kubernetes-list-map-keys");
    if !wanted.is_empty() {
        if !LIST_TYPES.contains(&wanted) {
            errors.push(FieldError::unsupported(
                format!("{at}.x-kubernetes-list-type"),
                &wanted.into(),
                &LIST_TYPES,
            ));
        } else if schema["type"] != "array" {
            let why = format!("must be array if x-kubernetes-list-type is {wanted}");
            errors.push(FieldError::invalid(format!("{at}.type"), &schema["type"].text().into(), &why));
        }
    }
    if wanted == "map" && keys.is_empty() {
        errors.push(FieldError::required(keys_at, "must not be empty if x-kubernetes-list-type is map"));
        return;
    }
    if wanted != "map" && !keys.is_empty() {
        let why = "must be map if x-kubernetes-list-map-keys is non-empty";
        errors.push(FieldError::invalid(format!("{at}.x-kubernetes-list-type"), &wanted.into(), why));
        return;
    }
    let items = &schema["items"];
    for (i, key) in keys.iter().enumerate() {
        let property = &items["properties"][key.text()];
        if property.is_null() {
            let why = "entries must all be names of item properties";
            errors.push(FieldError::invalid(format!("{keys_at}[{i}]"), key, why));
        } else if property["default"].is_null() && !items["required"].list().contains(key) {
            let field = format!("{at}.items.properties[{}].default", key.text());
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.push(FieldError::required(field, why));
        }
    }
}

fn structure(schema: &Json, level: Level, at: &str, errors: &mut Vec<FieldError>) {
    if schema["type"] == "array" && schema["items"].is_null() {
        errors.push(FieldError::required(format!("{at}.items"), "must be specified"));
    }
    if schema["items"].map().is_some() {
        structure(&schema["items"], Level::Item, &format!("{at}.items"), errors);
    }
    for (key, inner) in schema["properties"].entries() {
        structure(inner, Level::Field, &format!("{at}.properties[{key}]"), errors);
    }
    let additional = &schema["additionalProperties"];
    if !additional.is_null() && level == Level::Root {
        errors.push(FieldError::forbidden(
            format!("{at}.additionalProperties"),
            "must not be used at the root",
        ));
    }
    if additional.map().is_some() {
        structure(additional, Level::Field, &format!("{at}.additionalProperties"), errors);
    }
    marks(schema, at, errors);
    type_of(schema, level, at, errors);
    object_fields(schema, level == Level::Root || is(schema, EMBEDDED), level, at, errors);
    values(schema, at, errors);
}

fn marks(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    if is(schema, INT_OR_STRING) {
        for mark in [PRESERVE, EMBEDDED].into_iter().filter(|mark| is(schema, mark)) {
            let why = "must be false if x-kubernetes-int-or-string is true";
            errors.push(FieldError::invalid(format!("{at}.{mark}"), &true.into(), why));
        }
    }
    if is(schema, EMBEDDED) && !schema["additionalProperties"].is_null() {
        let why = "must not be used if x-kubernetes-embedded-resource is set";
        errors.push(FieldError::forbidden(format!("{at}.additionalProperties"), why));
    }
    if is(schema, EMBEDDED) && !is(schema, PRESERVE) && schema["properties"].is_empty() {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.push(FieldError::required(format!("{at}.properties"), why));
    }
}

fn type_of(schema: &Json, level: Level, at: &str, errors: &mut Vec<FieldError>) {
    let (type_, field) = (schema["type"].text(), format!("{at}.type"));
    if is(schema, EMBEDDED) && type_ != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        let empty = type_.is_empty();
        errors.push(if empty {
            FieldError::required(field, why)
        } else {
            FieldError::invalid(field, &type_.into(), why)
        });
    } else if type_.is_empty() && !is(schema, INT_OR_STRING) && !is(schema, PRESERVE) {
        let why = match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        };
        errors.push(FieldError::required(field, why));
    } else if level == Level::Root && !type_.is_empty() && type_ != "object" {
        errors.push(FieldError::invalid(field, &type_.into(), "must be object at the root"));
    }
}

/// What a schema may say of the fields that every object has.
fn object_fields(schema: &Json, is_object: bool, level: Level, at: &str, errors: &mut Vec<FieldError>) {
    if !is_object {
        return;
    }
    for key in ["apiVersion", "kind"] {
        let inner = &schema["properties"][key];
        if !inner.is_null() && inner["type"] != "string" {
            let field = format!("{at}.properties[{key}].type");
            errors.push(FieldError::invalid(field, &inner["type"].text().into(), "must be string"));
        }
    }
    let metadata = &schema["properties"]["metadata"];
    if metadata.is_null() {
        return;
    }
    let field = format!("{at}.properties[metadata]");
    if metadata["type"] != "object" {
        errors.push(FieldError::invalid(
            format!("{field}.type"),
            &metadata["type"].text().into(),
            "must be object",
        ));
    }
    let named = |key: &str| matches!(key, "name" | "generateName");
    let more =
        metadata.entries().any(|(key, _)| !matches!(key.as_str(), "type" | "properties" | "description"));
    if level == Level::Root && (more || metadata["properties"].entries().any(|(key, _)| !named(key))) {
        let why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        errors.push(FieldError::forbidden(field, why));
    }
}

fn either_type() -> Json {
    json!([{"type": "integer"}, {"type": "string"}])
}

fn values(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let pattern = schema["pattern"].text();
    if let Err(why) = validate::pattern(pattern) {
        let why = why.to_string().replace('\n', " ");
        let why = format!("must be a valid regular expression, but isn't: error parsing regexp: {why}");
        errors.push(FieldError::invalid(format!("{at}.pattern"), &pattern.into(), &why));
    }
    let either = is(schema, INT_OR_STRING) && schema["anyOf"] == either_type();
    for field in ["anyOf", "allOf", "oneOf"] {
        if field == "anyOf" && either {
            continue;
        }
        for (i, inner) in schema[field].list().iter().enumerate() {
            nested(inner, field == "allOf" && i == 0, &format!("{at}.{field}[{i}]"), errors);
        }
    }
    if schema["not"].map().is_some() {
        nested(&schema["not"], false, &format!("{at}.not"), errors);
    }
}

/// A schema inside of a junctor judges values and says nothing of their structure.
fn nested(schema: &Json, may_be_either: bool, at: &str, errors: &mut Vec<FieldError>) {
    let mut forbid =
        |field: &str, why: &str| errors.push(FieldError::forbidden(format!("{at}.{field}"), why));
    for field in ["type", "title", "description", "x-kubernetes-list-map-keys", "x-kubernetes-validations"] {
        if !schema[field].is_empty() {
            forbid(field, "must be empty to be structural");
        }
    }
    for field in
        ["additionalProperties", "default", "externalDocs", "x-kubernetes-list-type", "x-kubernetes-map-type"]
    {
        if !schema[field].is_null() {
            forbid(field, "must be undefined to be structural");
        }
    }
    for mark in ["nullable", PRESERVE, EMBEDDED, INT_OR_STRING] {
        if is(schema, mark) {
            forbid(mark, "must be false to be structural");
        }
    }
    if !schema["properties"]["metadata"].is_null() {
        forbid("properties[metadata]", "must not be specified in a nested context");
    }
    if !(may_be_either && schema["anyOf"] == either_type()) {
        values(schema, at, errors);
    }
    for (at, inner) in schema["properties"].entries().map(|(key, s)| (format!("{at}.properties[{key}]"), s)) {
        nested(inner, false, &at, errors);
    }
    if schema["items"].map().is_some() {
        nested(&schema["items"], false, &format!("{at}.items"), errors);
    }
}

/// Defaults must be what their schema takes.
fn defaults(schema: &Json, at: &str, errors: &mut Vec<FieldError>) {
    if !schema["default"].is_null() {
        let field = format!("{at}.default");
        let root = json!({"type": "object"}).with("properties", Json::object().with(&field, schema.clone()));
        let object = Object(Json::object().with(&field, schema["default"].clone()));
        errors.extend(validate::check(&root, &object));
    }
    let inner = parts(schema, at).into_iter().filter(|(place, _)| {
        let own = &place[at.len()..];
        own.starts_with(".properties") || own == ".items" || own == ".additionalProperties"
    });
    inner.for_each(|(at, inner)| defaults(inner, &at, errors));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_must_be_structural() {
        let with =
            |schema: Json| json!({"type": "object"}).with("properties", Json::object().with("a", schema));
        for (schema, expect) in [
            (with(json!({"type": "string"})), ""),
            (json!({}), "s.type: Required value: must not be empty at the root"),
            (json!({"type": "string"}), r#"s.type: Invalid value: "string": must be object at the root"#),
            (
                with(json!({})),
                "s.properties[a].type: Required value: must not be empty for specified object fields",
            ),
            (with(json!({"type": "array"})), "s.properties[a].items: Required value: must be specified"),
            (
                with(json!({"type": "array", "items": {}})),
                "s.properties[a].items.type: Required value: must not be empty for specified array items",
            ),
            (
                with(json!({"type": "text"})),
                r#"s.properties[a].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#,
            ),
            (
                with(
                    json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
                ),
                "",
            ),
            (
                with(json!({"type": "string", "anyOf": [{"type": "string"}]})),
                "s.properties[a].anyOf[0].type: Forbidden: must be empty to be structural",
            ),
            (
                with(
                    json!({"type": "object", "properties": {"b": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
                ),
                "s.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive",
            ),
            (
                with(json!({"type": "object", "x-kubernetes-embedded-resource": true})),
                "s.properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
            ),
            (
                with(json!({"type": "integer", "default": "x"})),
                r#"s.properties[a].default: Invalid value: "x": s.properties[a].default in body must be of type integer: "string""#,
            ),
            (
                with(json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"})),
                "s.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map",
            ),
            (
                json!({"type": "object", "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}}}),
                "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified",
            ),
            (
                json!({"type": "object", "properties": {"metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 5}}}}}),
                "",
            ),
        ] {
            let mut errors = Vec::new();
            check(&schema, "s", &mut errors);
            let words: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect();
            assert_eq!(words.join("; "), expect, "{schema}");
        }
        let mut errors = Vec::new();
        check(&with(json!({"type": "string", "pattern": "("})), "s", &mut errors);
        assert!(errors[0].detail.contains("must be a valid regular expression, but isn't"));
    }
}
