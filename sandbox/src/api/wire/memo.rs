//! The object written last, as bytes: the answer to a write and the event of every watch that it reaches are one text, and the
//! next write to the object leaves most of it as it is.

use std::{ops::Range, sync::Mutex};

use bytes::Bytes;

use super::{type_of, write_field, write_fields};
use crate::json::{Json, Map};

/// One object and its bytes. A copy begins empty: a branch of a cluster writes other objects.
#[derive(Debug, Default)]
pub struct Memo(Mutex<Option<Written>>);

/// An object, and where the parts at its top stand in its bytes.
#[derive(Debug)]
struct Written {
    object: Map,
    bytes: Bytes,
    parts: Vec<(&'static str, Range<usize>)>,
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Memo {
    /// As [`super::bytes`].
    pub fn bytes(&self, object: &Json) -> Bytes {
        let Json::Map(map) = object else { return super::bytes(object).into() };
        // Whoever panicked with the lock left whole entries: there is nothing to mend.
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(same) = last.as_ref().filter(|last| last.object.shares(map)) {
            return same.bytes.clone();
        }
        let written = Written::after(last.as_ref(), object, map);
        last.insert(written).bytes.clone()
    }
}

impl Written {
    /// What the object shares with the last one is copied.
    fn after(last: Option<&Self>, object: &Json, map: &Map) -> Self {
        let (mut out, mut parts) = (Vec::with_capacity(4096), Vec::new());
        let Some(message) = type_of(object) else {
            return Self { object: map.clone(), bytes: super::bytes(object).into(), parts };
        };
        let last =
            last.filter(|last| ["apiVersion", "kind"].iter().all(|f| last.object.get(f) == map.get(f)));
        write_fields(&mut out, map, message, |out, value, field| {
            let from = out.len();
            match last.and_then(|last| last.part(field.name, value)) {
                Some(text) => out.extend_from_slice(text),
                None => write_field(out, value, field),
            }
            parts.push((field.name, from..out.len()));
        });
        Self { object: map.clone(), bytes: out.into(), parts }
    }

    /// The text of a part, if it is the same.
    fn part(&self, name: &str, value: &Json) -> Option<&[u8]> {
        self.object.get(name).filter(|mine| mine.shares(value))?;
        let (_, range) = self.parts.iter().find(|(part, _)| *part == name)?;
        self.bytes.get(range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::wire, json};

    #[test]
    fn what_is_shared_is_written_once_and_what_is_not_anew() {
        let memo = Memo::default();
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}});
        let first = memo.bytes(&object);
        assert_eq!(memo.bytes(&object.clone()).as_ptr(), first.as_ptr());
        let mut other = object.clone();
        other["data"].set("a", "2");
        assert_eq!(memo.bytes(&other), wire::bytes(&other));
        assert_eq!(memo.bytes(&object), first);
        assert_eq!(memo.bytes(&Json::Null), "null");
    }

    #[test]
    fn parts_are_copied_from_an_object_of_the_same_kind_alone() {
        let memo = Memo::default();
        let spec = json!({"nodeName": "n", "containers": [{"name": "c", "image": "i"}]});
        let of = |api_version: &str, kind: &str, name: &str, spec: &Json| {
            let mut object = json!({"metadata": {}});
            object.set("apiVersion", api_version);
            object.set("kind", kind);
            object["metadata"].set("name", name);
            object.with("spec", spec.clone())
        };
        let mut changed = spec.clone();
        changed.set("hostname", "h");
        for object in [
            of("v1", "Pod", "a", &spec),
            of("v1", "Pod", "b", &spec),
            of("v1", "Pod", "b", &changed),
            of("v1", "Node", "b", &changed),
            of("example.com/v1", "Pod", "b", &changed),
            of("v1", "Pod", "b", &Json::Null),
            of("v1", "Pod", "b", &changed),
        ] {
            assert_eq!(memo.bytes(&object), wire::bytes(&object), "{object}");
        }
    }
}
