//! A message's bytes to the JSON that Kubernetes' types write: by the table of types, nothing more.
//!
//! Fields that may not be absent are written even where they are zero; such zeros mean nothing, and are left out.

use ecow::EcoString;

use super::wire::{Fault, Value, fields, varint};
use crate::{
    json::{Json, Map},
    types::{Field, Message, Of, Shape},
};

/// Deepest nesting of messages. The schemas of custom resources take two levels for each of theirs.
const DEPTH_MAX: usize = 100;

/// # Errors
/// What is wrong with the bytes.
pub(super) fn message(message: &Message, bytes: &[u8], depth: usize) -> Result<Map, Fault> {
    if depth > DEPTH_MAX {
        return Err(Fault::Depth(DEPTH_MAX));
    }
    let mut out = Map::new();
    // Put in at the end: one by one would take forever where there are very many.
    let mut entries: Vec<(&str, Vec<(EcoString, Json)>)> = Vec::new();
    for read in fields(bytes) {
        let (number, wire) = read?;
        let Some(field) = message.numbered(number) else { continue };
        match field.shape {
            Shape::Map => {
                let entry = entry(field, wire, depth)?;
                match entries.iter_mut().find(|(name, _)| *name == field.name) {
                    Some((_, all)) => all.push(entry),
                    None => entries.push((field.name, vec![entry])),
                }
            }
            Shape::List => {
                let list = out.get_mut(field.name).list_mut();
                match (field.of, wire) {
                    // Numbers may stand in one piece.
                    (Of::Int32 | Of::Int64 | Of::Bool, Value::Bytes(mut packed)) => {
                        while !packed.is_empty() {
                            list.push(value(field, Value::Varint(varint(&mut packed)?), depth)?);
                        }
                    }
                    _ => list.push(value(field, wire, depth)?),
                }
            }
            Shape::One => one(&mut out, field, wire, depth)?,
        }
    }
    for (name, all) in entries {
        out.insert(name, Json::Map(all.into_iter().collect()));
    }
    Ok(out)
}

fn one(out: &mut Map, field: &Field, wire: Value<'_>, depth: usize) -> Result<(), Fault> {
    let value = value(field, wire, depth)?;
    if field.name.is_empty() {
        for (name, value) in value.entries() {
            out.insert(name.clone(), value.clone());
        }
    } else if value.is_null() || (!field.pointer && is_zero(field, &value)) {
        out.remove(field.name);
    } else {
        out.insert(field.name, value);
    }
    Ok(())
}

fn is_zero(field: &Field, value: &Json) -> bool {
    match value {
        Json::Bool(b) => !b,
        Json::Int(i) => *i == 0,
        // JSON that stands for itself says what it says.
        _ => value.is_empty() && field.of != Of::Json,
    }
}

/// One entry of a map; what it leaves out is empty.
fn entry(field: &Field, wire: Value<'_>, depth: usize) -> Result<(EcoString, Json), Fault> {
    let Value::Bytes(bytes) = wire else { return Err(mismatch(field, wire)) };
    let (mut key, mut held) = (EcoString::new(), None);
    for read in fields(bytes) {
        match read? {
            (1, Value::Bytes(text_)) => key = text(text_).into(),
            (2, wire) => held = Some(value(field, wire, depth)?),
            _ => {}
        }
    }
    let empty = || value(field, Value::Bytes(&[]), depth);
    Ok((key, held.map_or_else(empty, Ok)?))
}

fn value(field: &Field, wire: Value<'_>, depth: usize) -> Result<Json, Fault> {
    Ok(match (field.of, wire) {
        (Of::Bool, Value::Varint(v)) => Json::Bool(v != 0),
        (Of::Int32, Value::Varint(v)) => Json::Int(i64::from(v as i32)),
        (Of::Int64, Value::Varint(v)) => Json::Int(v as i64),
        (Of::Double, Value::Fixed64(v)) => number(field, f64::from_bits(v))?,
        (Of::String, Value::Bytes(bytes)) => text(bytes).into(),
        (Of::Bytes, Value::Bytes(bytes)) => base64(field, bytes)?,
        (Of::Strings, Value::Bytes(bytes)) => strings(bytes)?,
        (Of::Time, Value::Bytes(bytes)) => time(field, bytes, "%Y-%m-%dT%H:%M:%SZ")?,
        (Of::MicroTime, Value::Bytes(bytes)) => time(field, bytes, "%Y-%m-%dT%H:%M:%S%.6fZ")?,
        (Of::Quantity, Value::Bytes(bytes)) => only_text(bytes)?,
        (Of::IntOrString, Value::Bytes(bytes)) => int_or_string(bytes)?,
        (Of::Json, Value::Bytes(bytes)) => json(field, bytes)?,
        (Of::Message(id), Value::Bytes(bytes)) => {
            let inner = id.message();
            unwrap(inner, message(inner, bytes, depth + 1)?)
        }
        _ => return Err(mismatch(field, wire)),
    })
}

/// The schemas of custom resources have types that are one thing or another.
fn unwrap(message: &Message, map: Map) -> Json {
    let either = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| map.get(name))
            .find(|v| !v.list().is_empty() || v.map().is_some())
            .cloned()
    };
    match message.name {
        "JSONSchemaPropsOrArray" => either(&["jSONSchemas", "schema"]).unwrap_or_default(),
        "JSONSchemaPropsOrStringArray" => either(&["property", "schema"]).unwrap_or_default(),
        "JSONSchemaPropsOrBool" => {
            either(&["schema"]).unwrap_or_else(|| map.get("allows").cloned().unwrap_or(Json::Bool(false)))
        }
        _ => Json::Map(map),
    }
}

/// As Go writes strings in JSON: what is no UTF-8 becomes U+FFFD.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn strings(bytes: &[u8]) -> Result<Json, Fault> {
    let mut list = Vec::new();
    for read in fields(bytes) {
        if let (1, Value::Bytes(item)) = read? {
            list.push(text(item).into());
        }
    }
    Ok(list.into())
}

fn only_text(bytes: &[u8]) -> Result<Json, Fault> {
    let mut found = Json::from("");
    for read in fields(bytes) {
        if let (1, Value::Bytes(item)) = read? {
            found = text(item).into();
        }
    }
    Ok(found)
}

fn int_or_string(bytes: &[u8]) -> Result<Json, Fault> {
    let (mut is_string, mut int, mut string) = (false, 0, String::new());
    for read in fields(bytes) {
        match read? {
            (1, Value::Varint(v)) => is_string = v == 1,
            (2, Value::Varint(v)) => int = i64::from(v as i32),
            (3, Value::Bytes(item)) => string = text(item),
            _ => {}
        }
    }
    Ok(if is_string { string.into() } else { Json::Int(int) })
}

/// Seconds and nanoseconds since 1970; nothing at all is no moment.
fn time(field: &Field, bytes: &[u8], format: &str) -> Result<Json, Fault> {
    if bytes.is_empty() {
        return Ok(Json::Null);
    }
    let (mut seconds, mut nanos) = (0, 0);
    for read in fields(bytes) {
        match read? {
            (1, Value::Varint(v)) => seconds = v as i64,
            (2, Value::Varint(v)) => nanos = v as i32,
            _ => {}
        }
    }
    let moment = jiff::Timestamp::new(seconds, nanos)
        .map_err(|e| unwritable(field, &e.to_string()))?
        .to_zoned(jiff::tz::TimeZone::UTC);
    if moment.year() < 0 {
        return Err(unwritable(field, "year outside of range [0,9999]"));
    }
    Ok(moment.strftime(format).to_string().into())
}

fn json(field: &Field, bytes: &[u8]) -> Result<Json, Fault> {
    let mut raw: &[u8] = &[];
    for read in fields(bytes) {
        if let (1, Value::Bytes(inside)) = read? {
            raw = inside;
        }
    }
    if raw.is_empty() {
        return Ok(Json::Null);
    }
    Json::parse(raw).map_err(|e| unwritable(field, &e.to_string()))
}

fn number(field: &Field, value: f64) -> Result<Json, Fault> {
    if !value.is_finite() {
        return Err(unwritable(field, &format!("unsupported value: {value}")));
    }
    let float = Json::Float(value);
    Ok(float.int().map_or(float, Json::Int))
}

/// Base64, as Go writes bytes.
fn base64(field: &Field, bytes: &[u8]) -> Result<Json, Fault> {
    serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec()))
        .map(Json::from)
        .map_err(|e| unwritable(field, &e.to_string()))
}

fn mismatch(field: &Field, wire: Value<'_>) -> Fault {
    Fault::Mismatch { field: go_name(field), wire: wire.wire_type() }
}

fn unwritable(field: &Field, why: &str) -> Fault {
    Fault::Unwritable { field: go_name(field), why: why.into() }
}

fn go_name(field: &Field) -> String {
    let mut letters = field.name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
