//! Reading and writing by path: a missing step reads as null, and is made when written.

use std::ops::{Index, IndexMut};

use ecow::{EcoString, EcoVec};

use super::{Json, Map, NULL};

impl Json {
    /// An empty object.
    pub fn object() -> Self {
        Json::Map(Map::new())
    }

    /// Null (or missing)?
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// Is it for certain the same, told without a walk? Containers are where they stand at the same place of memory.
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Json::List(a), Json::List(b)) => a.len() == b.len() && a.as_ptr() == b.as_ptr(),
            (Json::Map(a), Json::Map(b)) => a.shares(b),
            (Json::List(_) | Json::Map(_), _) | (_, Json::List(_) | Json::Map(_)) => false,
            _ => self == other,
        }
    }

    /// Null, or an empty string, list or map: what Go's `omitempty` leaves out.
    pub fn is_empty(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Str(s) => s.is_empty(),
            Json::List(l) => l.is_empty(),
            Json::Map(m) => m.is_empty(),
            _ => false,
        }
    }

    /// The string, if it is one.
    pub fn str(&self) -> Option<&str> {
        self.eco().map(EcoString::as_str)
    }

    /// The string, or `""`.
    pub fn text(&self) -> &str {
        self.str().unwrap_or("")
    }

    /// The string, shared, if it is one.
    pub fn eco(&self) -> Option<&EcoString> {
        match self {
            Json::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Json::Int(i) => Some(*i),
            Json::Float(f) if f.fract() == 0.0 && f.abs() < 9e15 => Some(*f as i64),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn float(&self) -> Option<f64> {
        match self {
            Json::Int(i) => Some(*i as f64),
            Json::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Json::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The elements; none if it is no list.
    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(l) => l,
            _ => &[],
        }
    }

    /// The map, if it is one.
    pub fn map(&self) -> Option<&Map> {
        match self {
            Json::Map(m) => Some(m),
            _ => None,
        }
    }

    /// Entries in key order; none if it is no map.
    pub fn entries(&self) -> impl Iterator<Item = (&EcoString, &Json)> {
        self.map().into_iter().flat_map(Map::iter)
    }

    /// The field at a dotted path of plain keys, e.g. `spec.template.metadata`.
    pub fn at(&self, path: &str) -> &Json {
        path.split('.').fold(self, |here, key| &here[key])
    }

    /// The map, made of whatever stood here if it was none.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Json::Map(_)) {
            *self = Json::object();
        }
        match self {
            Json::Map(m) => m,
            _ => unreachable!("made a map above"),
        }
    }

    /// The list, made of whatever stood here if it was none.
    pub fn list_mut(&mut self) -> &mut EcoVec<Json> {
        if !matches!(self, Json::List(_)) {
            *self = Json::List(EcoVec::new());
        }
        match self {
            Json::List(l) => l,
            _ => unreachable!("made a list above"),
        }
    }

    /// Sets a field; null removes it.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        match value.into() {
            Json::Null => {
                self.remove(key);
            }
            value => self.map_mut().insert(key, value),
        }
    }

    /// Itself with a field set.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.set(key, value);
        self
    }

    /// Sets a field only where there is none: defaulting.
    pub fn default_to(&mut self, key: &str, value: impl Into<Json>) {
        if self[key].is_null() {
            self.map_mut().insert(key, value.into());
        }
    }

    /// Removes a field, giving its value.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        match self {
            Json::Map(m) if m.contains_key(key) => m.remove(key),
            _ => None,
        }
    }
}

impl Index<&str> for Json {
    type Output = Json;
    fn index(&self, key: &str) -> &Json {
        self.map().and_then(|m| m.get(key)).unwrap_or(&NULL)
    }
}

impl IndexMut<&str> for Json {
    fn index_mut(&mut self, key: &str) -> &mut Json {
        self.map_mut().get_mut(key)
    }
}

impl Index<usize> for Json {
    type Output = Json;
    fn index(&self, i: usize) -> &Json {
        self.list().get(i).unwrap_or(&NULL)
    }
}

impl PartialEq<str> for Json {
    fn eq(&self, other: &str) -> bool {
        self.str() == Some(other)
    }
}

impl PartialEq<&str> for Json {
    fn eq(&self, other: &&str) -> bool {
        self.str() == Some(*other)
    }
}
