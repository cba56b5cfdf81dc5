//! JSON as a persistent tree: cloning is a reference count, changing copies only the path that changes.
//!
//! Every object, every revision in the window and every cache share what they have in common (the pods of a
//! replica set share one `spec`), which is what makes thousands of clusters fit into one process.

mod access;
mod map;
mod serial;
mod share;
pub mod syntax;
mod yaml;

use ecow::{EcoString, EcoVec};

pub use map::Map;

/// A JSON value. Numbers are `i64` where they fit, as everything in Kubernetes' API does, else `f64`.
#[derive(Clone, Debug, Default)]
pub enum Json {
    /// `null`; also what a missing field reads as.
    #[default]
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(EcoString),
    /// An array.
    List(EcoVec<Json>),
    /// An object, keys in byte order.
    Map(Map),
}

impl PartialEq for Json {
    /// What is shared is not walked through.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Bool(a), Json::Bool(b)) => a == b,
            (Json::Int(a), Json::Int(b)) => a == b,
            (Json::Float(a), Json::Float(b)) => a == b,
            (Json::Str(a), Json::Str(b)) => a == b,
            (Json::List(a), Json::List(b)) => (a.len() == b.len() && a.as_ptr() == b.as_ptr()) || a == b,
            (Json::Map(a), Json::Map(b)) => a == b,
            _ => false,
        }
    }
}

/// What a missing field reads as.
pub(crate) static NULL: Json = Json::Null;

/// Builds a [`Json`] from a literal, as `serde_json::json!` does.
#[macro_export]
macro_rules! json {
    ($($tokens:tt)*) => { $crate::json::Json::from(::serde_json::json!($($tokens)*)) };
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as V;
        match value {
            V::Null => Json::Null,
            V::Bool(b) => Json::Bool(b),
            V::Number(n) => n.as_i64().map_or_else(|| Json::Float(n.as_f64().unwrap_or(f64::NAN)), Json::Int),
            V::String(s) => Json::Str(s.into()),
            V::Array(list) => Json::List(list.into_iter().map(Json::from).collect()),
            V::Object(map) => Json::Map(map.into_iter().map(|(k, v)| (k.into(), v.into())).collect()),
        }
    }
}

impl From<&Json> for serde_json::Value {
    fn from(value: &Json) -> Self {
        use serde_json::Value as V;
        match value {
            Json::Null => V::Null,
            Json::Bool(b) => V::Bool(*b),
            Json::Int(i) => (*i).into(),
            Json::Float(f) => (*f).into(),
            Json::Str(s) => V::String(s.to_string()),
            Json::List(list) => list.iter().map(V::from).collect(),
            Json::Map(map) => V::Object(map.iter().map(|(k, v)| (k.to_string(), v.into())).collect()),
        }
    }
}

impl serde::Serialize for Map {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

macro_rules! from {
    ($($t:ty => |$v:ident| $e:expr),* $(,)?) => { $(impl From<$t> for Json { fn from($v: $t) -> Self { $e } })* };
}
from! {
    bool => |v| Json::Bool(v),
    i64 => |v| Json::Int(v),
    i32 => |v| Json::Int(v.into()),
    u32 => |v| Json::Int(v.into()),
    u16 => |v| Json::Int(v.into()),
    usize => |v| Json::Int(i64::try_from(v).unwrap_or(i64::MAX)),
    f64 => |v| Json::Float(v),
    &str => |v| Json::Str(v.into()),
    String => |v| Json::Str(v.into()),
    EcoString => |v| Json::Str(v),
    &EcoString => |v| Json::Str(v.clone()),
    Vec<Json> => |v| Json::List(v.into()),
    EcoVec<Json> => |v| Json::List(v),
    Map => |v| Json::Map(v),
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl FromIterator<Json> for Json {
    fn from_iter<I: IntoIterator<Item = Json>>(iter: I) -> Self {
        Json::List(iter.into_iter().collect())
    }
}
