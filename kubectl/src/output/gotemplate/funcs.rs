//! The functions of templates: Go's, and kubectl's `exists` and `base64decode`.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    exec::{Found, truth},
    format::{plain, sprint, sprintf, sprintln},
};
use crate::output::gofmt;

/// All functions.
pub const NAMES: &[&str] = &[
    "and",
    "base64decode",
    "call",
    "eq",
    "exists",
    "ge",
    "gt",
    "html",
    "index",
    "js",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
    "urlquery",
];

/// What was wrong with a call.
pub enum Fault {
    /// The function itself gave an error.
    Call(String),
    /// It can't be called so.
    Use(String),
}

/// Calls a function.
pub fn call(name: &str, values: Vec<Found>) -> Result<Found, Fault> {
    let least = match name {
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" => 2,
        "print" | "println" | "html" | "js" | "urlquery" => 0,
        _ => 1,
    };
    let fixed = matches!(name, "not" | "len" | "base64decode" | "ne" | "lt" | "le" | "gt" | "ge");
    let (given, wanted) = (values.len(), if name == "eq" { 1 } else { least });
    if given < wanted {
        let wanted = if fixed {
            format!("want {wanted} got {given}")
        } else {
            format!("want at least {wanted} got {given}")
        };
        return Err(Fault::Use(format!("wrong number of args for {name}: {wanted}")));
    }
    if fixed && given > wanted {
        return Err(Fault::Use(format!("wrong number of args for {name}: want {wanted} got {given}")));
    }
    let value: Value = match name {
        "and" | "or" => return Ok(values.into_iter().last().flatten()),
        "not" => (!truth(&values[0])).into(),
        "print" => sprint(&values).into(),
        "println" => sprintln(&values).into(),
        "printf" => match &values[0] {
            Some(Value::String(format)) => sprintf(format, &values[1..]).into(),
            other => {
                let kind = other.as_ref().map_or("<nil>", gofmt::type_name);
                return Err(Fault::Use(format!("wrong type for value; expected string; got {kind}")));
            }
        },
        "html" => escaped(&joined(&values)).into(),
        "js" => scripted(&joined(&values)).into(),
        "urlquery" => crate::http::escape(&joined(&values)).replace("%20", "+").into(),
        "len" => length(&values[0]).map_err(Fault::Call)?.into(),
        "index" => return index(values).map_err(Fault::Call),
        "slice" => return slice(&values).map_err(Fault::Call),
        "exists" => exists(&values).into(),
        "base64decode" => decode(&values[0]).map_err(Fault::Call)?.into(),
        comparison => compare(comparison, &values).map_err(Fault::Call)?.into(),
    };
    Ok(Some(value))
}

fn joined(values: &[Found]) -> String {
    match values {
        [Some(Value::String(text))] => text.clone(),
        values => sprint(values),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

fn scripted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if c < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn length(value: &Found) -> Result<usize, String> {
    match value {
        Some(Value::String(text)) => Ok(text.len()),
        Some(Value::Array(list)) => Ok(list.len()),
        Some(Value::Object(map)) => Ok(map.len()),
        None | Some(Value::Null) => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        Some(other) => Err(format!("len of type {}", gofmt::type_name(other))),
    }
}

fn whole(value: &Found) -> Result<i64, String> {
    match value {
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64().unwrap_or_default()),
        None | Some(Value::Null) => Err("cannot index slice/array with nil".into()),
        Some(other) => Err(format!("cannot index slice/array with type {}", gofmt::type_name(other))),
    }
}

fn index(values: Vec<Found>) -> Result<Found, String> {
    let mut values = values.into_iter();
    let mut item = values.next().flatten();
    if item.is_none() {
        return Err("index of untyped nil".into());
    }
    for key in values {
        item = match item {
            None | Some(Value::Null) => return Err("index of nil pointer".into()),
            Some(Value::Array(list)) => {
                let at = whole(&key)?;
                let found = usize::try_from(at).ok().and_then(|at| list.get(at).cloned());
                Some(found.ok_or_else(|| format!("index out of range: {at}"))?)
            }
            Some(Value::String(text)) => {
                let at = whole(&key)?;
                let found = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(at).copied());
                Some(found.ok_or_else(|| format!("index out of range: {at}"))?.into())
            }
            Some(Value::Object(mut map)) => match &key {
                Some(Value::String(key)) => map.remove(key),
                None | Some(Value::Null) => return Err("value is nil; should be of type string".into()),
                Some(Value::Number(number)) if number.is_i64() => {
                    return Err("value has type int; should be string".into());
                }
                Some(other) => {
                    return Err(format!("value has type {}; should be string", gofmt::type_name(other)));
                }
            },
            Some(other) => return Err(format!("can't index item of type {}", gofmt::type_name(&other))),
        };
    }
    Ok(item)
}

fn slice(values: &[Found]) -> Result<Found, String> {
    let length = match &values[0] {
        None => return Err("slice of untyped nil".into()),
        Some(Value::String(text)) => text.len(),
        Some(Value::Array(list)) => list.len(),
        Some(other) => return Err(format!("can't slice item of type {}", gofmt::type_name(other))),
    };
    let mut bounds = [0, length];
    for (slot, value) in bounds.iter_mut().zip(&values[1..]) {
        let at = whole(value)?;
        let found = usize::try_from(at).ok().filter(|at| *at <= length);
        *slot = found.ok_or_else(|| format!("index out of range: {at}"))?;
    }
    let [from, to] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match &values[0] {
        Some(Value::String(text)) => {
            Some(String::from_utf8_lossy(&text.as_bytes()[from..to]).into_owned().into())
        }
        Some(Value::Array(list)) => Some(list[from..to].to_vec().into()),
        _ => None,
    })
}

fn exists(values: &[Found]) -> bool {
    let mut item = values[0].clone();
    for key in &values[1..] {
        item = match (item, key) {
            (Some(Value::Object(mut map)), Some(Value::String(key))) => map.remove(key),
            (Some(Value::Array(list)), key) => {
                whole(key).ok().and_then(|at| usize::try_from(at).ok()).and_then(|at| list.get(at).cloned())
            }
            _ => None,
        };
        if item.is_none() {
            return false;
        }
    }
    item.is_some()
}

fn decode(value: &Found) -> Result<String, String> {
    let text = plain(value);
    let bytes = crate::output::base64(&text).ok_or_else(|| {
        let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
        let at = text.find(|c| !is_digit(c)).unwrap_or(text.len() / 4 * 4);
        format!("base64 decode failed: illegal base64 data at input byte {at}")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `eq` (with any of several), `ne`, `lt`, `le`, `gt`, `ge`.
fn compare(name: &str, values: &[Found]) -> Result<bool, String> {
    const INCOMPATIBLE: &str = "incompatible types for comparison";
    let first = &values[0];
    if name == "eq" && values.len() == 1 {
        return Err("missing argument for comparison".into());
    }
    let equality = matches!(name, "eq" | "ne");
    let order = |left: &Found, right: &Found| -> Result<Ordering, String> {
        let nothing = |value: &Found| value.as_ref().is_none_or(Value::is_null);
        Ok(match (left, right) {
            (left, right) if nothing(left) || nothing(right) => {
                match (equality, nothing(left) == nothing(right)) {
                    (true, true) => Ordering::Equal,
                    (true, false) => Ordering::Less,
                    (false, _) => return Err("invalid type for comparison".into()),
                }
            }
            (Some(Value::String(left)), Some(Value::String(right))) => left.cmp(right),
            (Some(Value::Bool(left)), Some(Value::Bool(right))) if equality => left.cmp(right),
            (Some(Value::Number(left)), Some(Value::Number(right))) if left.is_f64() == right.is_f64() => {
                match (left.as_i64(), right.as_i64()) {
                    (Some(left), Some(right)) => left.cmp(&right),
                    _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
                }
            }
            (Some(Value::Bool(_)), Some(Value::Bool(_))) => return Err("invalid type for comparison".into()),
            (Some(it @ (Value::Array(_) | Value::Object(_))), _)
            | (_, Some(it @ (Value::Array(_) | Value::Object(_)))) => {
                return Err(match equality {
                    true => format!("non-comparable type {}: {}", gofmt::print(it), gofmt::type_name(it)),
                    false => "invalid type for comparison".into(),
                });
            }
            _ => return Err(INCOMPATIBLE.into()),
        })
    };
    if name == "eq" {
        for other in &values[1..] {
            if order(first, other)?.is_eq() {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let order = order(first, &values[1])?;
    Ok(match name {
        "ne" => order.is_ne(),
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        "gt" => order.is_gt(),
        _ => order.is_ge(),
    })
}
