//! Printers: how objects become text, and small readers of JSON that all printers share.

pub mod columns;
pub mod gofmt;
pub mod gosort;
pub mod gotemplate;
pub mod json;
pub mod jsonpath;
pub mod print;
pub mod quantity;
pub mod table;
pub mod tabs;
pub mod time;
pub mod typed;
pub mod unified;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// The string at a JSON pointer, or nothing.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The integer at a JSON pointer, or 0.
pub fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// The list at a JSON pointer, or none.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The `items` of a list.
pub fn items(value: &Value) -> &[Value] {
    list(value, "/items")
}

/// The string-to-string map at a JSON pointer, sorted by key.
pub fn pairs<'a>(value: &'a Value, pointer: &str) -> Vec<(&'a str, &'a str)> {
    let map = value.pointer(pointer).and_then(Value::as_object);
    let mut pairs: Vec<_> = map
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// The text of a file of the host's; the error is in the words of Go's `os.Open`.
///
/// # Errors
/// Where there is no such file.
pub fn file(cx: &crate::http::Cx<'_>, name: &str) -> Result<String, String> {
    crate::manifest::text_of(cx, name).map_err(|fail| fail.message())
}

/// The bytes of a base64 text.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// `a=b,c=d`, or `<none>`.
pub fn labels_text(pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return "<none>".into();
    }
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// An object with the server's bookkeeping of fields hidden.
pub fn without_managed_fields(mut object: Value) -> Value {
    if let Some(list) = object.get_mut("items").and_then(Value::as_array_mut) {
        for item in list {
            strip(item);
        }
    }
    strip(&mut object);
    object
}

fn strip(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
}

/// The items of a list answer, each with the kind and apiVersion that lists leave out.
pub fn typed_items(list: &Value) -> Vec<Value> {
    let kind = text(list, "/kind").strip_suffix("List").unwrap_or_default();
    let mut objects = items(list).to_vec();
    for object in &mut objects {
        if let Some(fields) = object.as_object_mut() {
            fields.entry("kind").or_insert_with(|| kind.into());
            fields.entry("apiVersion").or_insert_with(|| list["apiVersion"].clone());
        }
    }
    objects
}
