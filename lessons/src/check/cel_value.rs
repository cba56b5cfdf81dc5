//! Views as CEL's values: maps are looked into where they stand, only what an expression reads is handed out.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer, Zeroer},
        types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, Kind, Type},
        value::{Builtin, BuiltinRef, CowVal, Val},
    },
};
use serde_json::Value;

use super::view::View;

impl<'v> View<'v> {
    /// The view as CEL takes it.
    pub fn to_cel(&self) -> Box<dyn Val + 'v> {
        match self {
            View::Json(value) => of_json(value),
            View::Computed(value) => of_computed(value),
            View::List(objects) => list(objects.values().map(|o| of_json(o))),
            View::Some(items) => list(items.iter().map(View::to_cel)),
            View::Names(_) | View::Past(_) => Box::new(Fields::of(self.clone())),
        }
    }
}

fn of_json(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => list(items.iter().map(of_json)),
        Value::Object(_) => Box::new(Fields::of(View::Json(value))),
        atom => of_atom(atom),
    }
}

fn of_computed(value: &Value) -> Box<dyn Val> {
    match value {
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => list(items.iter().map(of_computed)),
        atom => of_atom(atom),
    }
}

/// serde would give non-negative integers as UInt, and CEL has no `uint + int`: make them Int.
fn of_atom(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Bool(b) => Box::new(CelBool::from(*b)),
        Value::Number(n) => match n.as_i64() {
            Some(i) => Box::new(CelInt::from(i)),
            None => Box::new(CelDouble::from(n.as_f64().unwrap_or(f64::NAN))),
        },
        _ => Box::new(CelNull),
    }
}

fn list<'v>(items: impl Iterator<Item = Box<dyn Val + 'v>>) -> Box<dyn Val + 'v> {
    Box::new(CelList::from(items.collect::<Vec<_>>()))
}

/// The plain part of a CEL value; `None` for what is no scalar and no list of such.
pub(super) fn to_json(value: &dyn Val) -> Option<Value> {
    if value.get_type().kind() == Kind::List {
        let items = value.downcast_ref::<CelList>()?.inner();
        return items.iter().map(|i| to_json(i.as_ref())).collect::<Option<_>>().map(Value::Array);
    }
    if value.get_type().kind() == Kind::Map {
        return None;
    }
    Some(match cel::Value::try_from(value).ok()? {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(b) => Value::Bool(b),
        cel::Value::Int(i) => Value::from(i),
        cel::Value::UInt(u) => Value::from(u),
        cel::Value::Float(f) => Value::from(f),
        cel::Value::String(s) => Value::String(s.to_string()),
        _ => return None,
    })
}

/// A map of a view's keys. It becomes a map of CEL's own only where one must be walked or compared as a whole, and
/// even then its values stay views.
#[derive(Debug)]
struct Fields<'v> {
    view: View<'v>,
    whole: OnceLock<CelMap<'v>>,
}

impl<'v> Fields<'v> {
    fn of(view: View<'v>) -> Fields<'v> {
        Fields { view, whole: OnceLock::new() }
    }

    fn whole(&self) -> &CelMap<'v> {
        self.whole.get_or_init(|| {
            let keys = self.view.keys().unwrap_or_default();
            let entry =
                |key: &'v str| Some((CelMapKey::String(CelString::from(key)), self.view.get(key)?.to_cel()));
            CelMap::from(keys.into_iter().filter_map(entry).collect::<HashMap<_, _>>())
        })
    }
}

impl Clone for Fields<'_> {
    fn clone(&self) -> Self {
        Fields::of(self.view.clone())
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
            Some(key) => Ok(self.view.get(key.inner()).is_some()),
            None => self.whole().contains(key),
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
        self.view.get(key.inner()).map(|v| CowVal::Owned(v.to_cel())).ok_or_else(missing)
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        Indexer::get(&*self, key).map(CowVal::into_owned)
    }
}

impl Iterable for Fields<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        self.whole().iter()
    }
}

impl Sizer for Fields<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(self.view.len().unwrap_or_default() as i64)
    }
}

impl Zeroer for Fields<'_> {
    fn is_zero_value(&self) -> bool {
        self.view.len().unwrap_or_default() == 0
    }
}
