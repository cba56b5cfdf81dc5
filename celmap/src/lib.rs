//! A map of CEL's whose values are made when an expression reads them, and which is walked in one order every time. Models how
//! CEL for Go sees JSON that it did not convert.

use std::{
    fmt::Debug,
    sync::{Arc, OnceLock},
};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer, Zeroer},
        types::{CelInt, CelMap, CelMapKey, CelString, Type},
        value::{Builtin, BuiltinRef, CowVal, Val},
    },
};

/// What stands in such a map. Cheap to clone: it only looks at what it stands for.
pub trait Entries<'v>: Clone + Debug + Send + Sync {
    /// The value of a key.
    fn get(&self, key: &str) -> Option<Box<dyn Val + 'v>>;
    /// All keys, in the order in which they are walked.
    fn keys(&self) -> Vec<&'v str>;
}

/// The map. It becomes one of CEL's own only where it is compared as a whole, and even then its values stay what they are.
#[derive(Debug)]
pub struct LazyMap<'v, E> {
    entries: E,
    keys: OnceLock<Vec<CelString<'v>>>,
    whole: OnceLock<CelMap<'v>>,
}

impl<'v, E: Entries<'v>> LazyMap<'v, E> {
    /// Of these entries.
    pub fn of(entries: E) -> Self {
        Self { entries, keys: OnceLock::new(), whole: OnceLock::new() }
    }

    fn keys(&self) -> &[CelString<'v>] {
        self.keys.get_or_init(|| self.entries.keys().into_iter().map(CelString::from).collect())
    }

    fn whole(&self) -> &CelMap<'v> {
        self.whole.get_or_init(|| {
            let entry =
                |key: &'v str| Some((CelMapKey::String(CelString::from(key)), self.entries.get(key)?));
            // Its order is never seen: only equality looks at it.
            let mut whole = CelMap::default().into_inner();
            whole.extend(self.entries.keys().into_iter().filter_map(entry));
            CelMap::from(whole)
        })
    }
}

impl<'v, E: Entries<'v>> Clone for LazyMap<'v, E> {
    fn clone(&self) -> Self {
        Self::of(self.entries.clone())
    }
}

impl<'v, E: Entries<'v>> Val for LazyMap<'v, E> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        CelMap::cel_type()
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn into_indexer<'w>(self: Box<Self>) -> Option<Box<dyn Indexer + 'w>>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        self.whole().equals(other)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }

    fn as_builtin<'b, 'w>(&'b self) -> BuiltinRef<'b, 'w>
    where
        Self: 'w,
    {
        BuiltinRef::Map(self.whole())
    }

    fn into_builtin<'w>(self: Box<Self>) -> Option<Builtin<'w>>
    where
        Self: 'w,
    {
        Some(Builtin::Map(self.whole().clone()))
    }
}

impl<'v, E: Entries<'v>> Container for LazyMap<'v, E> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(key.downcast_ref::<CelString>().is_some_and(|key| self.entries.get(key.inner()).is_some()))
    }
}

impl<'v, E: Entries<'v>> Indexer for LazyMap<'v, E> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let Some(key) = key.downcast_ref::<CelString>() else { return self.whole().get(key) };
        let missing = || ExecutionError::NoSuchKey(Arc::new(key.inner().to_owned()));
        self.entries.get(key.inner()).map(CowVal::Owned).ok_or_else(missing)
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        Indexer::get(&*self, key).map(CowVal::into_owned)
    }
}

struct Keys<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v, 'w> CelIterator<'b, 'w> for Keys<'b, 'v>
where
    'v: 'w,
{
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|key| key as &'b (dyn Val + 'w))
    }
}

impl<'v, E: Entries<'v>> Iterable for LazyMap<'v, E> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Keys(self.keys().iter()))
    }
}

impl<'v, E: Entries<'v>> Sizer for LazyMap<'v, E> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.keys().len()).unwrap_or(i64::MAX))
    }
}

impl<'v, E: Entries<'v>> Zeroer for LazyMap<'v, E> {
    fn is_zero_value(&self) -> bool {
        self.keys().is_empty()
    }
}
