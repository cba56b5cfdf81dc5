//! Steps of field paths: a field's name, an item of a list by its keys or its value. Models `fieldpath.PathElement` and its
//! form in `fieldsV1`.

use std::fmt::Write;

use ecow::EcoString;

use super::schema::Schema;
use crate::json::Json;

/// `f:NAME`.
pub fn field(name: &str) -> EcoString {
    ecow::eco_format!("f:{name}")
}

/// `k:{KEYS}` of an item of a list of maps; `None` if it has none of the keys.
pub fn keys(item: &Json, names: &[&str], of: Schema<'_>) -> Option<EcoString> {
    let mut out = EcoString::from("k:{");
    for name in names {
        let said = &item[*name];
        let default = if said.is_null() { of.field(name).default_text() } else { None };
        if said.is_null() && default.is_none() {
            continue;
        }
        if out.len() > 3 {
            out.push(',');
        }
        // Writing to a string cannot fail.
        let _ = match default {
            Some(text) => write!(out, "{name:?}:{text:?}"),
            None => write!(out, "{name:?}:{said}"),
        };
    }
    if out.len() == 3 {
        return None;
    }
    out.push('}');
    Some(out)
}

/// `v:VALUE` of an item of a set.
pub fn value(item: &Json) -> EcoString {
    ecow::eco_format!("v:{item}")
}

/// The step as messages show it.
pub fn shown(step: &str) -> String {
    let (kind, rest) = step.split_at_checked(2).unwrap_or((step, ""));
    let parsed = || Json::parse(rest.as_bytes()).unwrap_or_default();
    match kind {
        "f:" => format!(".{rest}"),
        "v:" => format!("[={}]", parsed()),
        "i:" => format!("[{rest}]"),
        "k:" => {
            let keys = parsed();
            let words: Vec<String> = keys.entries().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", words.join(","))
        }
        _ => step.to_owned(),
    }
}

/// Can it be a step of a path?
pub fn is_valid(step: &str) -> bool {
    match step.split_at_checked(2) {
        Some(("f:", _)) => true,
        Some(("i:", number)) => number.parse::<i64>().is_ok(),
        Some(("v:", value)) => Json::parse(value.as_bytes()).is_ok(),
        Some(("k:", keys)) => Json::parse(keys.as_bytes()).is_ok_and(|keys| keys.map().is_some()),
        _ => step == ".",
    }
}

/// The schema behind a step.
pub fn descend<'a>(schema: Schema<'a>, step: &str) -> Schema<'a> {
    match step.strip_prefix("f:") {
        Some(name) => schema.field(name),
        None => schema.item(),
    }
}
