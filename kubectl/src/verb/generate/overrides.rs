//! `--overrides` of `run` and `expose`: an inline patch of the object that was made.

use serde_json::{Map, Value};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
};

/// Applies the patch of the line, if there is one.
///
/// # Errors
/// kubectl's words for a type or a patch that can't be read.
pub fn apply(flags: &Flags, object: Value) -> Done<Value> {
    let patch = flags.text("overrides");
    if patch.is_empty() {
        return Ok(object);
    }
    match flags.get("override-type").unwrap_or("merge") {
        "merge" => {
            let patch: Value = serde_json::from_str(patch).map_err(|_| Fail::error("Invalid JSON Patch"))?;
            Ok(merge(object, &patch))
        }
        other => Err(Fail::Error(format!("invalid override type: {other}"))),
    }
}

/// A JSON merge patch.
fn merge(object: Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let mut fields = match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for (key, change) in changes {
        if change.is_null() {
            fields.remove(key);
        } else {
            let had = fields.remove(key).unwrap_or(Value::Null);
            fields.insert(key.clone(), merge(had, change));
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merged() {
        for (object, patch, expect) in [
            (
                json!({"a": {"b": 1, "c": 2}}),
                json!({"a": {"b": null, "d": 3}}),
                json!({"a": {"c": 2, "d": 3}}),
            ),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (json!({"a": 1}), json!({"a": {"b": {"c": 1}}}), json!({"a": {"b": {"c": 1}}})),
        ] {
            assert_eq!(merge(object, &patch), expect, "{patch}");
        }
    }
}
