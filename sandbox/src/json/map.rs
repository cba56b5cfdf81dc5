//! The object of the tree: a sorted, shared vector of entries. Objects of the API have few keys, where this beats a tree.

use ecow::{EcoString, EcoVec};

use super::Json;

/// Keys in byte order, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(EcoVec<(EcoString, Json)>);

impl Map {
    /// An empty map; allocates nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| k.as_str().cmp(key))
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.find(key).ok().map(|i| &self.0[i].1)
    }

    /// The value of `key`, inserted as null if missing. Copies the entries if they are shared.
    pub fn get_mut(&mut self, key: &str) -> &mut Json {
        let i = self.find(key).unwrap_or_else(|i| {
            self.0.insert(i, (key.into(), Json::Null));
            i
        });
        &mut self.0.make_mut()[i].1
    }

    /// Sets `key`.
    pub fn insert(&mut self, key: impl Into<EcoString>, value: Json) {
        let key = key.into();
        match self.find(&key) {
            Ok(i) => self.0.make_mut()[i].1 = value,
            Err(i) => self.0.insert(i, (key, value)),
        }
    }

    /// Removes `key`, giving its value.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        self.find(key).ok().map(|i| self.0.remove(i).1)
    }

    /// Is `key` there?
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Entries in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&EcoString, &Json)> + ExactSizeIterator {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No entries?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(EcoString, Json)> for Map {
    fn from_iter<I: IntoIterator<Item = (EcoString, Json)>>(iter: I) -> Self {
        let iter = iter.into_iter();
        let mut map = Map(EcoVec::with_capacity(iter.size_hint().0));
        for (key, value) in iter {
            match map.0.last() {
                Some((last, _)) if *last >= key => map.insert(key, value),
                _ => map.0.push((key, value)),
            }
        }
        map
    }
}
