//! The object written last, as bytes: the answer to a write and the event of every watch that it reaches are one text.

use std::sync::Mutex;

use bytes::Bytes;

use crate::json::{Json, Map};

/// One object and its bytes. A copy begins empty: a branch of a cluster writes other objects.
#[derive(Debug, Default)]
pub struct Memo(Mutex<Option<(Map, Bytes)>>);

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
        if let Some((_, bytes)) = last.as_ref().filter(|(held, _)| held.shares(map)) {
            return bytes.clone();
        }
        let bytes = Bytes::from(super::bytes(object));
        *last = Some((map.clone(), bytes.clone()));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn what_is_shared_is_written_once_and_what_is_not_anew() {
        let memo = Memo::default();
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}});
        let first = memo.bytes(&object);
        assert_eq!(memo.bytes(&object.clone()).as_ptr(), first.as_ptr());
        let mut other = object.clone();
        other["data"].set("a", "2");
        assert_eq!(memo.bytes(&other), crate::api::wire::bytes(&other));
        assert_eq!(memo.bytes(&object), first);
        assert_eq!(memo.bytes(&Json::Null), "null");
    }
}
