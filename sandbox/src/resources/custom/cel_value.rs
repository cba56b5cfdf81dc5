//! JSON as CEL's values, as a schema types it: maps are looked into where they stand and walked in the order of their keys, so
//! that a rule gives the same answer every time. Models apiextensions' `UnstructuredToVal`.
//! Omits: strings with the formats `date-time`, `date`, `duration` and `byte` as values of their own types.

use cel::common::{
    types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString},
    value::Val,
};
use celmap::{Entries, LazyMap};

use super::schema::{Known, at_key};
use crate::json::{Json, Map, NULL};

/// A value as CEL takes it.
pub fn of<'v>(schema: &'v Json, value: &'v Json) -> Box<dyn Val + 'v> {
    match value {
        Json::Null => Box::new(CelNull),
        Json::Bool(b) => Box::new(CelBool::from(*b)),
        Json::Int(n) if schema["type"] == "number" => Box::new(CelDouble::from(*n as f64)),
        Json::Int(n) => Box::new(CelInt::from(*n)),
        Json::Float(n) if schema["type"] == "integer" => Box::new(CelInt::from(*n as i64)),
        Json::Float(n) => Box::new(CelDouble::from(*n)),
        Json::Str(text) => Box::new(CelString::from(text.as_str())),
        Json::List(list) => {
            let items: Vec<Box<dyn Val + 'v>> = list.iter().map(|item| of(&schema["items"], item)).collect();
            Box::new(CelList::from(items))
        }
        Json::Map(map) => Box::new(LazyMap::of(Fields { schema, map })),
    }
}

/// What CEL writes for a name that is none of its identifiers. Models `cel.Unescape`.
fn unescape(name: &str) -> Option<String> {
    if !name.contains("__") {
        return None;
    }
    let plain = name.replace("__underscores__", "\u{0}").replace("__dot__", ".").replace("__dash__", "-");
    let plain = plain.replace("__slash__", "/");
    let word = plain.strip_prefix("__").and_then(|w| w.strip_suffix("__"));
    Some(word.unwrap_or(&plain).replace('\u{0}', "__"))
}

/// The fields of an object.
#[derive(Clone, Copy, Debug)]
struct Fields<'v> {
    schema: &'v Json,
    map: &'v Map,
}

impl<'v> Entries<'v> for Fields<'v> {
    fn get(&self, key: &str) -> Option<Box<dyn Val + 'v>> {
        let value = self.map.get(key).or_else(|| self.map.get(&unescape(key)?))?;
        let inner = if let Known::As(inner) = at_key(self.schema, key) { inner } else { &NULL };
        Some(of(inner, value))
    }

    fn keys(&self) -> Vec<&'v str> {
        self.map.iter().map(|(key, _)| key.as_str()).collect()
    }
}
