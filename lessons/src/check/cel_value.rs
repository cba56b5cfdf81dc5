//! Views as CEL's values: maps are looked into where they stand, only what an expression reads is handed out.

use cel::common::{
    types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, Kind},
    value::Val,
};
use celmap::{Entries, LazyMap};
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
            View::Names(_) | View::Past(_) => Box::new(LazyMap::of(self.clone())),
        }
    }
}

fn of_json(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => list(items.iter().map(of_json)),
        Value::Object(_) => Box::new(LazyMap::of(View::Json(value))),
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

impl<'v> Entries<'v> for View<'v> {
    fn get(&self, key: &str) -> Option<Box<dyn Val + 'v>> {
        View::get(self, key).map(|view| view.to_cel())
    }

    fn keys(&self) -> Vec<&'v str> {
        View::keys(self).unwrap_or_default()
    }
}
