//! Defaults of a schema. Models apiextensions' `structuraldefaulting.Default`.

use ecow::EcoString;

use super::schema::{Known, at_key, refuses_null};
use crate::json::Json;

/// Fills what is absent, and nulls that the schema does not take.
pub fn fill(schema: &Json, value: &mut Json) {
    if !has_defaults(schema) {
        return;
    }
    match value {
        Json::Map(map) => {
            for (key, inner) in schema["properties"].entries() {
                let default = &inner["default"];
                let lacks = map.get(key).is_none_or(|v| v.is_null() && refuses_null(inner));
                if !default.is_null() && lacks {
                    map.insert(key.clone(), default.clone());
                }
            }
            let keys: Vec<EcoString> = map.iter().map(|(k, _)| k.clone()).collect();
            for key in keys {
                if let Known::As(inner) = at_key(schema, &key)
                    && has_defaults(inner)
                {
                    one(inner, map.get_mut(&key));
                }
            }
        }
        Json::List(list) if has_defaults(&schema["items"]) => {
            list.make_mut().iter_mut().for_each(|item| one(&schema["items"], item));
        }
        _ => {}
    }
}

fn one(schema: &Json, value: &mut Json) {
    if value.is_null() && refuses_null(schema) && !schema["default"].is_null() {
        *value = schema["default"].clone();
    }
    fill(schema, value);
}

/// Is there a default anywhere in it?
fn has_defaults(schema: &Json) -> bool {
    if schema.map().is_none() {
        return false;
    }
    let mut parts = schema["properties"]
        .entries()
        .map(|(_, s)| s)
        .chain([&schema["items"], &schema["additionalProperties"]]);
    !schema["default"].is_null() || parts.any(has_defaults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn defaults_fill_what_is_absent() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "integer", "default": 1},
            "n": {"type": "string", "nullable": true, "default": "x"},
            "o": {"type": "object", "properties": {"in": {"type": "string", "default": "y"}}},
            "d": {"type": "object", "default": {}, "properties": {"in": {"type": "string", "default": "z"}}},
            "l": {"type": "array", "items": {"type": "object", "properties": {"p": {"type": "string", "default": "TCP"}}}},
            "m": {"type": "object", "additionalProperties": {"type": "integer", "default": 7}},
        }});
        for (value, expect) in [
            (json!({}), json!({"a": 1, "n": "x", "d": {"in": "z"}})),
            (json!({"a": null, "n": null}), json!({"a": 1, "n": null, "d": {"in": "z"}})),
            (
                json!({"a": 2, "n": "", "o": {}, "d": {"in": ""}}),
                json!({"a": 2, "n": "", "o": {"in": "y"}, "d": {"in": ""}}),
            ),
            (
                json!({"l": [{}, {"p": "UDP"}], "m": {"k": null}}),
                json!({"a": 1, "n": "x", "d": {"in": "z"}, "l": [{"p": "TCP"}, {"p": "UDP"}], "m": {"k": 7}}),
            ),
        ] {
            let mut got = value.clone();
            fill(&schema, &mut got);
            assert_eq!(got, expect, "{value}");
        }
    }
}
