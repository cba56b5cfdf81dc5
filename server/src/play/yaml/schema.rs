//! From the cluster's OpenAPI to what a document of one kind may say. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wire::yaml::{Field, Type};

const REF: &str = "#/components/schemas/";
/// Longest description kept; the hover shows no more, and a kind's schema travels whole.
const ABOUT_CHARS_MAX: usize = 480;

/// The kind's own fields, and all that they refer to, from the OpenAPI v3 document of its group version.
pub fn cut(document: &Value, api_version: &str, kind: &str) -> Option<(Field, BTreeMap<String, Field>)> {
    let schemas = document["components"]["schemas"].as_object()?;
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let is_it = |gvk: &Value| gvk["group"] == group && gvk["version"] == version && gvk["kind"] == kind;
    let own = schemas.values().find(|schema| {
        let gvks = schema["x-kubernetes-group-version-kind"].as_array();
        // options for deletion name every kind there is
        gvks.is_some_and(|all| all.iter().any(is_it))
            && !schema["properties"]["kind"].is_null()
            && schema["properties"]["gracePeriodSeconds"].is_null()
    })?;
    let root = field(own);
    let mut shared = BTreeMap::new();
    let mut wanted: BTreeSet<String> = references(&root);
    while let Some(name) = wanted.pop_first() {
        let Some(schema) = schemas.get(&name) else { continue };
        let found = field(schema);
        wanted.extend(
            references(&found).into_iter().filter(|next| *next != name && !shared.contains_key(next)),
        );
        shared.insert(name, found);
    }
    Some((root, shared))
}

fn field(schema: &Value) -> Field {
    let inner = schema["allOf"].as_array().and_then(|all| all.first()).unwrap_or(schema);
    let reference = inner["$ref"].as_str().and_then(|name| name.strip_prefix(REF));
    let properties = schema["properties"].as_object();
    let fields: BTreeMap<_, _> =
        properties.into_iter().flatten().map(|(name, schema)| (name.clone(), field(schema))).collect();
    let each = [&schema["items"], &schema["additionalProperties"]].into_iter().find(|e| e.is_object());
    let texts = |list: &Value| {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    Field {
        type_: type_of(schema),
        about: about(schema["description"].as_str().unwrap_or_default()),
        refers: reference.unwrap_or_default().to_owned(),
        fields,
        each: each.map(|e| Box::new(field(e))),
        required: texts(&schema["required"]),
        one_of: texts(&schema["enum"]),
    }
}

fn type_of(schema: &Value) -> Type {
    let takes = |type_: &str| {
        let options = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        options.is_some_and(|all| all.iter().any(|option| option["type"] == type_))
    };
    if schema["format"] == "int-or-string" || schema["x-kubernetes-int-or-string"] == true {
        return Type::IntOrString;
    }
    if takes("string") && takes("number") {
        return Type::Quantity;
    }
    match schema["type"].as_str() {
        Some("object") if schema["x-kubernetes-preserve-unknown-fields"] == true => Type::Any,
        Some("object") => Type::Object,
        Some("array") => Type::List,
        Some("string") => Type::String,
        Some("integer") => Type::Integer,
        Some("number") => Type::Number,
        Some("boolean") => Type::Boolean,
        _ => Type::Any,
    }
}

fn about(description: &str) -> String {
    let text = description.trim();
    match text.char_indices().nth(ABOUT_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = text[..end].rfind(". ").map_or(end, |at| at + 1);
            format!("{} …", &text[..cut])
        }
    }
}

fn references(of: &Field) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = of.fields.values().flat_map(references).collect();
    names.extend(of.each.iter().flat_map(|each| references(each)));
    if !of.refers.is_empty() {
        names.insert(of.refers.clone());
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({"components": {"schemas": {
            "Thing": {
                "type": "object",
                "required": ["spec"],
                "x-kubernetes-group-version-kind": [{"group": "g", "version": "v1", "kind": "Thing"}],
                "properties": {
                    "kind": {"type": "string"},
                    "spec": {"allOf": [{"$ref": "#/components/schemas/Spec"}], "description": "What is wanted."},
                },
            },
            "Spec": {"type": "object", "properties": {
                "again": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Spec"}]}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "port": {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
                "cpu": {"oneOf": [{"type": "string"}, {"type": "number"}]},
                "when": {"type": "string", "enum": ["Always", "Never"]},
            }},
            "Apart": {"type": "string"},
        }}})
    }

    #[test]
    fn a_kind_is_cut_out_with_what_it_refers_to() {
        let (root, shared) = cut(&document(), "g/v1", "Thing").unwrap();
        assert_eq!(root.required, ["spec"]);
        assert_eq!(
            (root.fields["spec"].refers.as_str(), root.fields["spec"].about.as_str()),
            ("Spec", "What is wanted.")
        );
        assert_eq!(shared.keys().collect::<Vec<_>>(), ["Spec"]);
        let spec = &shared["Spec"].fields;
        for (name, type_) in [
            ("again", Type::List),
            ("labels", Type::Object),
            ("port", Type::IntOrString),
            ("cpu", Type::Quantity),
            ("when", Type::String),
        ] {
            assert_eq!(spec[name].type_, type_, "{name}");
        }
        assert_eq!(spec["again"].each.as_ref().unwrap().refers, "Spec");
        assert_eq!(spec["labels"].each.as_ref().unwrap().type_, Type::String);
        assert_eq!(spec["when"].one_of, ["Always", "Never"]);
        for (api_version, kind) in [("g/v1", "Other"), ("g/v2", "Thing"), ("v1", "Thing")] {
            assert_eq!(cut(&document(), api_version, kind), None, "{api_version} {kind}");
        }
    }

    #[test]
    fn a_long_description_ends_with_a_sentence() {
        let long = format!("First. {}", "word ".repeat(200));
        assert_eq!(about(&long), "First. …");
        assert_eq!(about(" Short. "), "Short.");
    }
}
