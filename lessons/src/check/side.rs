//! One side of a comparison: the object it stands in, the path there, and the value found.

use serde_json::Value;

use super::snapshot::{KindNames, kind_named};

/// A value and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Side {
    /// `Kind/name`, or `Kind` alone for a whole list; empty for a value of the check's own.
    pub object: String,
    /// Path in the object.
    pub path: String,
    /// What was found; `None` where nothing is there.
    pub value: Option<Value>,
    /// Set where this is the list or the map of a kind.
    collection: Option<KindNames>,
    /// Set where this is a condition: its type.
    condition: Option<String>,
}

impl Side {
    /// What a name at the top stands for.
    pub fn root(name: &str, value: Value) -> Side {
        let collection = kind_named(name);
        let object = collection.map(|k| k.kind.to_owned()).unwrap_or_default();
        Side { object, value: Some(value), collection, ..Side::default() }
    }

    /// The same place with a value computed from it.
    pub fn with_value(self, value: Option<Value>) -> Side {
        Side { object: self.object, path: self.path, value, ..Side::default() }
    }

    /// The field with this name, or the object with it.
    pub fn field(&self, key: &str) -> Side {
        let value = self.value.as_ref().and_then(|v| v.get(key)).cloned();
        if let Some(names) = self.collection {
            return Side { object: format!("{}/{}", names.kind, key), value, ..Side::default() };
        }
        if self.object.is_empty() && kind_named(key).is_some() {
            return Side { value, ..Side::root(key, Value::Null) };
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

    /// The element of a list.
    pub fn element(&self, index: usize) -> Side {
        let value = self.value.as_ref().and_then(|v| v.get(index)).cloned();
        let text =
            |key: &str| value.as_ref().and_then(|v| v.get(key)).and_then(Value::as_str).map(str::to_owned);
        if let Some(names) = self.collection {
            let metadata = value.as_ref().and_then(|v| v.get("metadata"));
            let name = metadata.and_then(|m| m.get("name")).and_then(Value::as_str).unwrap_or_default();
            return Side { object: format!("{}/{name}", names.kind), value, ..Side::default() };
        }
        let condition = text("type").filter(|_| self.path.ends_with("conditions"));
        let label = text("name").unwrap_or_else(|| index.to_string());
        let path = condition.clone().unwrap_or_else(|| format!("{}[{label}]", self.path));
        Side { object: self.object.clone(), path, value, collection: None, condition }
    }

    /// The elements of a list; empty for anything else.
    pub fn elements(&self) -> Vec<Side> {
        match &self.value {
            Some(Value::Array(items)) => (0..items.len()).map(|i| self.element(i)).collect(),
            Some(Value::Object(map)) => map.keys().map(|k| self.field(k)).collect(),
            _ => Vec::new(),
        }
    }

    /// How many there are. Objects of a kind are counted under the one controller that owns them all, if one does.
    pub fn counted(self) -> Side {
        let count = match &self.value {
            Some(Value::Array(items)) => Some(items.len()),
            Some(Value::Object(map)) => Some(map.len()),
            Some(Value::String(text)) => Some(text.chars().count()),
            _ => None,
        };
        let object = if self.collection.is_some() {
            self.owner().unwrap_or(self.object.clone())
        } else {
            self.object.clone()
        };
        let path = match self.collection {
            Some(names) => names.plural.to_owned(),
            None => self.path,
        };
        Side { object, path, value: count.map(Value::from), collection: None, condition: None }
    }

    /// A part of the list, by what was asked of its elements.
    pub fn filtered(&self, kept: Vec<Value>, asked: &str) -> Side {
        let path = if self.collection.is_some() || asked.is_empty() {
            self.path.clone()
        } else {
            format!("{}[].{asked}", self.path)
        };
        Side { path, value: Some(Value::Array(kept)), ..self.clone() }
    }

    fn owner(&self) -> Option<String> {
        let Some(Value::Array(items)) = &self.value else { return None };
        let owner_of = |object: &Value| -> Option<String> {
            let owners = object.get("metadata")?.get("ownerReferences")?.as_array()?;
            let owner = owners.iter().find(|o| o.get("controller") == Some(&Value::Bool(true)))?;
            Some(format!("{}/{}", owner.get("kind")?.as_str()?, owner.get("name")?.as_str()?))
        };
        let first = owner_of(items.first()?)?;
        items.iter().all(|o| owner_of(o).as_ref() == Some(&first)).then_some(first)
    }

    /// The value as people read it: JSON, but strings without quotes; empty where there is none.
    pub fn text(&self) -> String {
        self.value.as_ref().map(value_text).unwrap_or_default()
    }
}

/// JSON on one line, strings without quotes, long values cut.
fn value_text(value: &Value) -> String {
    const CHARS_MAX: usize = 80;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= CHARS_MAX {
        return text;
    }
    text.chars().take(CHARS_MAX - 1).chain(['…']).collect()
}
