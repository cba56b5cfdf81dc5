//! Changes between two keyed lists, so that a frame carries only what moved.

use serde::{Deserialize, Serialize};

/// An element that a list holds at most once.
pub trait Keyed {
    /// The key within its list; also its order.
    fn key(&self) -> &str;
}

/// What turns one sorted list into another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diff<T> {
    /// New or changed elements, whole.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub put: Vec<T>,
    /// Keys of elements that are no longer there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

impl<T> Default for Diff<T> {
    fn default() -> Self {
        Self { put: Vec::new(), gone: Vec::new() }
    }
}

impl<T: Keyed + Clone + PartialEq> Diff<T> {
    /// The smallest diff from `old` to `new`; both sorted by key.
    pub fn between(old: &[T], new: &[T]) -> Self {
        let find = |list: &[T], key: &str| list.binary_search_by(|e| e.key().cmp(key)).ok();
        let put = new.iter().filter(|e| find(old, e.key()).is_none_or(|i| old[i] != **e)).cloned().collect();
        let gone = old.iter().filter(|e| find(new, e.key()).is_none()).map(|e| e.key().to_owned()).collect();
        Self { put, gone }
    }

    /// Nothing to do?
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty()
    }

    /// Brings `list`, sorted by key, to the newer state.
    pub fn apply(&self, list: &mut Vec<T>) {
        list.retain(|e| !self.gone.iter().any(|k| k == e.key()));
        for e in &self.put {
            match list.binary_search_by(|have| have.key().cmp(e.key())) {
                Ok(i) => list[i] = e.clone(),
                Err(i) => list.insert(i, e.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Item(&'static str, u8);
    impl Keyed for Item {
        fn key(&self) -> &str {
            self.0
        }
    }

    #[test]
    fn applying_the_diff_gives_the_new_list() {
        let old = vec![Item("a", 1), Item("b", 1), Item("d", 1)];
        let new = vec![Item("b", 2), Item("c", 1), Item("d", 1)];
        let diff = Diff::between(&old, &new);
        assert_eq!((diff.put.len(), diff.gone.as_slice()), (2, ["a".to_owned()].as_slice()));
        let mut list = old;
        diff.apply(&mut list);
        assert_eq!(list, new);
        assert!(Diff::between(&list, &new).is_empty());
    }
}
