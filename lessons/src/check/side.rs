//! One side of a comparison: the object it stands in, the path there, and the value found.

use serde_json::Value;

use super::{
    snapshot::{KindNames, kind_named},
    view::View,
};

/// A value and where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Side<'v> {
    /// `Kind/name`, or `Kind` alone for a whole list; empty for a value of the check's own.
    pub object: String,
    /// Path in the object.
    pub path: String,
    /// What was found; `None` where nothing is there.
    pub value: Option<View<'v>>,
    /// Set where this is the list or the map of a kind.
    collection: Option<KindNames>,
    /// Set where this is a condition: its type.
    condition: Option<String>,
}

impl<'v> Side<'v> {
    /// What a name at the top stands for.
    pub fn root(name: &str, value: Option<View<'v>>) -> Side<'v> {
        let collection = kind_named(name);
        let object = collection.map(|k| k.kind.to_owned()).unwrap_or_default();
        Side { object, value, collection, ..Side::default() }
    }

    /// The same place with a value computed from it.
    pub fn with_value(self, value: Option<Value>) -> Side<'v> {
        Side { object: self.object, path: self.path, value: value.map(View::Computed), ..Side::default() }
    }

    /// The field with this name, or the object with it.
    pub fn field(&self, key: &str) -> Side<'v> {
        let value = self.value.as_ref().and_then(|v| v.get(key));
        if let Some(names) = self.collection {
            return Side { object: format!("{}/{}", names.kind, key), value, ..Side::default() };
        }
        if self.object.is_empty() && kind_named(key).is_some() {
            return Side::root(key, value);
        }
        let path = match (&self.condition, self.path.as_str()) {
            (Some(condition), _) if key == "status" => condition.clone(),
            (Some(condition), _) => format!("{condition}.{key}"),
            (None, "") => key.to_owned(),
            (None, path) if key.contains(['.', '/']) => format!("{path}[{key}]"),
            (None, path) => format!("{path}.{key}"),
        };
        Side { object: self.object.clone(), path, value, collection: None, condition: None }
    }

    /// The elements of a list, or what stands under the keys of a map; empty for anything else.
    pub fn elements(&self) -> Vec<Side<'v>> {
        let Some(value) = &self.value else { return Vec::new() };
        match value.items() {
            Some(items) => {
                items.into_iter().enumerate().map(|(i, item)| self.element_of(i, Some(item))).collect()
            }
            None => value.keys().unwrap_or_default().into_iter().map(|key| self.field(key)).collect(),
        }
    }

    /// The element of a list.
    pub fn element(&self, index: usize) -> Side<'v> {
        let items = self.value.as_ref().and_then(View::items);
        self.element_of(index, items.and_then(|i| i.into_iter().nth(index)))
    }

    fn element_of(&self, index: usize, value: Option<View<'v>>) -> Side<'v> {
        let text = |path: &[&str]| {
            let found = path.iter().try_fold(value.clone()?, |here, key| here.get(key))?;
            found.as_str().map(str::to_owned)
        };
        if let Some(names) = self.collection {
            let name = text(&["metadata", "name"]).unwrap_or_default();
            return Side { object: format!("{}/{name}", names.kind), value, ..Side::default() };
        }
        let condition = text(&["type"]).filter(|_| self.path.ends_with("conditions"));
        let label = text(&["name"]).unwrap_or_else(|| index.to_string());
        let path = condition.clone().unwrap_or_else(|| format!("{}[{label}]", self.path));
        Side { object: self.object.clone(), path, value, collection: None, condition }
    }

    /// How many there are. Objects of a kind are counted under the one controller that owns them all, if one does.
    pub fn counted(self) -> Side<'v> {
        let count = self.value.as_ref().and_then(View::len);
        let object = if self.collection.is_some() {
            self.owner().unwrap_or(self.object.clone())
        } else {
            self.object.clone()
        };
        let path = match self.collection {
            Some(names) => names.plural.to_owned(),
            None => self.path,
        };
        let value = count.map(|n| View::Computed(n.into()));
        Side { object, path, value, collection: None, condition: None }
    }

    /// A part of the list, by what was asked of its elements.
    pub fn filtered(&self, kept: Vec<View<'v>>, asked: &str) -> Side<'v> {
        let path = if self.collection.is_some() || asked.is_empty() {
            self.path.clone()
        } else {
            format!("{}[].{asked}", self.path)
        };
        Side { path, value: Some(View::Some(kept)), ..self.clone() }
    }

    fn owner(&self) -> Option<String> {
        let items = self.value.as_ref()?.items()?;
        let first = owner_of(items.first()?)?;
        items.iter().all(|o| owner_of(o).as_ref() == Some(&first)).then_some(first)
    }

    /// The value as people read it; empty where there is none.
    pub fn text(&self) -> String {
        self.value.as_ref().map(View::text).unwrap_or_default()
    }
}

/// `Kind/name` of the controller that owns an object.
fn owner_of(object: &View<'_>) -> Option<String> {
    let View::Json(object) = object else { return None };
    let owners = object.get("metadata")?.get("ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|o| o.get("controller") == Some(&Value::Bool(true)))?;
    Some(format!("{}/{}", owner.get("kind")?.as_str()?, owner.get("name")?.as_str()?))
}
