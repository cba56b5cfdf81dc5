//! Values as checks see them: borrowed from a snapshot, never copied or converted as a whole.
//!
//! Evaluation and explanation walk the same views, so a look costs what an expression reads, not what the
//! cluster has.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::snapshot::{NO_OBJECTS, Objects, Snapshot, by_name, cel_name, kind_named};

/// Longest text of a value, in characters.
const CHARS_MAX: usize = 80;

/// A value of a moment.
#[derive(Clone, Debug)]
pub(super) enum View<'v> {
    /// A part of an object.
    Json(&'v Value),
    /// The list of a kind.
    List(&'v Objects),
    /// The objects of a kind by name.
    Names(&'v Objects),
    /// The kinds as they were.
    Past(&'v Snapshot),
    /// Some elements of a list.
    Some(Vec<View<'v>>),
    /// What was computed: a scalar, or a list of such.
    Computed(Value),
}

impl<'v> View<'v> {
    /// What a kind's plural or singular name stands for; `None` for any other name.
    pub fn of(snapshot: &'v Snapshot, name: &str) -> Option<View<'v>> {
        let names = kind_named(name)?;
        let objects = snapshot.of(names.plural).map_or(&NO_OBJECTS, |o| &**o);
        Some(if name == names.plural { View::List(objects) } else { View::Names(objects) })
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<View<'v>> {
        match self {
            View::Json(value) => value.get(key).map(View::Json),
            View::Names(objects) => by_name(objects, key).map(|o| View::Json(o)),
            View::Past(snapshot) => {
                let known = kind_named(key).is_some_and(|k| snapshot.of(k.plural).is_some());
                View::of(snapshot, key).filter(|_| known)
            }
            View::List(_) | View::Some(_) | View::Computed(_) => None,
        }
    }

    /// The elements of a list; `None` for anything else.
    pub fn items(&self) -> Option<Vec<View<'v>>> {
        Some(match self {
            View::Json(Value::Array(items)) => items.iter().map(View::Json).collect(),
            View::Computed(Value::Array(items)) => items.iter().cloned().map(View::Computed).collect(),
            View::List(objects) => objects.values().map(|o| View::Json(o)).collect(),
            View::Some(items) => items.clone(),
            _ => return None,
        })
    }

    /// The keys of a map; `None` for anything else.
    pub fn keys(&self) -> Option<Vec<&'v str>> {
        Some(match self {
            View::Json(Value::Object(map)) => map.keys().map(String::as_str).collect(),
            View::Names(objects) => objects.keys().map(|k| cel_name(k)).collect(),
            View::Past(snapshot) => snapshot.kinds().flat_map(|k| [k.plural, k.singular]).collect(),
            _ => return None,
        })
    }

    /// How many elements a list has, keys a map, characters a text; `None` for anything else.
    pub fn len(&self) -> Option<usize> {
        Some(match self {
            View::Json(Value::Array(items)) | View::Computed(Value::Array(items)) => items.len(),
            View::Json(Value::Object(map)) => map.len(),
            View::Json(Value::String(text)) | View::Computed(Value::String(text)) => text.chars().count(),
            View::List(objects) | View::Names(objects) => objects.len(),
            View::Past(snapshot) => snapshot.kinds().count() * 2,
            View::Some(items) => items.len(),
            View::Json(_) | View::Computed(_) => return None,
        })
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            View::Json(value) => value.as_str(),
            View::Computed(value) => value.as_str(),
            _ => None,
        }
    }

    /// As people read it: JSON on one line, strings without quotes, long values cut.
    pub fn text(&self) -> String {
        let text = match self.as_str() {
            Some(text) => text.to_owned(),
            None => {
                let mut start = Start::default();
                // It refuses more than fits: the rest of a long list is not even written.
                let _ = serde_json::to_writer(&mut start, self);
                start.text()
            }
        };
        if text.chars().nth(CHARS_MAX).is_none() {
            return text;
        }
        text.chars().take(CHARS_MAX - 1).chain(['…']).collect()
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            View::Json(value) => value.serialize(serializer),
            View::Computed(value) => value.serialize(serializer),
            View::Some(items) => items.serialize(serializer),
            View::List(objects) => serializer.collect_seq(objects.values()),
            View::Names(_) | View::Past(_) => {
                let keys = self.keys().unwrap_or_default();
                serializer.collect_map(keys.into_iter().filter_map(|k| Some((k, self.get(k)?))))
            }
        }
    }
}

/// The first bytes of a text: enough to know whether it is too long.
#[derive(Default)]
struct Start(Vec<u8>);

impl Start {
    const BYTES_MAX: usize = 4 * (CHARS_MAX + 1);

    fn text(&self) -> String {
        let whole = self.0.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        whole.to_owned()
    }
}

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = Start::BYTES_MAX - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        // Nothing taken is an error to the writer above: that ends the serialisation.
        Ok(bytes.len().min(room))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
