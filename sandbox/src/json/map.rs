//! The object of the tree: a sorted, shared vector of entries. Objects of the API have few keys, where this beats a tree.

use std::cmp::Ordering;

use ecow::{EcoString, EcoVec};

use super::Json;

/// Keys in byte order, each once.
#[derive(Clone, Debug, Default)]
pub struct Map(EcoVec<(EcoString, Json)>);

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.shares(other) || self.0 == other.0
    }
}

impl Map {
    /// An empty map; allocates nothing.
    pub const fn new() -> Self {
        Self(EcoVec::new())
    }

    /// Are these the same entries at the same place of memory? Then they are equal, at no cost.
    pub fn shares(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.place() == other.place()
    }

    /// Where the entries stand in memory, as long as somebody holds them.
    pub fn place(&self) -> usize {
        self.0.as_ptr() as usize
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| in_order(k, key))
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

    /// Keys and their values to change, in key order. Copies the entries if they are shared.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = (&EcoString, &mut Json)> {
        self.0.make_mut().iter_mut().map(|(k, v)| (&*k, v))
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

/// As `a.cmp(b)`. Most keys differ in their first byte, for which nobody has to be called.
fn in_order(a: &str, b: &str) -> Ordering {
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(x), Some(y)) if x != y => x.cmp(y),
        _ => a.cmp(b),
    }
}

impl FromIterator<(EcoString, Json)> for Map {
    fn from_iter<I: IntoIterator<Item = (EcoString, Json)>>(iter: I) -> Self {
        iter.into_iter().collect::<Builder>().into()
    }
}

/// A map in the making: sorted once, at the end. Of several entries for one key the last one counts.
#[derive(Default)]
pub(super) struct Builder {
    entries: EcoVec<(EcoString, Json)>,
    unsorted: bool,
}

impl Builder {
    pub fn push(&mut self, key: EcoString, value: Json) {
        self.unsorted |= self.entries.last().is_some_and(|(last, _)| *last >= key);
        self.entries.push((key, value));
    }
}

impl FromIterator<(EcoString, Json)> for Builder {
    fn from_iter<I: IntoIterator<Item = (EcoString, Json)>>(iter: I) -> Self {
        let iter = iter.into_iter();
        let mut builder = Builder { entries: EcoVec::with_capacity(iter.size_hint().0), unsorted: false };
        iter.for_each(|(key, value)| builder.push(key, value));
        builder
    }
}

impl From<Builder> for Map {
    fn from(mut builder: Builder) -> Self {
        if !builder.unsorted {
            return Map(builder.entries);
        }
        // Stable: entries for one key stay in their order.
        builder.entries.make_mut().sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut sorted: EcoVec<(EcoString, Json)> = EcoVec::with_capacity(builder.entries.len());
        for entry in builder.entries {
            if sorted.last().is_some_and(|(last, _)| *last == entry.0) {
                sorted.pop();
            }
            sorted.push(entry);
        }
        Map(sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_entry_of_a_key_counts_wherever_it_stands() {
        for (keys, expect) in [
            ("", ""),
            ("a1 b2 c3", "a1 b2 c3"),
            ("c1 a2 b3", "a2 b3 c1"),
            ("a1 a2 a3", "a3"),
            ("b1 a2 b3 a4 c5", "a4 b3 c5"),
        ] {
            let map: Map =
                keys.split(' ').filter(|k| !k.is_empty()).map(|k| (k[..1].into(), k.into())).collect();
            let got: Vec<&str> = map.iter().map(|(_, v)| v.text()).collect();
            assert_eq!(got.join(" "), expect, "{keys}");
        }
    }

    #[test]
    fn keys_are_in_the_order_of_their_bytes() {
        let keys = ["", "a", "ab", "b", "é", "z", "aa", "A"];
        for (a, b) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
            assert_eq!(in_order(a, b), a.cmp(b), "{a} {b}");
        }
    }

    #[test]
    fn very_many_keys_are_sorted_once() {
        let falling = (0..200_000).rev().map(|i| (ecow::eco_format!("{i:06}"), Json::Null));
        assert_eq!(falling.collect::<Map>().len(), 200_000);
    }
}
