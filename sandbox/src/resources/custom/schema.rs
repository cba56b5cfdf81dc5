//! What a structural schema says of a value's parts. Models apiextensions' `Structural`, read from the definition as it stands.

use crate::json::{Json, NULL};

pub const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
pub const EMBEDDED: &str = "x-kubernetes-embedded-resource";
pub const INT_OR_STRING: &str = "x-kubernetes-int-or-string";

/// Does a mark stand here?
pub fn is(schema: &Json, mark: &str) -> bool {
    schema[mark].bool() == Some(true)
}

/// What the schema knows of a key.
pub enum Known<'a> {
    /// This schema; null where only its presence is known.
    As(&'a Json),
    /// Nothing.
    No,
}

/// The schema of what stands at a key of a map.
pub fn at_key<'a>(schema: &'a Json, key: &str) -> Known<'a> {
    if let Some(found) = schema["properties"].map().and_then(|p| p.get(key)) {
        return Known::As(found);
    }
    match &schema["additionalProperties"] {
        Json::Map(_) => Known::As(&schema["additionalProperties"]),
        Json::Bool(true) => Known::As(&NULL),
        _ => Known::No,
    }
}

/// May null stand for a value of it?
pub fn refuses_null(schema: &Json) -> bool {
    !schema.is_null() && !is(schema, "nullable")
}
