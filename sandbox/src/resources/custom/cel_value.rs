//! JSON as CEL's values, as a schema types it: maps are looked into where they stand and walked in the order of their keys, so
//! that a rule gives the same answer every time. Models apiextensions' `UnstructuredToVal`.
//! Omits: strings with the formats `date-time`, `date`, `duration` and `byte` as values of their own types.

use std::sync::{Arc, OnceLock};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer, Zeroer},
        types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, Type},
        value::{Builtin, BuiltinRef, CowVal, Val},
    },
};

use super::schema::{Known, at_key};
use crate::json::{Json, Map, NULL};

/// A value as CEL takes it.
pub fn of<'v>(schema: &'v Json, value: &'v Json) -> Box<dyn Val + 'v> {
    match value {
        Json::Null => Box::new(CelNull),
        Json::Bool(b) => Box::new(CelBool::from(*b)),
        Json::Int(n) if schema["type"] == "number" => Box::new(CelDouble::from(*n as f64)),
        Json::Int(n) => Box::new(CelInt::from(*n)),
        Json::Float(n) if schema["type"] == "integer" => Box::new(CelInt::from(*n as i64)),
        Json::Float(n) => Box::new(CelDouble::from(*n)),
        Json::Str(text) => Box::new(CelString::from(text.as_str())),
        Json::List(list) => {
            let items: Vec<Box<dyn Val + 'v>> = list.iter().map(|item| of(&schema["items"], item)).collect();
            Box::new(CelList::from(items))
        }
        Json::Map(map) => Box::new(Fields::of(schema, map)),
    }
}

/// What CEL writes for a name that is none of its identifiers. Models `cel.Unescape`.
fn unescape(name: &str) -> Option<String> {
    if !name.contains("__") {
        return None;
    }
    let plain = name.replace("__underscores__", "\u{0}").replace("__dot__", ".").replace("__dash__", "-");
    let plain = plain.replace("__slash__", "/");
    let word = plain.strip_prefix("__").and_then(|w| w.strip_suffix("__"));
    Some(word.unwrap_or(&plain).replace('\u{0}', "__"))
}

#[derive(Debug)]
struct Fields<'v> {
    schema: &'v Json,
    map: &'v Map,
    keys: Vec<CelString<'v>>,
    whole: OnceLock<CelMap<'v>>,
}

impl<'v> Fields<'v> {
    fn of(schema: &'v Json, map: &'v Map) -> Self {
        let keys = map.iter().map(|(key, _)| CelString::from(key.as_str())).collect();
        Self { schema, map, keys, whole: OnceLock::new() }
    }

    fn find(&self, key: &str) -> Option<Box<dyn Val + 'v>> {
        let value = self.map.get(key).or_else(|| self.map.get(&unescape(key)?))?;
        let inner = if let Known::As(inner) = at_key(self.schema, key) { inner } else { &NULL };
        Some(of(inner, value))
    }

    /// As a map of CEL's own, where one is compared as a whole.
    fn whole(&self) -> &CelMap<'v> {
        self.whole.get_or_init(|| {
            let entry = |key: &'v str| Some((CelMapKey::String(CelString::from(key)), self.find(key)?));
            // Its order is never seen: only equality looks at it.
            let mut whole = CelMap::default().into_inner();
            whole.extend(self.map.iter().filter_map(|(key, _)| entry(key.as_str())));
            CelMap::from(whole)
        })
    }
}

impl Clone for Fields<'_> {
    fn clone(&self) -> Self {
        Fields::of(self.schema, self.map)
    }
}

impl Val for Fields<'_> {
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

impl Container for Fields<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        match key.downcast_ref::<CelString>() {
            Some(key) => Ok(self.find(key.inner()).is_some()),
            None => Ok(false),
        }
    }
}

impl Indexer for Fields<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let Some(key) = key.downcast_ref::<CelString>() else { return self.whole().get(key) };
        let missing = || ExecutionError::NoSuchKey(Arc::new(key.inner().to_owned()));
        self.find(key.inner()).map(CowVal::Owned).ok_or_else(missing)
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

impl Iterable for Fields<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Keys(self.keys.iter()))
    }
}

impl Sizer for Fields<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.map.len()).unwrap_or(i64::MAX))
    }
}

impl Zeroer for Fields<'_> {
    fn is_zero_value(&self) -> bool {
        self.map.is_empty()
    }
}
