//! The objects of one kind: those of the cluster, and those that every cluster starts with. The latter take no room of
//! their own until somebody asks for them; of the former, those that nobody looks at take little.

use std::{
    collections::BTreeMap,
    iter::Peekable,
    sync::{Arc, OnceLock},
};

use super::slot::{Pattern, Slot};
use crate::{
    bootstrap::grown,
    clock::Time,
    object::{Key, Object},
};

/// The objects of one kind, by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Kind {
    own: BTreeMap<Key, Slot>,
    seeds: Option<Seeded>,
    /// What those that are put away are like.
    patterns: Vec<Arc<Pattern>>,
}

#[derive(Clone, Debug)]
struct Seeded {
    /// Shared by all clusters.
    seeds: &'static BTreeMap<Key, Object>,
    at: Time,
    grown: OnceLock<BTreeMap<Key, Object>>,
}

impl Seeded {
    fn objects(&self) -> &BTreeMap<Key, Object> {
        self.grown.get_or_init(|| {
            self.seeds.iter().map(|(key, seed)| (key.clone(), grown(seed, self.at))).collect()
        })
    }

    /// One of them; they grow for one that is there alone.
    fn get(&self, key: &Key) -> Option<&Object> {
        match self.grown.get() {
            Some(objects) => objects.get(key),
            None if self.seeds.contains_key(key) => self.objects().get(key),
            None => None,
        }
    }

    /// Is one of them in the namespace (`""`: anywhere)?
    fn reaches(&self, namespace: &str) -> bool {
        namespace.is_empty() || in_namespace(self.seeds, namespace).next().is_some()
    }
}

impl Kind {
    /// With what a cluster created at `at` starts with.
    pub fn seeded(seeds: &'static BTreeMap<Key, Object>, at: Time) -> Self {
        Self { seeds: Some(Seeded { seeds, at, grown: OnceLock::new() }), ..Self::default() }
    }

    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.own.get(key).map(Slot::object).or_else(|| self.seeds.as_ref()?.get(key))
    }

    /// In a namespace or in all (`""`), in key order.
    pub fn list<'a>(&'a self, namespace: &'a str) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let own = in_namespace(&self.own, namespace).map(|(key, slot)| (key, slot.object()));
        match self.seeds.as_ref().filter(|s| s.reaches(namespace)) {
            None => Box::new(own.map(|(_, o)| o)),
            Some(seeded) if self.own.is_empty() => {
                Box::new(in_namespace(seeded.objects(), namespace).map(|(_, o)| o))
            }
            Some(seeded) => Box::new(
                Merged { a: own.peekable(), b: in_namespace(seeded.objects(), namespace).peekable() }
                    .map(|(_, o)| o),
            ),
        }
    }

    /// How many are put away, and how many of these somebody has looked at.
    #[cfg(test)]
    pub fn away(&self) -> (usize, usize) {
        let away = || self.own.values().filter_map(Slot::is_looked_at);
        (away().count(), away().filter(|is_looked_at| *is_looked_at).count())
    }

    /// How many there are, without the seeds while they are untouched.
    pub fn own(&self) -> usize {
        self.own.len()
    }

    pub fn put(&mut self, key: Key, object: Object) -> Option<Object> {
        self.settle(&key);
        self.own.insert(key, Slot::There(object)).map(Slot::into_object)
    }

    /// Puts an object away that has not changed since `revision`.
    pub fn put_away(&mut self, key: &Key, revision: u64) {
        if let Some(slot) = self.own.get_mut(key)
            && slot.object().revision() == revision
        {
            slot.put_away(&mut self.patterns);
        }
    }

    /// Puts those away again that somebody has looked at.
    pub fn put_away_again(&mut self) {
        if self.patterns.is_empty() {
            return;
        }
        let away = self.own.values_mut().filter(|slot| matches!(slot, Slot::Away(_)));
        away.for_each(|slot| slot.put_away(&mut self.patterns));
    }

    pub fn remove(&mut self, key: &Key) -> Option<Object> {
        self.settle(key);
        self.own.remove(key).map(Slot::into_object)
    }

    /// All of them, as a map of one's own.
    pub fn to_map(&self) -> BTreeMap<Key, Object> {
        self.list("").map(|o| (o.key(), o.clone())).collect()
    }

    /// Once one of the seeds changes, they are objects like others.
    fn settle(&mut self, key: &Key) {
        if let Some(seeded) = self.seeds.take_if(|s| s.seeds.contains_key(key)) {
            let objects = seeded.objects().iter().map(|(k, o)| (k.clone(), Slot::There(o.clone())));
            self.own.extend(objects);
        }
    }
}

fn in_namespace<'a, V>(
    objects: &'a BTreeMap<Key, V>,
    namespace: &'a str,
) -> impl Iterator<Item = (&'a Key, &'a V)> + 'a {
    let from = Key::new(namespace, "");
    objects.range(from..).take_while(move |(k, _)| namespace.is_empty() || k.namespace == namespace)
}

/// Two lists in key order as one; no key is in both.
struct Merged<A: Iterator, B: Iterator> {
    a: Peekable<A>,
    b: Peekable<B>,
}

impl<'a, A, B> Iterator for Merged<A, B>
where
    A: Iterator<Item = (&'a Key, &'a Object)>,
    B: Iterator<Item = (&'a Key, &'a Object)>,
{
    type Item = (&'a Key, &'a Object);

    fn next(&mut self) -> Option<Self::Item> {
        match (self.a.peek(), self.b.peek()) {
            (Some((a, _)), Some((b, _))) if b < a => self.b.next(),
            (Some(_), _) => self.a.next(),
            (None, _) => self.b.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bootstrap::seeds, json, resources::SERVICE_ACCOUNT};

    #[test]
    fn seeds_are_objects_like_others() {
        let seeds = &seeds()[&SERVICE_ACCOUNT];
        let mut kind = Kind::seeded(seeds, Time(0));
        let account = |namespace: &str, name: &str| {
            Object(json!({"metadata": {"name": name, "namespace": namespace, "uid": "u"}}))
        };
        let count = |kind: &Kind, namespace: &str| kind.list(namespace).count();
        for (namespace, name) in [("default", "default"), ("kube-system", "default"), ("zoo", "a")] {
            assert_eq!(kind.put(Key::new(namespace, name), account(namespace, name)), None);
        }
        assert_eq!(kind.get(&Key::new("default", "default")).unwrap().uid(), "u");
        assert!(kind.seeds.as_ref().unwrap().grown.get().is_none(), "nobody has asked for one");
        assert_eq!(count(&kind, "zoo"), 1);
        assert!(kind.seeds.as_ref().unwrap().grown.get().is_none(), "none is in this namespace");

        let (all, system) = (seeds.len() + 3, seeds.len() + 1);
        assert_eq!((count(&kind, ""), count(&kind, "kube-system")), (all, system));
        let names: Vec<Key> = kind.list("").map(Object::key).collect();
        assert!(names.is_sorted(), "{names:?}");
        let first = kind.list("kube-system").next().unwrap();
        assert_eq!(first["metadata"]["creationTimestamp"], "1970-01-01T00:00:00Z");
        let key = first.key();
        assert_eq!(kind.get(&key).unwrap().0, first.0);

        assert_eq!(kind.remove(&key).unwrap().key(), key);
        assert_eq!((count(&kind, ""), kind.get(&key)), (all - 1, None));
        assert_eq!(kind.to_map().len(), all - 1);
    }
}
